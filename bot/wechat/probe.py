"""A look at a gateway from outside: whether it answers and is logged in; takes nothing from it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Any

from bot.wechat.link import Link
from bot.wechat.settings import WeChatSettings
from bot.wechat.wire import Event

NO_LOGIN = "网关连上了，但还没登录微信：在网关的终端里扫码"
STRANGER = "登录的不是设置里的那个微信号"


async def look(settings: WeChatSettings, seconds: float) -> str:
    """What is wrong with the gateway as far as can be seen in so many seconds, in Chinese; "" when it is well."""
    visitor = Visitor(replace(settings, takeover_after=0))
    knocking = asyncio.create_task(visitor.link.run())
    try:
        async with asyncio.timeout(seconds):
            await visitor.logged_in.wait()
    except TimeoutError:
        return visitor.link.trouble or NO_LOGIN
    finally:
        knocking.cancel()
        with suppress(asyncio.CancelledError):
            await knocking
    return STRANGER if settings.contact_id not in ("", visitor.contact) else ""


class Visitor:
    """Listens for a login only; what is said while it listens stays with the gateway, where that keeps it."""

    def __init__(self, settings: WeChatSettings) -> None:
        self.link = Link(settings, self)
        self.logged_in = asyncio.Event()
        self.contact = ""

    def opened(self) -> None:
        pass

    def heard(self, kind: int, payload: dict[str, Any]) -> None:
        if kind == Event.LOGIN:
            self.contact = str(payload["contactId"])
            self.logged_in.set()

    def lost(self) -> None:
        pass
