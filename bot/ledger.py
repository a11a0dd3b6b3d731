"""The 问题清单 as a sheet: the rows of a month, out of the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from store import Store


async def issue_sheet(
    store: Store, place_ids: Sequence[int], period: str, now: datetime
) -> tuple[str, bytes]:
    """Stands in until the sheets are there."""
    return f"{period}.xlsx", b""
