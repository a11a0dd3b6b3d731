"""WeChat as a Chat: one account behind a Wechaty gateway."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from bot.chat import Arrival, Gap, Health, Joined, Renamed
from bot.clock import Clock, SystemClock
from bot.wechat.files import picture_of
from bot.wechat.hearing import Hearing
from bot.wechat.inbox import Inbox, Mark
from bot.wechat.journal import Journal
from bot.wechat.link import Link
from bot.wechat.qr import show_code
from bot.wechat.reader import Reader
from bot.wechat.reading import time_of
from bot.wechat.replay import Replay
from bot.wechat.sending import Sender
from bot.wechat.settings import WeChatSettings
from bot.wechat.wire import NETWORK, Dirty, Event, name_of

log = logging.getLogger(__name__)

LOGIN_PATIENCE = 60.0
CODE_WAITS, CODE_SCANNED = (2, 5), (3, 4)


class WeChat:
    """`away_since` is when the account was last known to hear, before this process; None if never."""

    def __init__(
        self,
        settings: WeChatSettings,
        journal: Journal,
        *,
        account: str,
        clock: Clock | None = None,
        away_since: datetime | None = None,
    ) -> None:
        self.account, self.settings = account, settings
        self._now = now = (clock or SystemClock()).now
        self._link = Link(settings, self)
        self._hearing = Hearing(now, away_since)
        self._sender = Sender(self._link, self._obstacle, now)
        self._reader = Reader(self._link, self._hearing, journal, self._sender, account)
        self._inbox = Inbox(journal, self._hearing, self._reader.read, settings.head_of_line)
        self._replay = Replay(self._link, self._inbox)
        self._state = "等网关登录"
        """"" when logged in, else why not."""
        self._resuming: asyncio.Task[None] | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._code = ""

    async def run(self) -> None:
        """Keep the connection until cancelled."""
        self._hearing.start()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._inbox.run())
                group.create_task(self._link.run())
                group.create_task(self._replay.acknowledge())
        finally:
            self._quiet()

    async def messages(self) -> AsyncIterator[Arrival]:
        while True:
            yield await self._inbox.next()

    async def say(self, to: str, text: str) -> str | None:
        return await self._sender.say(to, text)

    async def show(self, to: str, name: str, data: bytes) -> str | None:
        return await self._sender.show(to, name, data)

    async def image(self, message_id: str, limit: int) -> bytes:
        return await picture_of(self._link, message_id, limit)

    def health(self) -> Health:
        connected, detail = self._link.stub is not None, self._obstacle()
        if not detail and self._sender.throttled and (until := self._sender.throttled_until):
            minutes = max(1, round((until - self._now()).total_seconds() / 60))
            detail = f"微信提示操作过于频繁，{minutes} 分钟后再发"
        all_since = self._hearing.all_since if self._inbox.settled else None
        return Health(connected, connected and not self._state, self._hearing.deaf_seconds, detail, all_since)

    def _obstacle(self) -> str:
        return self._link.trouble if self._link.stub is None else self._state

    # what the link tells

    def opened(self) -> None:
        self._state = "网关还没登录微信"
        self._inbox.heard(Mark.HOLD)
        self._alarm = asyncio.get_running_loop().call_later(LOGIN_PATIENCE, self._no_login)

    def lost(self) -> None:
        self._hearing.gone()
        self._quiet()

    def heard(self, kind: int, payload: dict[str, Any]) -> None:
        hears = {
            Event.MESSAGE: self._message,
            Event.DONG: lambda dong: self._replay.dong(str(dong.get("data"))),
            Event.LOGIN: self._login,
            Event.LOGOUT: self._logout,
            Event.SCAN: self._scan,
            Event.ROOM_JOIN: self._join,
            Event.ROOM_TOPIC: self._topic,
            Event.DIRTY: self._dirty,
            Event.ERROR: lambda _: log.debug("the gateway reports an error"),
        }
        if hear := hears.get(kind):  # type: ignore[call-overload]
            hear(payload)

    def _message(self, payload: dict[str, Any]) -> None:
        id_ = payload["messageId"]
        if self._state != STRANGER and isinstance(id_, str) and id_:
            self._inbox.heard(id_)

    def _login(self, payload: dict[str, Any]) -> None:
        contact = str(payload["contactId"])
        self._quiet()
        if self.settings.contact_id and contact != self.settings.contact_id:
            self._state = STRANGER
            self._hearing.gone()
            log.error("another account is logged in than the one in the settings: nothing is done with it")
            return
        self._state, self._code = "", ""
        self._reader.own.add(contact)
        if self._hearing.on.is_set():
            return  # told twice, or a new id for the same session
        log.info("logged in")
        self._inbox.heard(Mark.HOLD)
        self._resuming = asyncio.create_task(self._resume())

    def _logout(self, payload: dict[str, Any]) -> None:
        self._state = "微信已退出登录，请重新扫码"
        self._quiet()
        self._hearing.gone()
        log.error("logged out")

    async def _resume(self) -> None:
        """Hear again: first what was missed, or at least that something was."""
        while True:
            try:
                ours = await self._replay.ask()
                break
            except (
                NETWORK
            ) as error:  # either the link is about to be lost, which ends this, or it was a hiccup
                log.warning("what was missed could not be asked for: %s", name_of(error))
                await asyncio.sleep(1.0)
        since, until = self._hearing.gained()
        if ours and self._replay.complete is not None:
            self._hearing.all_since = until - self._replay.complete
        if not ours and since and until - since > timedelta(seconds=self.settings.gap):
            self._inbox.add(_now_known(Gap(self.account, since, until)))
        self._inbox.heard(Mark.RELEASE)

    def _scan(self, payload: dict[str, Any]) -> None:
        status, code = payload.get("status"), str(payload.get("qrcode") or "")
        if status in CODE_SCANNED:
            self._state = "已扫码，请在手机上确认登录"
        elif status in CODE_WAITS and code:
            self._state = "请用手机微信扫终端里的二维码登录"
            if code != self._code:
                self._code = code
                show_code(code)

    def _join(self, payload: dict[str, Any]) -> None:
        if self._reader.own.intersection(payload.get("inviteeIdList") or payload.get("inviteeIds") or ()):
            self._inbox.add(self._joined(str(payload["roomId"]), payload))

    async def _joined(self, room: str, payload: dict[str, Any]) -> Arrival:
        topic = await self._reader.names.topic(room)
        return Joined(self.account, room, topic, time_of(payload.get("timestamp") or 0, self._now()))

    def _topic(self, payload: dict[str, Any]) -> None:
        at = time_of(payload.get("timestamp") or 0, self._now())
        renamed = Renamed(self.account, str(payload["newTopic"]), at, room=str(payload["roomId"]))
        self._inbox.add(_now_known(renamed))

    def _dirty(self, payload: dict[str, Any]) -> None:
        kind, id_ = int(payload["payloadType"]), str(payload["payloadId"])
        known = kind == Dirty.CONTACT and self._reader.names.knows(id_)
        self._reader.names.forget(kind, id_)
        if known:  # puppets send these by the thousand after a login: only those we met matter
            self._inbox.add(self._renamed(id_))

    async def _renamed(self, contact: str) -> Arrival | None:
        name = await self._reader.names.fresh(contact)
        return Renamed(self.account, name, self._now(), person=contact) if name else None

    def _no_login(self) -> None:
        log.error("connected for %.0f s and still nobody is logged in", LOGIN_PATIENCE)

    def _quiet(self) -> None:
        if self._alarm:
            self._alarm.cancel()
        if self._resuming:
            self._resuming.cancel()


STRANGER = "登录的不是配置里的那个微信号，不工作"


async def _now_known(arrival: Arrival) -> Arrival:
    return arrival
