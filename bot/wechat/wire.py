"""The wire: a channel to the gateway, its numbers, and the messages that wechaty-grpc lacks."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from enum import IntEnum

import betterproto
from grpclib.client import Channel
from grpclib.config import Configuration
from grpclib.exceptions import GRPCError, StreamTerminatedError
from h2.connection import H2Connection
from wechaty_grpc.wechaty import PuppetStub

from bot.wechat.settings import WeChatSettings

NETWORK = (OSError, StreamTerminatedError, GRPCError, TimeoutError)
"""What a call may fail with: ConnectionError is an OSError."""
# A connection remembers each call that ended on it, left to itself the last 65,536: days in which the memory grows.
H2Connection.MAX_CLOSED_STREAMS = 1_000


class Event(IntEnum):
    """The numbers of a 1.x gateway's event stream."""

    HEARTBEAT = 1
    MESSAGE = 2
    DONG = 3
    ERROR = 16
    ROOM_JOIN = 19
    ROOM_TOPIC = 21
    SCAN = 22
    LOGIN = 25
    LOGOUT = 26
    DIRTY = 27


class Kind(IntEnum):
    """Kinds of message, by the gateway's own (TypeScript) numbers: not wechaty_grpc.MessageType."""

    UNKNOWN = 0
    FILE = 1
    IMAGE = 6
    TEXT = 7
    RECALLED = 13


class Dirty(IntEnum):
    """What a DIRTY event is about."""

    CONTACT = 2
    ROOM = 3
    MEMBER = 4


# Download and Upload of the 1.x protocol, which wechaty-grpc 0.20 does not have.
@dataclass(eq=False, repr=False)
class DownloadRequest(betterproto.Message):
    id: str = betterproto.string_field(1)


@dataclass(eq=False, repr=False)
class DownloadResponse(betterproto.Message):
    chunk: bytes = betterproto.bytes_field(1)


@dataclass(eq=False, repr=False)
class UploadRequest(betterproto.Message):
    chunk: bytes = betterproto.bytes_field(1)


@dataclass(eq=False, repr=False)
class UploadResponse(betterproto.Message):
    id: str = betterproto.string_field(1)


def open_stub(settings: WeChatSettings) -> PuppetStub:
    """A stub on a channel of its own; nothing is connected before the first call."""
    config = Configuration(
        _keepalive_time=10.0,
        _keepalive_timeout=5.0,
        _http2_max_pings_without_data=0,
        _http2_min_sent_ping_interval_without_data=5.0,
        ssl_target_name_override=settings.tls_name or None,
    )
    channel = Channel(settings.host, settings.port, ssl=_trust(settings), config=config)
    return PuppetStub(channel, metadata=[("authorization", f"Wechaty {settings.token}")])


def _trust(settings: WeChatSettings) -> ssl.SSLContext | None:
    if not settings.tls:
        return None
    context = ssl.create_default_context(cafile=str(settings.ca) if settings.ca else None)
    context.set_alpn_protocols(["h2"])
    return context


def name_of(error: BaseException) -> str:
    """An error for the log: never its message, which may repeat the token or what was said."""
    return f"{error.status.name}" if isinstance(error, GRPCError) else type(error).__name__
