"""Ordinary errors as plain lines: a wrong option, wrong settings, a missing file, a database that is away."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import click

from bot.config_mistakes import ConfigMistakes

if TYPE_CHECKING:
    from sqlalchemy.exc import DBAPIError

    from store.migrate import UpgradeFailed


def in_chinese(error: click.ClickException) -> str:
    """What click found wrong with a command line, and how the command is used."""
    match error:
        case click.NoSuchOption():
            told = f"没有 {error.option_name} 这个选项"
        case click.MissingParameter() if error.param is not None:
            told = f"还缺：{error.param.human_readable_name}"
        case click.BadOptionUsage():
            told = f"{error.option_name} 后面要写内容"
        case click.BadParameter() if error.param is not None:
            told = f"{error.param.human_readable_name} 写得不对：{error.message}"
        case _:
            told = error.format_message()
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"{told}\n{context.get_usage()}" if context else told


def ordinary(error: Exception) -> tuple[str, int] | None:
    """The line and the exit code of an error that is nobody's bug; None when it looks like one."""
    from sqlalchemy.exc import DBAPIError

    from bot import words
    from store import Refusal
    from store.migrate import UpgradeFailed

    match error:
        case ConfigMistakes():
            return "\n".join(error.lines), 2
        case Refusal():
            return words.refusal(error), 1
        case UpgradeFailed() | DBAPIError():
            return _of_database(error), 1
        case OSError():
            return _of_system(error), 1
        case ModuleNotFoundError(name="asyncpg"):
            return "用 PostgreSQL 还要装驱动：pip install asyncpg", 1
    return None


def _of_database(error: UpgradeFailed | DBAPIError) -> str:
    from sqlalchemy.exc import DBAPIError

    if isinstance(error, DBAPIError):
        return f"数据库用不了：{str(error.orig).splitlines()[0]}"
    cause, aside = error.__cause__, error.aside
    why = str(getattr(cause, "orig", None) or type(cause).__name__).splitlines()[0]
    told = f"数据库没有升级成（{why}），里面还和升级前一样。请用旧的程序继续，并把这一行告诉开发者。"
    if aside is None:
        return told
    return f"{told}\n升级前的副本：{aside}；万一旧的程序也打不开，用旧的程序运行：louzu restore {aside}"


def _of_system(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "[web] port 的端口已被占用：机器人多半已经在运行"
    kinds = {FileNotFoundError: "没有这个文件", PermissionError: "没有权限", IsADirectoryError: "是个文件夹"}
    what = next((told for kind, told in kinds.items() if isinstance(error, kind)), error.strerror or "出错了")
    return f"{error.filename}：{what}" if error.filename else what
