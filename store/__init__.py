"""Keeps everything: tables, the rules a row keeps by itself, one unit of work; imports nothing of ours."""
