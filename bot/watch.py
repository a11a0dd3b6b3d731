"""How the bot is, for machines: /healthz and /metrics on a local port; numbers only, never a word."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime

from aiohttp import web
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from sqlalchemy.exc import SQLAlchemyError

from bot.app import Bot
from bot.config import Web
from store import journal, outbox

log = logging.getLogger("louzu.watch")
DATABASE_ANSWERS = 5.0
"""Seconds after which it counts as down."""
STUCK = 600.0
"""Seconds that a post may be overdue before something must be wrong."""


@dataclass(frozen=True, slots=True)
class Gateway:
    connected: bool
    logged_in: bool
    detail: str


@dataclass(frozen=True, slots=True)
class State:
    """How it stands now; what only the database knows is None while it does not answer."""

    gateway: Gateway
    database: bool
    outbox_age: float | None
    """Seconds for which the oldest post that could be said has waited."""
    deaf_minutes: float
    unknown_posts: int | None
    """May or may not have been said: a person should look."""
    unhandled_messages: int | None
    own_words: int
    """Words of the neighbourhood's own that are in use."""
    vocabulary_mistakes: tuple[str, ...]
    """Where its file is wrong, as file:line; what was last right is in use until then."""
    since: datetime

    @property
    def well(self) -> bool:
        heard = self.gateway.connected and self.gateway.logged_in
        return heard and self.database and (self.outbox_age or 0) < STUCK


class Watch:
    """Looks at a bot when asked, and changes nothing."""

    def __init__(self, bot: Bot) -> None:
        self.bot, self.since = bot, bot.clock.now()

    async def state(self) -> State:
        health = self.bot.chat.health()
        counts = await self._counts()
        age, unknown, unhandled = counts or (None, None, None)
        return State(
            gateway=Gateway(health.connected, health.logged_in, health.detail),
            database=counts is not None,
            outbox_age=None if age is None else round(age, 1),
            deaf_minutes=round(health.deaf_seconds / 60, 1),
            unknown_posts=unknown,
            unhandled_messages=unhandled,
            own_words=self.bot.vocabulary.words,
            vocabulary_mistakes=self.bot.vocabulary.places,
            since=self.since,
        )

    async def healthz(self, _: web.Request) -> web.Response:
        state = await self.state()
        told = asdict(state) | {"well": state.well, "since": state.since.isoformat(timespec="seconds")}
        text = json.dumps(told, ensure_ascii=False)
        return web.json_response(text=text, status=200 if state.well else 503)

    async def metrics(self, _: web.Request) -> web.Response:
        metrics, health = self.bot.metrics, self.bot.chat.health()
        counts = await self._counts()
        metrics.well.set(health.well)
        metrics.deaf.set(health.deaf_seconds)
        metrics.outbox_age.set(counts[0] if counts else float("nan"))
        body = generate_latest(metrics.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    async def _counts(self) -> tuple[float, int, int] | None:
        """Outbox age, unknown posts, unhandled messages; None when the database does not answer."""
        bot, account = self.bot, self.bot.chat.account
        try:
            async with asyncio.timeout(DATABASE_ANSWERS), bot.store.read() as db:
                return (
                    await outbox.age(db, account, bot.clock.now()),
                    await outbox.unknown(db, account),
                    await journal.unhandled(db, account),
                )
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.error("the database does not answer: %s", type(error).__name__)
            return None


@asynccontextmanager
async def watched(bot: Bot, settings: Web) -> AsyncIterator[None]:
    """The two pages, as long as the bot lives. Raises OSError when the port is taken."""
    watch = Watch(bot)
    app = web.Application()
    app.add_routes([web.get("/healthz", watch.healthz), web.get("/metrics", watch.metrics)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
        log.info("health at http://%s:%d/healthz", settings.host, settings.port)
        yield
    finally:
        await runner.cleanup()
