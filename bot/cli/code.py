"""louzu code: one-time codes by which people claim their roles and groups are bound to their place."""

from __future__ import annotations

import asyncio

import click
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import words
from bot.cli.settings import opened, with_config
from bot.clock import SystemClock
from bot.config import Config
from store import people, places
from store.tables import Place

KEYS = {name: key for key, name in words.ROLES.items()}
OF_ALL = frozenset({"clerk", "property", "owners", "street"})
"""Roles that are for the whole neighbourhood unless a building is named."""
WHOLE = frozenset({"居委", "居委会", "社区", "小区", "工作群"})


@click.command()
@click.argument("role", metavar="角色")
@click.argument("place", metavar="[楼组]", default="")
@with_config
def code(config: Config, role: str, place: str) -> None:
    """做一个一次性口令，48 小时内有效。

    角色：captain 楼组长、deputy 副楼组长、volunteer 志愿者、grid_leader 片长、clerk 居委会、property
    物业、owners 业委会、street 街道；room 是绑定群。楼组如 3号楼，没有就新建；写 居委 指整个社区。
    """
    key = KEYS.get(role, role)
    if key not in words.ROLES:
        raise click.UsageError(f"没有“{role}”这个角色，可以写：{'、'.join(words.ROLES)}")
    if not place and key not in OF_ALL:
        raise click.UsageError(f"还要写是哪个楼组，例如：louzu code {role} 3号楼")
    click.echo(asyncio.run(_code(config, key, place)))


async def _code(config: Config, role: str, name: str) -> str:
    async with opened(config) as store, store.begin() as db:
        place = await place_named(db, config, name)
        made = await people.make_code(db, role, place, SystemClock().now())
        return words.code_for(role, place.name, made)


async def place_named(db: AsyncSession, config: Config, name: str) -> Place:
    """The building of this name, made when there is none; the neighbourhood for "" or its own name."""
    top = await _neighbourhood(db, config.neighbourhood)
    if not name or name in WHOLE or places.plain_name(name) == places.plain_name(top.name):
        return top
    found = await places.find_building(db, name)
    if found is None:
        found = await places.building(db, name, top)
        click.echo(f"新建了楼组：{found.name}", err=True)
    return found


async def _neighbourhood(db: AsyncSession, name: str) -> Place:
    """The top of the tree; one that was made before the neighbourhood had a name now gets it."""
    unnamed = Config.model_fields["neighbourhood"].default
    same = select(Place).where(Place.kind == "community", Place.name.in_((name, unnamed)))
    known = {place.name: place for place in await db.scalars(same)}
    if name not in known and unnamed in known:
        known[unnamed].name = name
        await db.flush()
        return known[unnamed]
    return await places.community(db, name)
