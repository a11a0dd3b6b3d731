"""Against a real Wechaty gateway: ours, with the mock puppet."""
