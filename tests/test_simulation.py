"""A short run of `louzu simulate`, and the proof that its ledger accuses a bot that is wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.ext.asyncio import AsyncSession

from bot import about
from bot.__main__ import main
from bot.bearing import Bearing
from bot.hearing import Hearing
from bot.keeper import Keeper
from bot.simulation import talk
from bot.simulation.ledger import HERE
from bot.simulation.sentences import Sentence, sentences, understood
from bot.simulation.verdict import Verdict
from bot.simulation.year import Misread, NotEmpty, Plan, play
from nlp import CATEGORIES, Reader, load
from schedules.job import Notice
from store import journal, outbox, runs
from store.tables import Post

GUILT = (
    *("requests_lost", "requests_doubled", "digests_missing", "digests_doubled", "replies_owed"),
    "vetoed_said",
)
LEAP_DAY = Plan(buildings=2, weeks=2, seed=3, faults=True, begin=datetime(2024, 2, 19, 8, tzinfo=HERE))
NEW_YEAR = Plan(buildings=2, weeks=2, seed=2, faults=True, begin=datetime(2024, 12, 23, 8, tzinfo=HERE))
QUIET = Plan(buildings=1, weeks=1, seed=1)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load(lately=1_000)


def played(plan: Plan, reader: Reader, folder: Path) -> Verdict:
    return asyncio.run(
        play(plan, reader, f"sqlite+aiosqlite:///{folder / 'louzu.db'}", folder, lambda _: None)
    )


@pytest.mark.parametrize("plan", [LEAP_DAY, NEW_YEAR], ids=["leap day", "new year"])
def test_nothing_is_lost_or_doubled_whatever_fails(plan: Plan, reader: Reader, tmp_path: Path) -> None:
    verdict = played(plan, reader, tmp_path)
    assert not verdict.charges
    assert verdict.kills > 3 and verdict.requests > 10
    # Of three groups two weeks and a month.
    assert verdict.digests + verdict.vetoed == 9


def test_a_seed_gives_one_year(reader: Reader, tmp_path: Path) -> None:
    verdicts = []
    for name in ("once", "again"):
        (tmp_path / name).mkdir()
        verdicts.append(played(Plan(buildings=1, weeks=1, seed=3, faults=True), reader, tmp_path / name))
    assert verdicts[0] == verdicts[1] and verdicts[0].kills


def test_the_last_line_is_json_and_the_exit_code_the_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ["simulate", "--buildings", "1", "--weeks", "1", "--json"]
    right = _run(asked)
    figures = json.loads(right.output.splitlines()[-1])
    assert (
        right.exit_code == 0
        and figures["requests"]
        and list(figures)[:9]
        == [
            *GUILT,
            *("messages", "requests", "kills"),
        ]
    )
    monkeypatch.setattr(outbox, "put", _forgetting)
    wrong = _run(asked)
    assert wrong.exit_code == 1 and json.loads(wrong.output.splitlines()[-1])["replies_owed"]


def _run(arguments: Sequence[str]) -> Result:
    return CliRunner().invoke(main, arguments)


def test_a_database_in_use_is_left_alone(reader: Reader, tmp_path: Path) -> None:
    played(Plan(buildings=1, weeks=0), reader, tmp_path)
    with pytest.raises(NotEmpty):
        played(QUIET, reader, tmp_path)


def test_what_is_said_covers_everything_and_what_is_read_otherwise_is_not_said(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = understood(sentences(), reader)
    assert {one.category for one in known if one.request} == set(CATEGORIES)
    assert {one.kind for one in known} == {"urgent", "quick", "listed", "talk", "support"}
    wrong = Sentence("quick", "noise", "2单元楼道灯坏了，请来修一下")
    assert understood([*known, wrong], reader) == known
    monkeypatch.setattr("bot.simulation.year.sentences", lambda: [*known, *[wrong] * len(known)])
    with pytest.raises(Misread, match=wrong.text):
        played(QUIET, reader, tmp_path)


# -- a bot that is wrong is found guilty


async def _forgetting(db: AsyncSession, post: Post) -> bool:
    """Every other post is forgotten."""
    return True if crc32(post.key.encode()) % 2 == 0 else await _put(db, post)


_put, _take, _first_times = outbox.put, journal.take, runs.first_times


def test_an_outbox_that_forgets_owes_replies(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "put", _forgetting)
    verdict = played(QUIET, reader, tmp_path)
    assert verdict.guilty and verdict.replies_owed


def test_a_bot_that_remembers_nothing_doubles_requests(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def always(db: AsyncSession, account: str, message_id: str, at: datetime) -> bool:
        await _take(db, account, message_id, at)
        return True

    async def nothing(_: Hearing) -> list[Bearing]:
        return []

    async def all_new(self: journal.Journal, ids: Sequence[str]) -> list[str]:
        await _arrived(self, ids)
        return list(ids)

    _arrived = journal.Journal.arrived
    monkeypatch.setattr(journal, "take", always)
    monkeypatch.setattr(journal.Journal, "arrived", all_new)
    # What is said again in the same words is known by these, too.
    monkeypatch.setattr(about, "bearings", nothing)
    monkeypatch.setattr(talk, "AN_OLD_ONE", 1.0)
    monkeypatch.setattr(talk, "REQUESTS", (2,))
    assert played(QUIET, reader, tmp_path).requests_doubled


def test_an_acknowledgement_that_is_said_twice_is_a_request_doubled(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def twice(db: AsyncSession, post: Post) -> bool:
        if post.kind == "ack":
            more = {
                "to": post.to,
                "group": post.group,
                "created": post.created,
                "not_before": post.not_before,
            }
            again = Post(key=f"{post.key}:2", account=post.account, kind="ack", text=post.text, **more)
            await _put(db, again)
        return await _put(db, post)

    monkeypatch.setattr(outbox, "put", twice)
    assert played(QUIET, reader, tmp_path).requests_doubled


def test_a_message_that_is_dropped_is_a_request_lost(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def sometimes(db: AsyncSession, account: str, message_id: str, at: datetime) -> bool:
        # By its second and not by its id: ids are new in each run, and by chance no request would be dropped.
        return await _take(db, account, message_id, at) and at.second % 4 != 0

    monkeypatch.setattr(journal, "take", sometimes)
    monkeypatch.setattr(talk, "REQUESTS", (2,))
    assert played(QUIET, reader, tmp_path).requests_lost


def _owing(monkeypatch: pytest.MonkeyPatch, owe: Callable[..., Awaitable[None]]) -> None:
    monkeypatch.setattr(Keeper, "_owe", owe)


def test_a_digest_under_two_keys_is_doubled(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = Keeper._owe

    async def twice(self: Keeper, db: AsyncSession, notice: Notice) -> None:
        await once(self, db, notice)
        if notice.kind == "weekly":
            await once(self, db, Notice(notice.kind, f"{notice.key}:2", notice.to, summary=notice.summary))

    _owing(monkeypatch, twice)
    assert played(QUIET, reader, tmp_path).digests_doubled


def test_a_digest_that_nobody_owes_is_missing(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = Keeper._owe

    async def never(self: Keeper, db: AsyncSession, notice: Notice) -> None:
        if notice.kind != "weekly":
            await once(self, db, notice)

    _owing(monkeypatch, never)
    verdict = played(QUIET, reader, tmp_path)
    assert verdict.digests_missing == 2


def test_a_veto_that_is_not_heeded_is_told(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def all_of_them(_: AsyncSession, __: str, subjects: Sequence[str], *___: Any) -> set[str]:
        return set(subjects)

    monkeypatch.setattr(talk, "STOPPED", 1.0)
    for name in ("right", "wrong"):
        (tmp_path / name).mkdir()
    assert not played(QUIET, reader, tmp_path / "right").guilty
    monkeypatch.setattr(runs, "first_times", all_of_them)
    assert played(QUIET, reader, tmp_path / "wrong").vetoed_said
