"""The wires: chats, commands, intake, words and the program itself; the only package that knows the others."""
