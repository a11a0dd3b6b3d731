"""How people and rooms are called: fetched once, forgotten when the gateway says it changed."""

from __future__ import annotations

import asyncio

from bot.wechat.link import Link
from bot.wechat.wire import NETWORK, Dirty

MOST = 4000
PATIENCE = 1.0
"""No message waits longer than this for a name."""


class Names:
    """Names of members per room; `room` None is somebody's own name."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._known: dict[tuple[str | None, str], str] = {}
        self._asking: dict[tuple[str | None, str], asyncio.Task[str]] = {}

    async def of(self, room: str | None, contact: str) -> str:
        """The name shown in that room; the id itself while the name can't be had."""
        key = (room, contact)
        if name := self._known.get(key):
            return name
        asking = self._asking.get(key)
        if asking is None:
            asking = self._asking[key] = asyncio.create_task(self._ask(room, contact))
            asking.add_done_callback(lambda _: self._asking.pop(key, None))
        await asyncio.wait((asking,), timeout=PATIENCE)
        return (asking.result() if asking.done() and not asking.cancelled() else "") or contact

    async def fresh(self, contact: str) -> str:
        """Somebody's own name, asked anew; "" while it can't be had."""
        return await self._ask(None, contact)

    async def topic(self, room: str) -> str:
        """A room's name; "" while it can't be had."""
        try:
            return str((await self._link.call(lambda stub: stub.room_payload(id=room))).topic)
        except NETWORK:
            return ""

    def knows(self, contact: str) -> bool:
        return any(who == contact for _, who in self._known)

    def forget(self, kind: int, id_: str) -> None:
        """A DIRTY event came; a member's id may be joined with the room's in any way."""
        stale = {
            Dirty.CONTACT: lambda room, who: who == id_,
            Dirty.ROOM: lambda room, who: room == id_,
            Dirty.MEMBER: lambda room, who: who in id_,
        }.get(kind)  # type: ignore[call-overload]
        for key in [key for key in self._known if stale and stale(*key)]:
            del self._known[key]

    async def _ask(self, room: str | None, contact: str) -> str:
        try:
            if room is None:
                name = (await self._link.call(lambda stub: stub.contact_payload(id=contact))).name
            else:
                member = await self._link.call(
                    lambda stub: stub.room_member_payload(id=room, member_id=contact)
                )
                name = member.room_alias or member.name
        except NETWORK:
            return ""
        if name:
            self._known[room, contact] = name
            if len(self._known) > MOST:
                del self._known[next(iter(self._known))]
        return str(name)
