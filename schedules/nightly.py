"""What is done at night: old words are wiped, a copy is put aside."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from schedules.job import Notice, Tick, job
from store import corrections, journal, retention
from store.moves import Act, move
from store.people import CLOCK


@job(
    "blank",
    "到期清除",
    when="0 3 * * *",
    about="清除到期的诉求原文、七天没人确认的线索、已发出的话和旧消息编号",
    wipes=True,
)
async def blank(db: AsyncSession, tick: Tick) -> list[Notice]:
    """Nobody is told; the files of `tick.dropped_photos` are deleted once this is kept."""
    old = await retention.old(db, tick.now - timedelta(days=tick.rules.text_days))
    doubtful = await retention.unsure(db, tick.now - timedelta(days=tick.rules.unsure_days))
    for row in doubtful:
        move(db, row, "no", Act(CLOCK, tick.now))
    await db.flush()
    tick.dropped_photos.extend(await retention.blank(db, [*old, *doubtful]))
    # A ledger may quote an unsure one, so what was said lives no longer than that.
    await retention.drop_posts(db, tick.now - timedelta(days=tick.rules.unsure_days))
    await corrections.drop(db, tick.now - timedelta(days=tick.rules.text_days))
    await journal.forget(db, tick.now - timedelta(days=tick.rules.seen_days))
    return []


job("backup", "每晚备份", when="30 3 * * *", about="把数据库和照片备份到备份文件夹")(None)
