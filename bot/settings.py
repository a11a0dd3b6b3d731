"""The parts of the config that the packages below know by their own types."""

from __future__ import annotations

from bot.config import Config
from schedules.calendar import Rules


def rules_of(config: Config) -> Rules:
    """The clocks, windows and keeping times that the schedules go by."""
    sections = (config.clocks, config.keep, config.summaries, config.pace)
    merged = {name: value for one in sections for name, value in one.model_dump().items()}
    known = {name: value for name, value in merged.items() if name in Rules.__dataclass_fields__}
    return Rules(
        **known, quiet_from=config.quiet.since, quiet_until=config.quiet.until, zone=str(config.timezone)
    )
