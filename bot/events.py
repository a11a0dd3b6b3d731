"""What arrives besides messages: recalls, echoes, new names, rooms joined, gaps."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot import words
from bot.chat import Arrival, Echo, Gap, Joined, Recall, Renamed
from bot.hearing import Means
from bot.outgoing import Words, owe
from store import Store, journal, outbox, people, places, requests, retention
from store.moves import Act, record
from store.people import CLOCK
from store.tables import Request

UNTOUCHED = frozenset({"open", "unsure"})
BY_RESIDENTS = frozenset({"open", "more"})


async def note(store: Store, means: Means, arrival: Arrival, now: datetime) -> list[str] | None:
    """Take one such arrival in; like a message, once. The hashes of photos to be deleted; None when nothing was wiped."""
    async with store.begin() as db:
        match arrival:
            case Recall():
                if await journal.take(db, arrival.account, arrival.id, now):
                    return await _recalled(db, means, arrival, now)
            case Echo():
                if await journal.take(db, arrival.account, arrival.id, now):
                    await outbox.echoed(db, arrival.account, arrival.to, arrival.text, arrival.id, arrival.at)
            case Joined():
                (await places.room(db, arrival.account, arrival.room)).topic = arrival.topic
            case Renamed():
                await _renamed(db, arrival)
            case Gap():
                await _gap(db, means, arrival, now)
    return None


async def _recalled(db: AsyncSession, means: Means, recall: Recall, now: datetime) -> list[str]:
    """A recalled message withdraws its untouched request and wipes the text, or what it added to another."""
    means.memory.room(recall.room or recall.sender).recall(recall.target)
    request = await requests.by_message(db, recall.target)
    if request is None:
        return await retention.recall(db, recall.target)
    if not await _untouched(db, request):
        return []
    for person in await people.holders(db, request.building, {"captain"}):
        told = Words(
            f"recalled:{request.id}:{person.id}", "notice", words.recalled_privately(request), request=request
        )
        await owe(db, person, told, now, means.rules)
    record(db, request, "withdraw", Act(CLOCK, now, recall.id), state="withdrawn", ended_at=now)
    await db.flush()
    return await retention.blank(db, [request])


async def _untouched(db: AsyncSession, request: Request) -> bool:
    return (
        request.state in UNTOUCHED
        and {event.verb for event in await requests.events(db, request)} <= BY_RESIDENTS
    )


async def _renamed(db: AsyncSession, renamed: Renamed) -> None:
    if renamed.room:
        (await places.room(db, renamed.account, renamed.room)).topic = renamed.name
    elif renamed.person and (person := await people.find(db, renamed.account, renamed.person)):
        person.name = renamed.name


async def _gap(db: AsyncSession, means: Means, gap: Gap, now: datetime) -> None:
    """Tell every bound group once from when to when nothing was heard."""
    text = words.gap(gap.since, gap.until, means.zone)
    for room in await places.rooms(db, gap.account, "building"):
        await owe(db, room, Words(f"gap:{room.id}:{gap.since.isoformat()}", "notice", text), now, means.rules)
