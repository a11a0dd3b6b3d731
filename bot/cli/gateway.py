"""louzu gateway: our own Wechaty gateway, by the same settings as the bot."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import click

from bot.cli.settings import private_folder, with_config
from bot.config import Config
from bot.gateway import GatewaySettings, run


@click.command()
@click.option("--puppet", metavar="名字", help="用哪个 Wechaty puppet（npm 包名）")
@click.option("--verbose", is_flag=True, help="显示 puppet 自己打印的内容，其中可能有聊天内容")
@with_config
def gateway(config: Config, puppet: str | None, verbose: bool) -> None:
    """运行自带的网关：第一次会装 npm 模块，然后在终端里显示登录的二维码。"""
    if not config.wechat.token.get_secret_value():
        raise click.UsageError("还没有网关口令：把 LOUZU_WECHAT__TOKEN 设成一串长的随机字，机器人也用它")
    private_folder(config.data_dir)
    settings = settings_of(config)
    raise SystemExit(asyncio.run(run(replace(settings, puppet=puppet or settings.puppet, verbose=verbose))))


def settings_of(config: Config) -> GatewaySettings:
    """What the settings say of the gateway."""
    mine = config.gateway
    return GatewaySettings(
        puppet=mine.puppet,
        folder=config.data_dir,
        token=config.wechat.token.get_secret_value(),
        endpoint=mine.endpoint,
        certificate=Path(mine.certificate) if mine.certificate else None,
        key=Path(mine.key) if mine.key else None,
        plain_text_allowed=mine.plain_text_allowed,
    )
