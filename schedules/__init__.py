"""Keeps time: what is done by the clock."""
