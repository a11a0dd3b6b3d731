"""`louzu run` killed again and again while the neighbourhood talks: nothing lost, nothing twice.

`pytest tests/gateway/test_kills.py --kills 50` kills it fifty times; `--seed` repeats the moments of a run that failed.
"""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.gateway.conftest import Gateway
from tests.gateway.stream import ROOMS, Outcome, Stream, outcome, owe_summaries, rows, settle_in
from tests.gateway.test_run import AT_ONCE
from tests.running import Running

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(1200)]

FEW = {"echoing": 3, "mute": 1, "gateway": 1}
"""Kills when no number is asked for."""
FAULTS = '{"sendLag": 30}', '{"sendLag": 30, "noEcho": true}'
SETTINGS = AT_ONCE | {
    "LOUZU_PACE__HEARD_PER_MINUTE": "99999",
    "LOUZU_PACE__SPREAD_SECONDS": "0",
    "LOUZU_WECHAT__CALL_TIMEOUT": "1",
    "PYTHONDONTWRITEBYTECODE": "",
}
PATIENCE = 120
MOST_GROUPS = 400
UNHANDLED = "SELECT message_id FROM seen WHERE NOT handled"
OWED = "SELECT id, state FROM post WHERE state IN ('due', 'saying')"
UNKNOWN = "SELECT id FROM post WHERE state = 'unknown'"
DOUBTED = "SELECT id FROM post WHERE state = 'unknown' AND said_at > datetime('now', '-6 seconds')"
WANTED = "SELECT id FROM photo WHERE state = 'wanted'"
LAST_POST = "SELECT coalesce(max(id), 0) FROM post"


