"""Keeps everything: tables, the rules a row keeps by itself, one unit of work; imports nothing of ours."""

from store.database import Store
from store.refusal import Refusal

__all__ = ["Refusal", "Store"]
