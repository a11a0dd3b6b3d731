"""Starts the gateway script, shows what it tells, and stops it when asked."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.gateway.install import CannotInstall, install, is_file
from bot.plain import plain
from bot.wechat.qr import show_code

SETTLED = 60.0
"""A gateway that lived so long is started again when it dies; one that dies sooner would only die again."""
PAUSE = 2.0
REASONS = {
    "ERR_MODULE_NOT_FOUND": "没有找到这个 puppet，请检查 --puppet 的名字",
    "EADDRINUSE": "端口已被占用：网关可能已经在运行",
}


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """`folder` is the data folder; `puppet` an npm package or the path of an .mjs script."""

    puppet: str
    folder: Path
    token: str = field(repr=False)
    endpoint: str = "127.0.0.1:18788"
    certificate: Path | None = None
    key: Path | None = None
    plain_text_allowed: bool = False
    """Allows plain text to another machine."""
    verbose: bool = False
    """Shows what the puppet itself prints, which may be what was said."""


async def run(settings: GatewaySettings) -> int:
    """Run the gateway until it is told to end (SIGINT, SIGTERM); the exit code. Installs at first use."""
    folder = settings.folder / "gateway"
    try:
        await install(settings.puppet, folder)
    except CannotInstall as reason:
        print(reason, file=sys.stderr)
        return 1
    loop = asyncio.get_running_loop()
    while True:
        started = loop.time()
        code, asked = await _once(settings, folder)
        if asked or code == 0 or loop.time() - started < SETTLED:
            return code
        print(f"网关意外停止（代码 {code}），{PAUSE:.0f} 秒后重新启动", file=sys.stderr)
        await asyncio.sleep(PAUSE)


async def _once(settings: GatewaySettings, folder: Path) -> tuple[int, bool]:
    """One life of the script: its exit code, and whether we were asked to end it."""
    node = await asyncio.create_subprocess_exec(
        *("node", "gateway.mjs"),
        cwd=folder,
        env=environment(settings, folder),
        stdin=PIPE,  # the script ends when this closes: it never outlives us
        stdout=PIPE,
        stderr=None if settings.verbose else DEVNULL,
        start_new_session=True,
    )
    with _passing_signals(node) as asked:
        assert node.stdout
        explained = False
        async for line in node.stdout:
            explained |= show(line, settings)
        code = await node.wait()
    if code and not asked and not explained:
        print(f"网关停了（代码 {code}）；加 --verbose 可以看到详情", file=sys.stderr)
    return code, bool(asked)


def environment(settings: GatewaySettings, folder: Path) -> dict[str, str]:
    """The script's environment: secrets don't stand on a command line that everybody can read."""
    puppet = str(Path(settings.puppet).resolve()) if is_file(settings.puppet) else settings.puppet
    told = {"puppet": puppet, "folder": str(folder), "endpoint": settings.endpoint, "token": settings.token}
    if settings.certificate and settings.key:
        told |= {"certificate": str(settings.certificate.resolve()), "key": str(settings.key.resolve())}
    quiet = {} if settings.verbose else {"WECHATY_LOG": "silent"}
    return {**os.environ, **quiet, "LOUZU_GATEWAY": json.dumps(told)}


@contextmanager
def _passing_signals(node: Process) -> Iterator[list[int]]:
    loop, asked = asyncio.get_running_loop(), list[int]()

    def end(number: int) -> None:
        asked.append(number)
        if node.returncode is None:
            node.terminate()

    numbers = (signal.SIGINT, signal.SIGTERM)
    for number in numbers:
        loop.add_signal_handler(number, end, number)
    try:
        yield asked
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
        if node.returncode is None:
            node.terminate()


def show(line: bytes, settings: GatewaySettings) -> bool:
    """What the script tells, for people; True when it was why it could not start.

    Whatever else a puppet prints may be what was said, and is not for the terminal.
    """
    try:
        told = json.loads(line)
        event = told["event"]
    except (ValueError, TypeError, KeyError):
        if settings.verbose:
            print(plain(line.decode(errors="replace")), end="", flush=True)
        return False
    if event == "scan" and told.get("qrcode") and told.get("status") in (2, 5):
        show_code(told["qrcode"])
    elif event == "failed":
        why = f"{told.get('reason')} {told.get('detail')}"
        print(
            next((words for code, words in REASONS.items() if code in why), f"网关没有起来：{why}"),
            file=sys.stderr,
        )
    elif event in SENTENCES:
        print(SENTENCES[event].format(**{"contact": "", **told}), flush=True)
    return bool(event == "failed")


SENTENCES = {
    "listening": "网关在 {endpoint} 等机器人来连",
    "login": "微信已登录（{contact}）",
    "logout": "微信已退出登录",
    "error": "puppet 报告了一个错误，网关继续运行",
}
