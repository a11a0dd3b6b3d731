"""The parts of the config that the packages below know by their own types."""

from __future__ import annotations

from bot.config import Config
from bot.config_mistakes import nearest
from schedules.calendar import ZONE, Rules
from schedules.jobs import JOBS, trigger


def rules_of(config: Config) -> Rules:
    """The clocks, windows and keeping times that the schedules go by."""
    sections = (config.clocks, config.keep, config.summaries, config.pace)
    merged = {name: value for one in sections for name, value in one.model_dump().items()}
    known = {name: value for name, value in merged.items() if name in Rules.__dataclass_fields__}
    return Rules(
        **known, quiet_from=config.quiet.since, quiet_until=config.quiet.until, zone=str(config.timezone)
    )


def job_mistake(name: str, cron: str) -> str:
    """What is wrong with a job as the settings have it, in Chinese; "" when nothing is."""
    if name not in JOBS:
        near = nearest(name, JOBS)
        return (
            f"没有这件定时的事，是不是 {near}？" if near else f"没有这件定时的事，有的是：{'、'.join(JOBS)}"
        )
    try:
        trigger(JOBS[name], cron or None, ZONE)
    except ValueError:
        return '应为 "分 时 日 月 星期"，例如 "0 20 * * *"；星期写 mon 到 sun'
    return ""
