"""louzu export and louzu import: sheets out of the database, and the list of buildings and people into it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.arguments import parse_month
from bot.cli.code import KEYS, place_named
from bot.cli.settings import opened, with_config
from bot.clock import SystemClock
from bot.config import Config
from bot.home import listed
from bot.households import HouseholdRow, read_households, template
from bot.ledger import agenda_sheet, issue_sheet
from bot.progress import progress
from bot.settings import rules_of
from store import Refusal, households, people, places
from store.backup import OWNER_ONLY
from store.tables import Place

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.option("--month", metavar="月份", default="", help="如 2026-11；不写就是本月")
@click.option("--building", metavar="楼组", default="", help="如 3号楼；不写就是全部楼组")
@click.option("--agenda", is_flag=True, help="存成三方会议的议程：还没办好的，各楼共有的在前")
@click.argument("file", metavar="文件.xlsx", type=FILE)
@with_config
def export(config: Config, month: str, building: str, agenda: bool, file: Path) -> None:
    """把一个月的问题清单存成 Excel。"""
    file.write_bytes(asyncio.run(_export(config, month, building, agenda)))
    file.chmod(OWNER_ONLY)
    click.echo(f"已存成：{file}")


@click.command("import")
@click.option("--template", "blank", is_flag=True, help="不导入，而是写出一张空的名单来填")
@click.argument("file", metavar="文件", type=FILE)
@with_config
def import_(config: Config, blank: bool, file: Path) -> None:
    """导入楼组、住户和人员名单（.xlsx 或 .csv），给每个角色做一个口令。

    先用 --template 写出空的名单。有一处不对就什么都不导入。
    """
    if blank:
        file.write_bytes(template())
        click.echo(f"已写好：{file}，填好后运行 louzu import {file}")
        return
    rows, mistakes = read_households(file.read_bytes(), file.name)
    if mistakes:
        raise click.ClickException("\n".join([*mistakes, "什么都没有导入，改好再来一次。"]))
    for line in asyncio.run(_import(config, rows)):
        click.echo(line)


async def _export(config: Config, month: str, building: str, agenda: bool) -> bytes:
    now, rules = SystemClock().now(), rules_of(config)
    period = parse_month(month, rules.local(now).date())
    sheet = agenda_sheet if agenda else issue_sheet
    async with opened(config) as store:
        async with store.read() as db:
            tops = await _tops(db, building)
        return (await sheet(store, tops, period, now, rules))[1]


async def _tops(db: AsyncSession, building: str) -> list[int]:
    if not building:
        return list(await db.scalars(select(Place.id).where(Place.parent_id.is_(None)).order_by(Place.id)))
    place = await places.find_building(db, building)
    if place is None:
        raise Refusal("no_such_place", name=building)
    return [place.id]


async def _import(config: Config, rows: list[HouseholdRow]) -> list[str]:
    """Make the places and their households, and a code for everybody with a role.

    Who he is on WeChat shows when he claims it; of a resident only his flat is kept.
    """
    told, now = [], SystemClock().now()
    flats: defaultdict[Place, list[tuple[str, str]]] = defaultdict(list)
    async with opened(config) as store, store.begin() as db:
        named = {
            name: await place_named(db, config, name) for name in dict.fromkeys(row.building for row in rows)
        }
        for row in rows:
            place = named[row.building]
            if row.building and row.alias and row.alias not in place.aliases:
                place.aliases = [*place.aliases, row.alias]
            if row.flat and place.kind == "building":
                flats[place].append(listed(row.unit, row.flat))
            if row.role in KEYS:
                made = await people.make_code(db, KEYS[row.role], place, now)
                told.append(f"{place.name} {row.role} {row.name}：/认领 {made}")
        kept = await _keep(db, flats)
    return [*_handing_out(told), kept]


async def _keep(db: AsyncSession, flats: Mapping[Place, Sequence[tuple[str, str]]]) -> str:
    fresh, all_ = 0, sum(len(set(its)) for its in flats.values())
    with progress(len(flats), "住户") as bar:
        for place, its in flats.items():
            fresh += await households.keep(db, place, its)
            bar.update(1)
    return f"楼组已经建好；住户新增 {fresh} 户，原来就有 {all_ - fresh} 户。只记楼组、单元和房号，居民的称呼不保存。"


def _handing_out(told: list[str]) -> list[str]:
    return [*told, "请把每行的口令只发给本人，让他私聊楼小助，48 小时内有效。"] if told else []