class Scene:
    """One bot and its gateway; each life of either ends when chance says so."""

    def __init__(self, running: Running, gateway: Gateway, seed: int) -> None:
        self.running, self.gateway, self.seed = running, gateway, seed
        self.chance = random.Random(seed)
        self.moments: list[str] = []
        self.groups = ROOMS
        self._told = 0

    @property
    def database(self) -> Path:
        return self.running.database

    def begin(self) -> Stream:
        """A new stream; what came before is no part of it."""
        [(self.after,)] = rows(self.database, LAST_POST)
        self._told, self.moments = len(self.gateway.told), []
        return Stream(self.gateway, self.chance, self.after)

    async def owe(self) -> None:
        """A group to be told its summaries, once the bot lives again."""
        self.groups += 1
        assert self.groups <= MOST_GROUPS
        await owe_summaries(self.database, self.groups)

    async def life(self) -> None:
        """From the start to a death at a random moment, often before it is quite awake, seldom when it rests."""
        self.running.log = ""
        await self.running.start()
        since, wait = "start", self.chance.uniform(0, 2.5)
        if self.chance.random() < 0.85:
            since, wait = "login", self.chance.choice((0.2, 0.7, 1.2, 2.5)) * self.chance.random()
            await self.running.writes("logged in")
        await asyncio.sleep(wait)
        await self.running.kill()
        self.moments.append(f"{wait:.3f} s after {since}")

    async def end_gateway(self) -> None:
        await self.gateway.stop(signal.SIGKILL)
        self.moments.append("gateway")
        await self.gateway.start()

    async def rest(self, stream: Stream, *doubts: str) -> Outcome:
        """Let it come to rest, until nothing is left in doubt; what came of all that was said."""
        self.running.log = ""
        await self.running.start()
        await self._until(lambda: self._at_rest(stream))
        await stream.talk()
        await self._until(lambda: self._at_rest(stream, *doubts))
        await self.running.kill()
        return outcome(self.database, stream.said, self.sent(), self.after)

    def _at_rest(self, stream: Stream, *doubts: str) -> bool:
        handled = {id_ for (id_,) in rows(self.database, "SELECT message_id FROM seen WHERE handled")}
        busy = any(rows(self.database, query) for query in (OWED, UNHANDLED, *doubts))
        return handled >= stream.said.ids and not busy and not self.gateway.ring()

    async def _until(self, state: Callable[[], object]) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while not state():  # noqa: ASYNC110
                    await asyncio.sleep(0.1)

    def sent(self) -> list[tuple[str, str]]:
        """To whom the bot said what; of a file, its name."""
        told = [told for told in self.gateway.told[self._told :] if told["event"] == "sent"]
        return [(one["to"], one.get("text") or one["name"]) for one in told]

    def story(self, found: Outcome) -> str:
        return f"--seed {self.seed}: {found!r}\nkilled: {', '.join(self.moments)}\n{self.running.log[-3000:]}"


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def scene(
    modules: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> AsyncIterator[Scene]:
    folder = tmp_path_factory.mktemp("kills")
    gateway = Gateway(modules, folder)
    gateway.environ = {"LOUZU_MOCK_ROOMS": str(MOST_GROUPS), "LOUZU_MOCK_FAULTS": FAULTS[0]}
    running = Running(folder, gateway.port, **SETTINGS)
    await settle_in(running.database)
    await gateway.start()
    seed = request.config.getoption("seed") or random.SystemRandom().randrange(1, 1_000_000)
    scene = Scene(running, gateway, seed)
    yield scene
    await running.kill()
    await gateway.stop()


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> Callable[[str], int]:
    asked: int = request.config.getoption("kills")
    return lambda kind: asked if asked and kind == "echoing" else max(FEW[kind], asked // 4)


@pytest.fixture
def tell(capfd: pytest.CaptureFixture[str], request: pytest.FixtureRequest) -> Callable[..., None]:
    def tell(*words: Any) -> None:
        if request.config.getoption("kills"):
            with capfd.disabled():
                print("\n", *words)

    return tell


async def stream_and_kill(scene: Scene, times: int, *, gateway: bool = False) -> Stream:
    stream = scene.begin()
    talking = asyncio.create_task(stream.run())
    for _ in range(times):
        await scene.owe()
        dying = asyncio.create_task(scene.life())
        if gateway:
            await asyncio.sleep(scene.chance.uniform(0, 4))
            async with stream.talking:
                await scene.end_gateway()
        await dying
    talking.cancel()
    with suppress(asyncio.CancelledError):
        await talking
    return stream


def nothing_lost(found: Outcome, story: str) -> None:
    assert found.requests, story
    assert not found.lost, story
    assert not found.doubled and not found.made_up, story
    assert not found.notes_wrong, story
    assert not found.never_owed, story


async def test_where_the_puppet_echoes_nothing_is_lost_and_nothing_said_twice(
    scene: Scene, kills: Callable[[str], int], tell: Callable[..., None]
) -> None:
    times = kills("echoing")
    stream = await stream_and_kill(scene, times)
    found = await scene.rest(stream, UNKNOWN, WANTED)
    story = scene.story(found)
    tell(f"echoing: kills={times} {found}")
    nothing_lost(found, story)
    assert found.digests, story
    assert not found.digests_again, story
    assert not found.said_again, story
    assert not found.not_said and not found.unknown, story
    assert not found.photos_lost, story


async def test_what_the_gateway_was_doing_when_it_was_killed_too_is_not_done_blindly_again(
    scene: Scene, kills: Callable[[str], int], tell: Callable[..., None]
) -> None:
    times = kills("gateway")
    stream = await stream_and_kill(scene, times, gateway=True)
    found = await scene.rest(stream, DOUBTED)
    story = scene.story(found)
    tell(f"gateway too: kills={times} of each {found}")
    nothing_lost(found, story)
    assert not found.said_again, story
    assert all(state == "unknown" for state, *_ in found.not_said) and found.unknown <= 2 * times, story


async def test_where_the_puppet_does_not_echo_what_a_kill_left_open_rests_for_a_person(
    scene: Scene, kills: Callable[[str], int], tell: Callable[..., None]
) -> None:
    times = kills("mute")
    await scene.gateway.stop()
    scene.gateway.environ["LOUZU_MOCK_FAULTS"] = FAULTS[1]
    await scene.gateway.start()
    stream = await stream_and_kill(scene, times)
    found = await scene.rest(stream, DOUBTED)
    story = scene.story(found)
    tell(f"not echoing: kills={times} {found}")
    nothing_lost(found, story)
    assert not found.said_again, story
    assert all(state == "unknown" for state, *_ in found.not_said) and found.unknown <= times, story
