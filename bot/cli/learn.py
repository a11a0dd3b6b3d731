"""louzu learn: what captains corrected, and what the neighbourhood's vocabulary could learn from it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from bot.cli.settings import opened, with_config
from bot.clock import SystemClock
from bot.config import Config
from bot.corrections import Example, examples, known, right, table
from bot.mask import mask
from bot.plain import plain
from bot.progress import progress
from bot.proposals import Proposal, Search, with_entry
from bot.settings import rules_of
from bot.vocabulary import file_of
from nlp import CATEGORIES, ROUTES, Broken, Own, Reader, load, own_words
from nlp.own import NEVER, Entry
from store import corrections
from store.backup import OWNER_ONLY

KINDS = {"thing": "东西", "case": "一说就知道的事", "talk": "闲话的说法", NEVER: "不当别的词认"}
SHOWN = 60


@click.command()
@click.option("--json", "as_json", is_flag=True, help="只打印建议（JSON），什么也不改")
@click.option(
    "--export",
    "target",
    metavar="文件",
    type=click.Path(path_type=Path, dir_okay=False),
    help="把更正存成标注好的例句（.tsv），号码已遮住",
)
@with_config
def learn(config: Config, as_json: bool, target: Path | None) -> None:
    """从楼组长的更正（/改、/列入、/快办、/是、/否）里，给本小区的词提建议，一条一条由人决定。"""
    corrected, others = asyncio.run(_read(config))
    if target is not None:
        target.write_text(table(corrected), "utf-8")
        target.chmod(OWNER_ONLY)
        click.echo(f"已存成：{target}，{len(corrected)} 条", err=True)
        return
    file = file_of(config)
    try:
        own = own_words(file)
    except Broken as error:
        raise click.ClickException(f"本小区的词有写错的，请先改好：\n{error}") from None
    search = Search(load(), own, config.reading, corrected, others)
    with progress(len(corrected), "想办法") as bar:
        proposals = search.proposals(bar.update)
    if as_json:
        click.echo(plain(json.dumps(_told(corrected, proposals), ensure_ascii=False, indent=2)))
        return
    _summary(corrected, search.left(proposals))
    accepted = [
        one for number, one in enumerate(proposals, 1) if _agreed(number, len(proposals), one, search)
    ]
    if accepted:
        _keep(file, accepted, rules_of(config).local(SystemClock().now()).date().isoformat())
        _difference(search, accepted)
        click.echo(f"已写进 {file}；机器人半分钟内用上。")
    elif proposals:
        click.echo("什么也没改。")


async def _read(config: Config) -> tuple[list[Example], list[Example]]:
    """The corrections, and what else the store knows."""
    async with opened(config) as store, store.read() as db:
        found = examples(await corrections.all_(db))
        return found, known(await corrections.told(db), found)


def _summary(corrected: Sequence[Example], left: Sequence[Example]) -> None:
    click.echo(
        f"更正过 {len(corrected)} 条："
        if corrected
        else "还没有更正；楼组长 /改、/列入、/快办、/是、/否 过的会记在这里。"
    )
    for one in corrected:
        click.echo(f"  {one.name}「{_short(one.text)}」读成 {_named(one.was)}，应为 {_label(one)}")
        for why in one.why:
            click.echo(f"      {plain(mask(why))}")
    if left:
        click.echo(f"提不出改法的 {len(left)} 条：{'、'.join(one.name for one in left)}")


def _agreed(number: int, of: int, one: Proposal, search: Search) -> bool:
    """Whether the person at the terminal wants it; only a plain y is a yes."""
    click.echo(f"\n建议 {number}/{of}：")
    click.echo(plain("\n".join(f"    {line}" for line in written(one.entry))))
    click.echo(f"  {KINDS[one.entry.kind]}；{len(one.supports)} 条更正支持：{_names(one.supports)}")
    click.echo(f"  和它不合的 {len(one.contradicts)} 条{_named_after(one.contradicts)}")
    for line in _changes(search, [one], one.fixes):
        click.echo(f"  {line}")
    if one.spoils:
        click.echo(f"  会读错原来读对的 {len(one.spoils)} 条{_named_after(one.spoils)}")
    while (said := click.prompt("  加上吗？y 加，n 不加", prompt_suffix="：").strip().lower()) not in (
        "y",
        "n",
    ):
        click.echo("  请回 y 或 n。")
    return bool(said == "y")


def written(entry: Entry) -> list[str]:
    """The entry as vocabulary.toml has it."""
    lines = ["[[word]]", f'words = "{" ".join(entry.words)}"', f'kind = "{entry.kind}"']
    lines += [f'category = "{entry.category}"'] if entry.category else []
    lines += [f'route = "{entry.route}"'] if entry.route else []
    return lines + ([f"weight = {entry.weight:g}"] if entry.weight != 1 else [])


def _keep(file: Path, accepted: Sequence[Proposal], today: str) -> None:
    """Add to the end of the file, so that all that a clerk wrote stays as it is; both or neither."""
    before = file.read_text("utf-8-sig") if file.exists() else ""
    parts = [before.rstrip("\n")] if before.strip() else []
    for one in accepted:
        comment = f"# {today}，louzu learn：{_names(one.supports)} 的更正"
        parts.append("\n".join([comment, *written(one.entry)]))
    fresh = file.with_name(f".{file.name}")
    fresh.write_text("\n\n".join(parts) + "\n", "utf-8")
    try:
        own_words(fresh)
    except Broken as error:
        fresh.unlink()
        raise click.ClickException(f"加不进去，{file} 没有改：\n{error}") from None
    fresh.replace(file)


def _difference(search: Search, accepted: Sequence[Proposal]) -> None:
    """What all that was accepted does together, to the corrected texts and to all others."""
    everything = [*search.corrected, *search.known]
    before = _rights(search, search.own, everything)
    after = _rights(search, _with(search.own, accepted), everything)
    click.echo("\n更正过的，现在读成：")
    for line in _changes(search, accepted, search.corrected):
        click.echo(f"  {line}")
    mended, hurt = len(after - before), [one for one in everything if one.name in before - after]
    click.echo(
        f"一共 {len(everything)} 条，读对的从 {len(before)} 条到 {len(after)} 条，改对 {mended} 条，改错 {len(hurt)} 条{_named_after(hurt)}"
    )


def _rights(search: Search, own: Own, found: Sequence[Example]) -> set[str]:
    search.reader.take_up(own)
    return {one.name for one in found if right(one, search.reader, search.settings)}


def _changes(search: Search, accepted: Sequence[Proposal], found: Sequence[Example]) -> list[str]:
    """How each text is read before and after."""
    search.reader.take_up(search.own)
    before = [_read_as(search.reader, one) for one in found]
    search.reader.take_up(_with(search.own, accepted))
    after = [_read_as(search.reader, one) for one in found]
    return [f"{one.name}：{was} → {now}" for one, was, now in zip(found, before, after, strict=True)]


def _with(own: Own, accepted: Sequence[Proposal]) -> Own:
    for one in accepted:
        own = with_entry(own, one.entry)
    return own


def _read_as(reader: Reader, one: Example) -> str:
    reading = reader.read(one.text)
    return f"{ROUTES[reading.route]}{CATEGORIES.get(reading.category, '')} {reading.certainty:.2f}"


def _told(corrected: Sequence[Example], proposals: Sequence[Proposal]) -> dict[str, Any]:
    return {
        "corrections": [
            {
                "request": one.name,
                "text": mask(one.text),
                "was": list(one.was),
                "why": [mask(why) for why in one.why],
                "now": dict(zip(("route", "category", "urgent"), one.row, strict=True)),
            }
            for one in corrected
        ],
        "proposals": [
            {
                "toml": "\n".join(written(one.entry)),
                "word": one.word,
                "kind": one.entry.kind,
                "category": one.entry.category,
                "route": one.entry.route,
                "weight": one.entry.weight,
                **{
                    name: [it.name for it in getattr(one, name)]
                    for name in ("supports", "contradicts", "fixes", "spoils")
                },
            }
            for one in proposals
        ],
    }


def _label(one: Example) -> str:
    if not one.asked:
        return "闲话（只留下这几个词）"
    route = one.route or (one.row[0] if one.sure else "")
    return ROUTES.get(route, "") + CATEGORIES.get(one.category, "") or "诉求"


def _named(keys: Sequence[str]) -> str:
    return "、".join(CATEGORIES.get(key) or ROUTES.get(key) or "拿不准" for key in keys)


def _names(found: Sequence[Example]) -> str:
    more = f" 等 {len(found)} 件" if len(found) > 5 else ""
    return "、".join(one.name for one in found[:5]) + more


def _named_after(found: Sequence[Example]) -> str:
    return f"：{_names(found)}" if found else ""


def _short(text: str) -> str:
    line = plain(mask(text).replace("\n", " "))
    return line if len(line) <= SHOWN else line[:SHOWN] + "…"
