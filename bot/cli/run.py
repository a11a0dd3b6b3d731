"""louzu run: the bot on WeChat, until it is told to end."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
from contextlib import suppress

import click

from bot import commands, logs, presence
from bot.app import Bot
from bot.cli.errors import ordinary
from bot.cli.settings import opened, with_config
from bot.clock import SystemClock
from bot.config import Config
from bot.config_mistakes import ConfigMistakes
from bot.watch import watched
from bot.wechat import Journal, WeChat, settings_of
from nlp import load
from store import Store, journal
from store.alone import Hold, alone

log = logging.getLogger("louzu")
GRACE = 20.0
"""Seconds that a post on the tip of the tongue has to be finished."""
NOT_OTHERS = 0o077
TAKES_TURNS = 0.0005
"""Seconds until a thread lets another go on. With Python's own 5 ms the way to SQLite's thread and back waits long for
whatever else goes on; with each statement done there, this let a fifth more messages be heard."""


@click.command()
@with_config
def run(config: Config) -> None:
    """运行机器人，直到按 Ctrl+C。网关不在也不要紧，会一直等它。"""
    if missing := config.wechat.missing():
        raise ConfigMistakes(f"wechat.{one}" for one in missing)
    os.umask(NOT_OTHERS)
    logs.begin(config.log)
    sys.setswitchinterval(TAKES_TURNS)
    try:
        asyncio.run(live(config))
    except Exception as error:
        if ordinary(error):
            raise
        # The terminal would show what the error says; the log shows where it came from.
        log.critical("stopped by an error", exc_info=error)
        raise SystemExit(1) from None


async def live(config: Config) -> None:
    """The whole program, from the database up; ends well at SIGTERM or SIGINT."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.set_exception_handler(logs.unhandled)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    account = config.wechat.account
    async with opened(config, log.warning) as store, alone(store, account) as hold:
        bot = await _bot(config, store)
        log.info("database: %s, gateway: %s", store.url.get_backend_name(), config.wechat.endpoint)
        async with watched(bot, config.web), presence.marking(bot.chat, config.data_dir, bot.clock):
            await _until(ended, bot, hold)
    log.info("ended")


async def _bot(config: Config, store: Store) -> Bot:
    assert commands  # importing them declares them
    clock, account = SystemClock(), config.wechat.account
    seen: Journal = journal.Journal(store, account, clock.now)
    away = presence.last_heard(config.data_dir, account)
    chat = WeChat(settings_of(config), seen, account=account, clock=clock, away_since=away)
    reader = await asyncio.to_thread(load)
    # Reading the word lists leaves 30 MB behind that Python would give back much later, and what
    # stays for good need not be looked through with every collection.
    gc.collect()
    gc.freeze()
    return Bot(chat, store, reader, config, clock)


async def _until(ended: asyncio.Event, bot: Bot, hold: Hold) -> None:
    """Let the bot live until the end is asked for; what ends it before that is raised."""
    living, told = asyncio.create_task(bot.run()), asyncio.create_task(ended.wait())
    lost = asyncio.create_task(hold.lost())
    await asyncio.wait((living, told, lost), return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    lost.cancel()
    if not living.done():
        log.info("ending")
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                await bot.speaker.hush()
        living.cancel()
    with suppress(asyncio.CancelledError):
        await living
    if lost.done() and not lost.cancelled():
        lost.result()
