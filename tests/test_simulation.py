"""A short run of `louzu simulate`, and the proof that its ledger accuses a bot that is wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.ext.asyncio import AsyncSession

from bot.__main__ import main
from bot.keeper import Keeper
from bot.simulation.sentences import Sentence, misread, sentences
from bot.simulation.verdict import Verdict
from bot.simulation.year import NotEmpty, Plan, play
from nlp import CATEGORIES, Reader, load
from schedules.job import Notice
from store import journal, outbox, runs
from store.tables import Post

GUILT = (
    *("requests_lost", "requests_doubled", "digests_missing", "digests_doubled", "replies_owed"),
    "vetoed_said",
)
SHORT = Plan(buildings=2, weeks=3, seed=1, faults=True)
QUIET = Plan(buildings=1, weeks=2, seed=1)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load()


def played(plan: Plan, reader: Reader, folder: Path) -> Verdict:
    return asyncio.run(
        play(plan, reader, f"sqlite+aiosqlite:///{folder / 'louzu.db'}", folder, lambda _: None)
    )


def test_nothing_is_lost_or_doubled_whatever_fails_and_a_seed_gives_one_year(
    reader: Reader, tmp_path: Path
) -> None:
    verdicts = []
    for name in ("once", "again"):
        folder = tmp_path / name
        folder.mkdir()
        verdicts.append(asdict(played(SHORT, reader, folder)))
    assert verdicts[0] == verdicts[1]
    assert not verdicts[0]["charges"]
    assert verdicts[0]["kills"] > 5 and verdicts[0]["requests"] > 15 and verdicts[0]["digests"] >= 9


def test_the_last_line_is_json_and_the_exit_code_the_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ["simulate", "--buildings", "1", "--weeks", "2", "--json"]
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
    played(Plan(buildings=1, weeks=1), reader, tmp_path)
    with pytest.raises(NotEmpty):
        played(Plan(buildings=1, weeks=1), reader, tmp_path)


def test_every_sentence_is_read_as_it_is_meant_and_a_wrong_one_is_found(reader: Reader) -> None:
    known = sentences()
    assert {one.category for one in known if one.request} == set(CATEGORIES)
    assert {one.kind for one in known} == {"urgent", "quick", "listed", "talk", "support"}
    assert not misread(known, reader)
    wrong = Sentence("quick", "noise", "2单元楼道灯坏了，请来修一下")
    assert misread([wrong], reader) == [wrong.text]


# -- a bot that is wrong is found guilty


async def _forgetting(db: AsyncSession, post: Post) -> bool:
    """Every third post is forgotten."""
    return True if crc32(post.key.encode()) % 3 == 0 else await _put(db, post)


_put, _take, _first_times = outbox.put, journal.take, runs.first_times


def test_an_outbox_that_forgets_owes_replies(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "put", _forgetting)
    verdict = played(QUIET, reader, tmp_path)
    assert verdict.guilty and verdict.replies_owed


def test_a_journal_that_is_skipped_doubles_requests(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def always(db: AsyncSession, account: str, message_id: str, at: datetime) -> bool:
        await _take(db, account, message_id, at)
        return True

    async def all_new(self: journal.Journal, ids: Sequence[str]) -> list[str]:
        await _arrived(self, ids)
        return list(ids)

    _arrived = journal.Journal.arrived
    monkeypatch.setattr(journal, "take", always)
    monkeypatch.setattr(journal.Journal, "arrived", all_new)
    assert played(SHORT, reader, tmp_path).requests_doubled


def test_a_message_that_is_dropped_is_a_request_lost(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def sometimes(db: AsyncSession, account: str, message_id: str, at: datetime) -> bool:
        return await _take(db, account, message_id, at) and int(message_id, 16) % 4 != 0

    monkeypatch.setattr(journal, "take", sometimes)
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
    assert verdict.digests_missing == 4


def test_a_veto_that_is_not_heeded_is_told(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def all_of_them(_: AsyncSession, __: str, subjects: Sequence[str], *___: Any) -> set[str]:
        return set(subjects)

    monkeypatch.setattr("bot.simulation.talk.STOPPED", 1.0)
    for name in ("right", "wrong"):
        (tmp_path / name).mkdir()
    assert not played(QUIET, reader, tmp_path / "right").guilty
    monkeypatch.setattr(runs, "first_times", all_of_them)
    assert played(QUIET, reader, tmp_path / "wrong").vetoed_said
