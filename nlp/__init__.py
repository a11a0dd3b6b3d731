"""Reads one message: text -> Reading. Pure: imports nothing of ours, no clock, no I/O after load."""

from nlp.knowledge import Broken
from nlp.own import Own
from nlp.own_file import read as own_words
from nlp.reader import Reader, load
from nlp.reading import CATEGORIES, ROUTES, Place, Reading, Said

__all__ = ["CATEGORIES", "ROUTES", "Broken", "Own", "Place", "Reader", "Reading", "Said", "load", "own_words"]
