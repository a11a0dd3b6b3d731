"""The command line: `louzu COMMAND`. A command is imported when it is called, so that help is quick."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.group import Commands

COMMANDS = {
    "demo": ("bot.simulator.demo:demo", "模拟邻里：不用微信号，先试一试"),
    "run": ("bot.cli.run:run", "运行机器人"),
    "check": ("bot.cli.check:check", "检查设置、数据库、网关，说清哪里要改"),
    "gateway": ("bot.cli.gateway:gateway", "运行自带的 Wechaty 网关，扫码登录微信"),
    "code": ("bot.cli.code:code", "做一次性口令：领角色、绑定群"),
    "import": ("bot.cli.exchange:import_", "导入楼组、住户和人员名单"),
    "export": ("bot.cli.exchange:export", "把问题清单存成 Excel"),
    "backup": ("bot.cli.upkeep:backup", "备份数据库和照片"),
    "restore": ("bot.cli.upkeep:restore", "用一份备份恢复数据库和照片"),
    "migrate": ("bot.cli.upkeep:migrate", "把数据库升级到当前版本"),
    "move": ("bot.cli.move:move", "从 SQLite 搬到 PostgreSQL"),
    "read": ("bot.cli.evaluate:read", "看看机器人怎样读一句话"),
    "learn": ("bot.cli.learn:learn", "从楼组长的更正里，给本小区的词提建议"),
    "replay": ("bot.replay:command", "拿一天的群聊记录试跑"),
    "eval": ("bot.cli.evaluate:command", "用标注好的数据评测"),
    "simulate": ("bot.simulation.command:simulate", "模拟一个小区的一年，核对一件不丢、一条不重"),
    "bench": ("bot.bench:bench", "测速度和内存"),
}
"""Name -> where it stands, and what `louzu --help` says of it."""


@click.group(cls=Commands, commands=COMMANDS)
@click.option(
    "--config",
    metavar="文件",
    type=click.Path(path_type=Path),
    help="设置文件；不写就用当前文件夹里的 config.toml，没有也行",
)
@click.version_option(package_name="louzu", message="louzu %(version)s", help="版本")
@click.pass_context
def main(context: click.Context, config: Path | None) -> None:
    """楼组：听见楼组群里的诉求，件件有回音。"""
    context.obj = config


if __name__ == "__main__":
    main()
