"""When the next post may go out: what keeps a personal account from being blocked, and a group patient."""

from __future__ import annotations

import random
from collections import deque
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.config import Pace as Settings
from store import outbox

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


class Pace:
    """The account's gap and budgets, over what was said in a day; what each room may have the outbox counts."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._said: deque[datetime] = deque()
        self._recalled = False
        self._jitter = 0.0

    async def recall(self, db: AsyncSession, account: str, now: datetime) -> None:
        """Once after a start: a restart forgets nothing."""
        if not self._recalled:
            self._said.extend(await outbox.said_since(db, account, now - DAY))
            self._recalled = True

    def said(self, at: datetime) -> None:
        """Something went out, or may have."""
        self._said.append(at)
        while self._said[0] < at - DAY:
            self._said.popleft()
        self._jitter = random.uniform(0, self.settings.jitter_seconds)

    def gap(self, now: datetime) -> float:
        """Seconds until anything at all may be said, 0 for now."""
        if not self._said:
            return 0.0
        # A clock that was set back has said things in the future: that is no reason to be mute until then.
        since = max(0.0, (now - self._said[-1]).total_seconds())
        return max(0.0, self.settings.gap_seconds + self._jitter - since)

    def spent(self, now: datetime) -> bool:
        """Whether a budget of the account is used up, so that only what is urgent may still be said."""
        budgets = ((self.settings.per_minute, MINUTE), (self.settings.per_day, DAY))
        return any(most and self._since(now - period) >= most for most, period in budgets)

    def _since(self, moment: datetime) -> int:
        return sum(at >= moment for at in self._said)

    def of_a_room(self, now: datetime) -> outbox.Budgets:
        """What one room may have had by now; 0 in the settings sets no bound."""
        settings = self.settings
        gathering = timedelta(seconds=settings.gather_seconds)
        budgets = (
            (now - MINUTE, settings.per_minute_room, ""),
            (now - DAY, settings.room_posts_a_day, ""),
            (now - gathering, int(settings.gather_seconds > 0), outbox.GATHERED),
        )
        return [budget for budget in budgets if budget[1]]
