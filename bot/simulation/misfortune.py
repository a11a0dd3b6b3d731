"""The bad luck of a day: kills, outages, a sick database, a clock that jumps; all of it planned when the day begins."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.simulation.ledger import HERE
from bot.simulation.world import World

MINUTE, HOUR = 60.0, 3600.0
DAY = timedelta(days=1)
KILLS, OUTAGES, SICK, JUMPS, LONG_DOWN = 0.6, 0.4, 0.5, 0.05, 0.004
"""How often a day, as probabilities; kills may come twice."""
WHEN_SUMMARIES_FALL_DUE = timedelta(hours=8, minutes=59, seconds=30)
AT_THE_WORST_MOMENT = 0.4
NOTICES = 6
"""Every so many hours a gateway that dropped something is noticed, and connected to anew."""
LONGEST = 6.5 * 24 * HOUR
"""Our gateway keeps what it hears for seven days."""


class Misfortune:
    """Plans what goes wrong on a day when it begins."""

    def __init__(self, world: World) -> None:
        self.world, self.faults, self.rng = world, world.faults, world.faults.rng

    def day(self, midnight: datetime) -> None:
        """Let all of it happen at its time."""
        local = midnight.astimezone(HERE)
        if (local.weekday() == 0 or local.day == 1) and self.rng.random() < AT_THE_WORST_MOMENT:
            worst = self.rng.choice((self._kill, self._kill, self._sicken, self._lose))
            self.world.at(midnight + WHEN_SUMMARIES_FALL_DUE, worst)
        for deed, often in (
            (self._kill, KILLS / 2),
            (self._kill, KILLS / 2),
            (self._lose, OUTAGES),
            (self._sicken, SICK),
            (self._jump, JUMPS),
            (self._go_down, LONG_DOWN),
        ):
            if self.rng.random() < often:
                self.world.at(midnight + timedelta(hours=self.rng.uniform(6, 24)), deed)
        for hour in range(0, 24, NOTICES):
            self.world.at(midnight + timedelta(hours=hour), self._notice)

    async def end(self) -> None:
        """No more of it: what was off is on again, and whatever the gateway still keeps is told once more."""
        self.faults.heal()
        self.world.skew(timedelta())
        await self.world.start()
        self.world.chat.connect()

    async def _kill(self) -> None:
        self.faults.arm()

    async def _sicken(self) -> None:
        self.faults.sicken()

    async def _lose(self) -> None:
        """Seconds mostly, sometimes hours, now and then a day."""
        self._offline(self.rng.choice((20.0, 5 * MINUTE, 5 * MINUTE, HOUR, 4 * HOUR, 24 * HOUR)))

    async def _notice(self) -> None:
        if self.world.chat.dropped and self.world.chat.online:
            self._offline(MINUTE)

    async def _go_down(self) -> None:
        """The machine is off for days."""
        await self.world.kill(timedelta(seconds=self.rng.uniform(0.3, 1) * LONGEST))

    async def _jump(self) -> None:
        """The machine's clock is off for some hours: by minutes or hours, forward or back."""
        by = self.rng.choice((-1, 1)) * self.rng.choice((2 * MINUTE, 20 * MINUTE, 3 * HOUR))
        self.world.skew(timedelta(seconds=by))
        self.world.after(self.rng.uniform(0.5, 10) * HOUR, self._right)

    async def _right(self) -> None:
        self.world.skew(timedelta())

    def _offline(self, seconds: float) -> None:
        world, length = self.world, self.rng.uniform(0.1, 1) * seconds
        if not world.chat.online:
            return
        world.chat.lose()
        world.ledger.away(world.now(), world.now() + timedelta(seconds=length))
        world.after(length, self._connect)

    async def _connect(self) -> None:
        self.world.chat.connect()
