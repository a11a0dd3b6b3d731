"""The page on 127.0.0.1 that looks like WeChat: what was said goes out as events, what is done comes in as posts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from bot.chat import NoImage
from bot.simulator.chat import SHOWN, SimulatedChat
from bot.simulator.guards import Handler, guard, harden
from bot.simulator.history import Line
from bot.simulator.neighbourhood import Neighbourhood
from bot.simulator.people import News, Person, Room, Unknown
from bot.simulator.times import jumps, spoken

STATIC = Path(__file__).parent / "static"
BEAT = 15
"""Seconds after which a silent stream carries the time, so that a closed browser is noticed."""
TEXT = 20_000
SPARE = 1024
"""Read beyond the largest picture, so that it is we who say what was wrong with it."""
RETRY = b"retry: 500\n"
"""How long, in ms, the browser waits before it connects anew."""
FARTHEST = timedelta(days=400)
KINDS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif", b"RIFF": "image/webp"}


class Say(BaseModel):
    person: str
    room: str | None = None
    text: str = Field(max_length=TEXT, pattern=r"\S")
    quoting: str | None = None


class TakeBack(BaseModel):
    person: str
    id: str


class Move(BaseModel):
    to: AwareDatetime


@web.middleware
async def tell_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ValidationError:
        raise web.HTTPBadRequest(text="这样的内容发不了。") from None
    except (Unknown, NoImage):
        raise web.HTTPNotFound(text="没有这个人、这个群，或者这条消息。") from None


class Page:
    """Serves one simulated chat; `move` moves the clock and returns when what was due has happened."""

    def __init__(
        self, chat: SimulatedChat, neighbourhood: Neighbourhood, move: Callable[[datetime], Awaitable[None]]
    ) -> None:
        self._chat = chat
        self._neighbourhood = neighbourhood
        self._move = move
        self._moving = asyncio.Lock()
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> str:
        """Listen on 127.0.0.1; port 0 takes a free one. The address to open."""
        self._runner = web.AppRunner(self.app(), access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/"

    async def close(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    def app(self) -> web.Application:
        app = web.Application(middlewares=[guard, tell_errors], client_max_size=SHOWN + SPARE)
        app.add_routes(
            [
                web.get("/", self.index),
                web.get("/events", self.events),
                web.get("/media/{id}", self.media),
                web.post("/say", self.say),
                web.post("/image", self.image),
                web.post("/recall", self.recall),
                web.post("/clock", self.clock),
                web.static("/static", STATIC),
            ]
        )
        app.on_response_prepare.append(harden)
        app.on_shutdown.append(self._send_away)
        return app

    # -- what goes out

    async def index(self, _: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "index.html")

    async def events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        with self._chat.watchers.queue() as news, suppress(ConnectionError):
            await response.prepare(request)
            await response.write(RETRY + event("state", self._state()))
            while (heard := await self._next(news)) is not None:
                await response.write(self._told(heard))
        return response

    async def media(self, request: web.Request) -> web.StreamResponse:
        line = self._chat.line(request.match_info["id"])
        data = await self._chat.image(line.id, SHOWN)
        kind = next((kind for magic, kind in KINDS.items() if data.startswith(magic)), None)
        if kind and not line.file:
            return web.Response(body=data, content_type=kind)
        named = f"attachment; filename*=UTF-8''{quote(line.file or 'file')}"
        return web.Response(
            body=data, content_type="application/octet-stream", headers={"Content-Disposition": named}
        )

    # -- what comes in

    async def say(self, request: web.Request) -> web.Response:
        asked = Say.model_validate_json(await request.read())
        message = self._chat.speak(asked.room, asked.person, asked.text, asked.quoting)
        return web.json_response({"id": message.id})

    async def image(self, request: web.Request) -> web.Response:
        data = await request.read()
        if not data:
            raise web.HTTPBadRequest(text="图片是空的。")
        if len(data) > SHOWN:
            raise web.HTTPRequestEntityTooLarge(SHOWN, len(data), text="图片超过 8 MB，发不了。")
        message = self._chat.speak(
            request.query.get("room"), request.query.get("person", ""), image=bytes(data)
        )
        return web.json_response({"id": message.id})

    async def recall(self, request: web.Request) -> web.Response:
        asked = TakeBack.model_validate_json(await request.read())
        if self._chat.line(asked.id).who != asked.person:
            raise Unknown(f"{asked.id} is not {asked.person}'s")
        self._chat.recall(asked.id)
        return web.json_response({})

    async def clock(self, request: web.Request) -> web.Response:
        to = Move.model_validate_json(await request.read()).to
        async with self._moving:
            now = self._chat.clock.now()
            if not now < to <= now + FARTHEST:
                raise web.HTTPBadRequest(text="时间只能往前走，一次最多一年。")
            await self._move(to)
            self._chat.watchers.tell(self._chat.clock.now())
        return web.json_response({})

    # -- inside

    async def _send_away(self, _: web.Application) -> None:
        self._chat.watchers.send_away()

    async def _next(self, news: asyncio.Queue[News | None]) -> News | None:
        try:
            async with asyncio.timeout(BEAT):
                return await news.get()
        except TimeoutError:
            return self._chat.clock.now()

    def _told(self, news: News) -> bytes:
        if isinstance(news, datetime):
            return event("clock", clock(news))
        if isinstance(news, Line):
            return event("line", told(news))
        return event("room" if isinstance(news, Room) else "person", asdict(news))

    def _state(self) -> dict[str, Any]:
        chat = self._chat
        talks = [*chat.rooms, *chat.people]
        return {
            "bot": {"id": chat.account, "name": chat.name},
            "place": self._neighbourhood.name,
            "clock": clock(chat.clock.now()),
            "people": [self._figure(person) for person in chat.people.values()],
            "rooms": [asdict(room) for room in chat.rooms.values()],
            "lines": [told(line) for talk in talks for line in chat.history(talk)],
        }

    def _figure(self, person: Person) -> dict[str, Any]:
        known = next((one for one in self._neighbourhood.people if one.id == person.id), None)
        if known is None:
            return {"id": person.id, "name": person.name, "word": "", "home": "", "lines": [], "private": []}
        building = next((one.name for one in self._neighbourhood.buildings if one.id == known.building), "")
        return {
            "id": person.id,
            "name": person.name,
            "word": known.word,
            "home": f"{building} {known.flat}".strip(),
            "lines": known.lines,
            "private": known.private,
        }


def event(kind: str, data: dict[str, Any]) -> bytes:
    """One server-sent event; JSON holds no bare line break."""
    return f"event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def told(line: Line) -> dict[str, Any]:
    return asdict(line) | {"at": line.at.isoformat()}


def clock(now: datetime) -> dict[str, Any]:
    return {
        "now": now.isoformat(),
        "spoken": spoken(now),
        "jumps": [{"label": label, "to": to.isoformat()} for label, to in jumps(now)],
    }
