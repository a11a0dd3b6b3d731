"""`louzu run` as a process, by environment variables alone."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from aiohttp import ClientSession

from tests.gateway.conftest import TOKEN, free_port

LOUZU = (sys.executable, "-m", "bot")
ROOT = Path(__file__).parent.parent
PATIENCE = 30


class Running:
    """The bot in `folder`, at the gateway of a port."""

    def __init__(self, folder: Path, gateway: int, **settings: str) -> None:
        self.port, self.log = free_port(), ""
        self.database = folder / "bot.db"
        self.environ = {
            name: value for name, value in os.environ.items() if not name.startswith("LOUZU_")
        } | {
            "LOUZU_WECHAT__ENDPOINT": f"127.0.0.1:{gateway}",
            "LOUZU_WECHAT__TOKEN": TOKEN,
            "LOUZU_STORE__URL": f"sqlite:///{self.database}",
            "LOUZU_DATA_DIR": str(folder / "bot"),
            "LOUZU_WEB__PORT": str(self.port),
            "PYTHONPATH": str(ROOT),
            **settings,
        }

    async def start(self) -> None:
        self.process: Process = await asyncio.create_subprocess_exec(
            *(*LOUZU, "run"), env=self.environ, stdout=PIPE, stderr=PIPE
        )

    async def writes(self, words: str) -> None:
        """Wait until the log has them."""
        assert self.process.stdout
        async with asyncio.timeout(PATIENCE):
            while words not in self.log:
                line = (await self.process.stdout.readline()).decode()
                assert line, (self.log, await self.process.communicate())
                self.log += line

    async def health(self) -> tuple[int, dict[str, object]]:
        page = f"http://127.0.0.1:{self.port}/healthz"
        async with ClientSession() as session, session.get(page) as answer:
            return answer.status, await answer.json()

    async def command(self, *words: str) -> str:
        """What another `louzu` command prints, by the same settings."""
        other = await asyncio.create_subprocess_exec(*LOUZU, *words, env=self.environ, stdout=PIPE)
        told, _ = await asyncio.wait_for(other.communicate(), PATIENCE)
        assert other.returncode == 0
        return told.decode()

    async def end(self, how: int) -> str:
        """What it printed to the error stream until it ended well."""
        self.process.send_signal(how)
        rest, errors = await asyncio.wait_for(self.process.communicate(), PATIENCE)
        self.log += rest.decode()
        assert self.process.returncode == 0
        return errors.decode()

    async def kill(self) -> None:
        """The end that nobody prepares for."""
        if self.process.returncode is None:
            self.process.kill()
        self.log += (await self.process.communicate())[0].decode()
