"""When the next post may go out: what keeps a personal account from being blocked, and a group patient."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.config import Pace as Settings
from store import outbox
from store.tables import Post

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


class Pace:
    """Gaps and budgets, counted in the outbox itself so that a restart forgets nothing."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._jitter = 0.0
        self._last: datetime | None = None

    async def wait(self, db: AsyncSession, post: Post, now: datetime) -> float:
        """Seconds until this post may be said, 0 for now. Urgent ones wait only for the gap."""
        settings = self.settings
        last = await outbox.last_said(db, post.account)
        if last != self._last:
            self._last, self._jitter = last, random.uniform(0, settings.jitter_seconds)
        gap = settings.gap_seconds + self._jitter - (now - last).total_seconds() if last else 0.0
        if post.urgent or gap > 0:
            return max(gap, 0.0)
        if await self._spent(db, post.account, now):
            return 10.0
        return 0.0

    async def _spent(self, db: AsyncSession, account: str, now: datetime) -> bool:
        """Whether the account's budget of the minute or the day is used up."""
        settings = self.settings
        if settings.per_minute and await outbox.said_since(db, account, now - MINUTE) >= settings.per_minute:
            return True
        return bool(settings.per_day and await outbox.said_since(db, account, now - DAY) >= settings.per_day)

    def of_a_room(self, now: datetime) -> outbox.Budgets:
        """What one room may have had by now; 0 in the settings sets no bound."""
        settings = self.settings
        budgets = ((now - MINUTE, settings.per_minute_room), (now - DAY, settings.room_posts_a_day))
        return [budget for budget in budgets if budget[1]]
