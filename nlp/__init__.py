"""Reads one message: text -> Reading. Pure: imports nothing of ours, no clock, no I/O after load."""

from nlp.reader import Reader, load
from nlp.reading import CATEGORIES, Place, Reading, Said

__all__ = ["CATEGORIES", "Place", "Reader", "Reading", "Said", "load"]
