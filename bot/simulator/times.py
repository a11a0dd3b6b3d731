"""The page's clock in words, and the moments it can be moved to."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

HERE = ZoneInfo("Asia/Shanghai")
DAYS = "一二三四五六日"
EVENING = time(20)
MORNING = time(9)


def spoken(now: datetime) -> str:
    """11月22日 周日 09:14"""
    here = now.astimezone(HERE)
    return f"{here.month}月{here.day}日 周{DAYS[here.weekday()]} {here:%H:%M}"


def jumps(now: datetime) -> list[tuple[str, datetime]]:
    """Each a label and a moment (UTC) after `now`: those at which the bot has something to do."""
    here = now.astimezone(HERE)
    today = here.date()
    first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = first - timedelta(days=1)
    if datetime.combine(last, EVENING, HERE) <= here:
        first = (first + timedelta(days=32)).replace(day=1)
        last = first - timedelta(days=1)
    moments = [
        ("+1小时", here + timedelta(hours=1)),
        ("今晚 20:00", datetime.combine(today, EVENING, HERE)),
        ("明天 20:00", datetime.combine(today + timedelta(days=1), EVENING, HERE)),
        ("下周一 09:00", datetime.combine(today + timedelta(days=7 - today.weekday()), MORNING, HERE)),
        ("月底 20:00", datetime.combine(last, EVENING, HERE)),
        ("下月1日 09:00", datetime.combine(first, MORNING, HERE)),
    ]
    return [(label, moment.astimezone(UTC)) for label, moment in moments if moment > here]
