"""What a post carries besides words: facts kept with it, drawn as a card or filled into a sheet when it is said."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from bot.cards import draw
from schedules.calendar import Rules
from schedules.summary import Summary
from store import Store

_SUMMARY = TypeAdapter(Summary)


def card(summary: Summary) -> dict[str, Any]:
    """The facts of a summary as a post keeps them, frozen."""
    return {"card": _SUMMARY.dump_python(summary, mode="json")}


async def render(attachment: dict[str, Any], store: Store, now: datetime, rules: Rules) -> tuple[str, bytes]:
    """The file's name and bytes."""
    if "card" in attachment:
        summary = _SUMMARY.validate_python(attachment["card"])
        return f"{summary.period}.png", await asyncio.to_thread(draw, summary)
    # The sheets' library takes 10 MB, and a month passes between one sheet and the next.
    from bot.ledger import issue_sheet

    sheet = attachment["sheet"]
    return await issue_sheet(store, sheet["places"], sheet["period"], now, rules)
