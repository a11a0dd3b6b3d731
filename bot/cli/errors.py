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
    from store.alone import Taken
    from store.migrate import UpgradeFailed

    match error:
        case ConfigMistakes():
            return "\n".join(error.lines), 2
        case Refusal():
            return words.refusal(error), 1
        case Taken():
            return f"账号 {error.account} 已经有一个机器人在用，不能再开一个；{OTHER_ACCOUNT}", 3
        case UpgradeFailed() | DBAPIError():
            return _of_store(error), 1
        case OSError():
            return _of_system(error), 1
    return None


def _of_store(error: UpgradeFailed | DBAPIError) -> str:
    from sqlalchemy.exc import DBAPIError

    if isinstance(error, DBAPIError):
        return f"数据库用不了：{_of_database(error.orig)}"
    cause, aside = error.__cause__, error.aside
    why = _of_database(cause.orig) if isinstance(cause, DBAPIError) else type(cause).__name__
    told = f"数据库没有升级成（{why}），里面还和升级前一样。请用旧的程序继续，并把这一行告诉开发者。"
    if aside is None:
        return told
    return f"{told}\n升级前的副本：{aside}；万一旧的程序也打不开，用旧的程序运行：louzu restore {aside}"


OTHER_ACCOUNT = "要再接一个微信号，请给它另起一个 [wechat] account"
OF_A_SERVER = {
    "08": "连不上 PostgreSQL，看看它开着没有、主机和端口对不对",
    "28": "PostgreSQL 不认这个用户或口令",
    "3D": "PostgreSQL 里没有这个库，请先用 createdb 建好",
    "42501": "这个用户没有建表的权限，请让他做库的主人",
    "53300": "PostgreSQL 的连接数满了",
    "57P03": "PostgreSQL 正在启动或关闭，过一会儿再试",
}
"""What to do about the commonest troubles, by the beginning of their SQLSTATE."""


def _of_database(error: BaseException | None) -> str:
    first = str(error).partition("\n")[0]
    state = str(getattr(error, "sqlstate", None))
    known = next((told for code, told in OF_A_SERVER.items() if state.startswith(code)), "")
    return f"{known}（{first}）" if known else first


def _of_system(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "[web] port 的端口已被占用：机器人多半已经在运行"
    kinds = {FileNotFoundError: "没有这个文件", PermissionError: "没有权限", IsADirectoryError: "是个文件夹"}
    what = next((told for kind, told in kinds.items() if isinstance(error, kind)), error.strerror or "出错了")
    return f"{error.filename}：{what}" if error.filename else what
