"""Pictures and files over the wire, up to 8 MB; their names are never paths, and no address is ever fetched."""

from __future__ import annotations

import base64
import json
from pathlib import PurePosixPath
from typing import Any

import grpclib.const
from wechaty_grpc.wechaty import PuppetStub

from bot.chat import NoImage
from bot.wechat.link import Link
from bot.wechat.wire import (
    NETWORK,
    DownloadRequest,
    DownloadResponse,
    UploadRequest,
    UploadResponse,
    name_of,
)

LIMIT = 8 << 20
INLINE = 1 << 20
"""Larger ones are uploaded beforehand: the gateway refuses requests above 4 MB."""
CHUNK = 64 << 10
PATIENCE = 60.0
BASE64, UUID = 1, 7


async def box_of(link: Link, name: str, data: bytes) -> str:
    """A file box to send; fails with one of wire.NETWORK."""
    box: dict[str, Any] = {"name": PurePosixPath(name.replace("\\", "/")).name or "file", "metadata": {}}
    if len(data) <= INLINE:
        box |= {"type": BASE64, "boxType": BASE64, "base64": base64.b64encode(data).decode()}
    else:
        uuid = await link.call(lambda stub: _upload(stub, data), PATIENCE)
        box |= {"type": UUID, "boxType": UUID, "uuid": uuid, "size": len(data)}
    return json.dumps(box)


async def picture_of(link: Link, message_id: str, limit: int) -> bytes:
    """The picture of a message. Raises NoImage."""
    try:
        response = await link.call(lambda stub: stub.message_file(id=message_id))
        box = json.loads(response.filebox)
        kind = box.get("type", box.get("boxType"))
        if kind == BASE64:
            data = base64.b64decode(box["base64"], validate=True)
        elif kind == UUID:
            data = await link.call(lambda stub: _download(stub, box["uuid"], limit), PATIENCE)
        else:
            raise NoImage("网关只给了一个网址，不去取")
    except NETWORK as error:
        raise NoImage(name_of(error)) from None
    except (AttributeError, KeyError, TypeError, ValueError):
        raise NoImage("图片读不出来") from None
    if len(data) > limit:
        raise NoImage("图片太大")
    return data


async def _upload(stub: PuppetStub, data: bytes) -> str:
    many_to_one = grpclib.const.Cardinality.STREAM_UNARY
    async with stub.channel.request(
        "/wechaty.Puppet/Upload", many_to_one, UploadRequest, UploadResponse, metadata=stub.metadata
    ) as stream:
        for start in range(0, len(data), CHUNK):
            chunk = data[start : start + CHUNK]
            await stream.send_message(UploadRequest(chunk=chunk), end=start + CHUNK >= len(data))
        response = await stream.recv_message()
    if response is None:
        raise ConnectionResetError("no answer to the upload")
    return str(response.id)


async def _download(stub: PuppetStub, uuid: str, limit: int) -> bytes:
    data = bytearray()
    request = DownloadRequest(id=uuid)
    async for part in stub._unary_stream("/wechaty.Puppet/Download", request, DownloadResponse):
        data += part.chunk
        if len(data) > limit:
            break
    return bytes(data)
