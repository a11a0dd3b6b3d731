"""The gateway's npm modules, installed into the data folder at first use."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from pathlib import Path

MODULES = {
    "file-box": "1.5.5",
    "memory-card": "1.1.2",
    "wechaty-puppet": "1.21.3",
    "wechaty-puppet-service": "1.19.9",
}
PUPPETS = {
    "wechaty-puppet-mock": "1.19.4",
    "wechaty-puppet-padlocal": "1.20.1",
    "wechaty-puppet-service": "1.19.9",
    "wechaty-puppet-wechat4u": "1.14.14",
    "wechaty-puppet-xp": "1.13.12",
}
"""Versions that go with the modules above; of other puppets the newest is taken."""
SCRIPTS = ("gateway.mjs", "ring.mjs")
DONE = "installed.json"
NAME = re.compile(r"(@[a-z0-9-]+/)?wechaty-puppet-[a-z0-9-]+")


class CannotInstall(Exception):
    """Why not, in Chinese."""


def is_file(puppet: str) -> bool:
    """A puppet is the name of an npm package or the path of a script."""
    return puppet.endswith(".mjs")


async def install(puppet: str, folder: Path) -> None:
    """Make `folder` ready to run `puppet`; quick when it already is. Raises CannotInstall."""
    if not is_file(puppet) and not NAME.fullmatch(puppet):
        raise CannotInstall("puppet 要写 npm 包名，例如 wechaty-puppet-wechat4u")
    missing = [name for name in ("node", "npm") if not shutil.which(name)]
    if missing:
        raise CannotInstall(f"没有找到 {' 和 '.join(missing)}：请先装 Node.js 18 或更新的版本，再运行一次")
    if _laid_out(puppet, folder):
        return
    print("第一次使用：正在安装网关的 npm 模块，约 170 MB，要一两分钟……", flush=True)
    npm = await asyncio.create_subprocess_exec(
        "npm", "install", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error", cwd=folder
    )
    if await npm.wait():
        raise CannotInstall("npm 没有装成功，原因见上；多半是网络不通，过一会儿再试")
    shutil.copyfile(folder / "package.json", folder / DONE)


def _laid_out(puppet: str, folder: Path) -> bool:
    """Put the scripts into place; whether the modules are there already."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for script in SCRIPTS:
        shutil.copyfile(Path(__file__).with_name(script), folder / script)
    wanted, done = package_of(puppet), folder / DONE
    (folder / "package.json").write_text(wanted)
    return done.is_file() and done.read_text() == wanted


def package_of(puppet: str) -> str:
    """The package.json for this puppet."""
    modules = dict(MODULES)
    if not is_file(puppet):
        modules[puppet] = PUPPETS.get(puppet, "latest")
    return json.dumps(
        {"name": "louzu-gateway", "private": True, "type": "module", "dependencies": modules}, indent=1
    )
