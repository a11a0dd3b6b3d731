"""Text for a terminal or a log: shown as it stands, it commands nothing and turns no line around."""

from __future__ import annotations

import re

# Control characters but for the tab and the line end, what some take for one, and marks of direction.
_COMMANDING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """The text with each such character written out, as JSON does it."""
    return _COMMANDING.sub(lambda one: f"\\u{ord(one[0]):04x}", text)
