"""`louzu gateway` as a process: what it shows, and how it ends."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest

from bot.gateway import GatewaySettings, run
from bot.gateway.install import DONE, package_of
from bot.gateway.start import show
from tests.gateway.conftest import PUPPET, TOKEN, Gateway, free_port
from tests.running import LOUZU, ROOT

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def data(modules: Path, tmp_path: Path) -> Path:
    """A data folder in which the modules are installed already."""
    folder = tmp_path / "gateway"
    folder.mkdir()
    (folder / "node_modules").symlink_to(modules / "node_modules")
    shutil.copy(PUPPET, folder)
    (folder / DONE).write_text(package_of(str(PUPPET)))
    return tmp_path


async def start(data: Path, port: int) -> Process:
    settings = {
        "LOUZU_DATA_DIR": str(data),
        "LOUZU_WECHAT__TOKEN": TOKEN,
        "LOUZU_GATEWAY__ENDPOINT": f"127.0.0.1:{port}",
        "PYTHONPATH": str(ROOT),
    }
    words = ("gateway", "--puppet", str(data / "gateway" / PUPPET.name))
    return await asyncio.create_subprocess_exec(
        *LOUZU, *words, cwd=data, env=os.environ | settings, stdout=PIPE, stderr=PIPE
    )


async def wait_for(program: Process, words: str) -> None:
    assert program.stdout
    async with asyncio.timeout(30):
        while words not in (line := (await program.stdout.readline()).decode()):
            assert line, await program.communicate()


async def ended(port: int) -> None:
    async with asyncio.timeout(15):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                return
            except ConnectionResetError:
                # It was just ending when it was called.
                continue
            writer.close()
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_it_tells_what_happens_and_ends_when_told(data: Path, how: int) -> None:
    port = free_port()
    program = await start(data, port)
    await wait_for(program, f"网关在 127.0.0.1:{port} 等机器人来连")
    await wait_for(program, "微信已登录（bot）")
    program.send_signal(how)
    assert await program.wait() == 0
    await ended(port)


async def test_node_does_not_outlive_the_command(data: Path) -> None:
    port = free_port()
    program = await start(data, port)
    await wait_for(program, "微信已登录")
    program.kill()
    await program.wait()
    await ended(port)


async def test_a_taken_port_is_told_in_plain_words(data: Path, shared: Gateway) -> None:
    program = await start(data, shared.port)
    _, errors = await program.communicate()
    assert program.returncode == 1
    assert "端口已被占用" in errors.decode() and TOKEN not in errors.decode()


async def test_without_npm_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert await run(GatewaySettings("wechaty-puppet-mock", tmp_path, TOKEN)) == 1
    assert "没有找到 node 和 npm" in capsys.readouterr().err


async def test_what_is_no_puppet_is_not_installed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert await run(GatewaySettings("left-pad", tmp_path, TOKEN)) == 1
    assert "puppet 要写 npm 包名" in capsys.readouterr().err


async def test_the_login_code_is_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = GatewaySettings("wechaty-puppet-mock", tmp_path, TOKEN)
    show(b'{"event": "scan", "qrcode": "https://login.weixin.qq.com/l/x", "status": 2}', settings)
    show("群里说的话\n".encode(), settings)
    told = capsys.readouterr()
    assert "扫码登录" in told.err and "▄" in told.err
    assert told.out == "" and "群里说的话" not in told.err
