"""A chat with no WeChat behind it: rooms and people of our own, and a page that looks like WeChat."""
