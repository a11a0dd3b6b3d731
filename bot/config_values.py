"""What a setting may be: addresses, times of day, files, databases, and what is said of a wrong one."""

from __future__ import annotations

import re
from datetime import time
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_core import PydanticCustomError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}


def wrong(what: str, key: str = "") -> PydanticCustomError:
    """A mistake in Chinese; a check over a whole table names the `key` that is to be changed."""
    return PydanticCustomError("wrong", "{what}", {"what": what, "key": key})


def host_and_port(endpoint: str) -> tuple[str, int]:
    """Split `host:port`, also `[::1]:port`. Raises ValueError on anything else."""
    host, colon, port = endpoint.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    plain = bare and not set(bare) & set("/@[] ") and (bare != host or ":" not in host)
    if not (plain and colon and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ValueError(endpoint)
    return bare, int(port)


def is_loopback(host: str) -> bool:
    """Whether nothing said to `host` leaves this machine; a name that must be looked up counts as far."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _endpoint(text: str) -> str:
    try:
        if text:
            host_and_port(text)
    except ValueError:
        raise wrong("应为 主机:端口，例如 127.0.0.1:18788") from None
    return text


def _time_of_day(value: object) -> object:
    if isinstance(value, time):
        return value
    said = re.fullmatch(r"([01]?\d|2[0-3])[:：]([0-5]\d)", str(value).strip())
    if not said:
        raise wrong('应为 24 小时制的 "时:分"，例如 "07:00"')
    return time(int(said[1]), int(said[2]))


def _file_or_nothing(text: str) -> str:
    if text and not Path(text).is_file():
        raise wrong("没有这个文件")
    return text


def _database(url: SecretStr) -> SecretStr:
    scheme, _, rest = url.get_secret_value().partition("://")
    if not scheme:
        return url
    if scheme not in DRIVERS:
        raise wrong("应以 sqlite:/// 或 postgresql:// 开头")
    if scheme.startswith("sqlite") and rest and not rest.startswith("/"):
        raise wrong("sqlite: 后面要三个斜杠，例如 sqlite:///data/louzu.db")
    # What other programs call sslmode is ssl to asyncpg.
    whole = f"{DRIVERS[scheme]}://{re.sub('(?<=[?&])sslmode=', 'ssl=', rest)}"
    try:
        make_url(whole)
    except (ValueError, ArgumentError):
        raise wrong("应像 postgresql://用户:口令@主机:端口/库名；口令里的 @ 写成 %40，: 写成 %3A") from None
    return SecretStr(whole)


def _zone(value: object) -> object:
    try:
        return value if isinstance(value, ZoneInfo) else ZoneInfo(str(value))
    except (KeyError, ValueError, OSError):  # unknown, not a name at all, the name of a folder
        raise wrong('应为时区名，例如 "Asia/Shanghai"') from None


Endpoint = Annotated[str, AfterValidator(_endpoint)]
TimeOfDay = Annotated[time, BeforeValidator(_time_of_day)]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
Folder = Annotated[Path, AfterValidator(Path.expanduser)]
FileOrNothing = Annotated[str, AfterValidator(_file_or_nothing)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_database)]
Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
