"""The commands of `louzu`, one module each; `bot.__main__` names them."""
