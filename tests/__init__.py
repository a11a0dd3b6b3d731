"""Conversations, modules, properties, the page in a browser, and a real gateway."""
