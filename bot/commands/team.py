"""What volunteers and captains do with a request from day to day."""

from __future__ import annotations

from typing import Any

from bot import intake, words
from bot.arguments import Channel, Content, Filter, Note
from bot.bearing import filed_at
from bot.hearing import Hearing
from bot.router import command
from bot.words import lists
from nlp import CATEGORIES
from schedules.calendar import day_of, month_of
from store import people, requests
from store.moves import ACTIVE, HOLDERS, TEAM, move, record
from store.refusal import Refusal
from store.tables import Request

EVERYBODY = TEAM | HOLDERS


@command("清单", "list", EVERYBODY, private=True)
async def list_(hearing: Hearing, filter_: Filter = "") -> str:
    """在办的诉求；可写 类别、超期、本月"""
    buildings = await hearing.buildings()
    buildings = [one for one in buildings if people.roles_at(hearing.person, one) & EVERYBODY]
    if not buildings:
        raise Refusal("not_here")
    rows = await requests.active(hearing.db, buildings, ACTIVE | {"unsure"})
    held = sorted(hearing.roles_anywhere & HOLDERS) if not hearing.roles_anywhere & TEAM else []
    rows = [one for one in rows if not held or one.holder in held]
    shown = [one for one in rows if _wanted(hearing, one, filter_.strip())]
    counts = await requests.supporters(hearing.db, shown)
    return lists.open_list(shown, counts, filter_.strip(), hearing.now, hearing.means.zone)


def _wanted(hearing: Hearing, request: Request, filter_: str) -> bool:
    if filter_ in ("", "全部"):
        return True
    if filter_ == "超期":
        return request.due is not None and request.due < hearing.now
    if filter_ in ("本月", "今天"):
        window = (month_of if filter_ == "本月" else day_of)(hearing.now, hearing.means.rules)
        return window.start <= request.created < window.end
    return filter_ in CATEGORIES[request.category] or filter_ == request.category


@command("看", "show", EVERYBODY, private=True)
async def show(hearing: Hearing, request: Request) -> str:
    """一件的来龙去脉"""
    if not people.roles_at(await hearing.speaker(), request.building) & EVERYBODY:
        raise Refusal("not_allowed", number=request.number)
    events = await requests.events(hearing.db, request)
    supporters = (await requests.supporters(hearing.db, [request]))[request.id]
    photos = len(await requests.photos(hearing.db, request))
    return lists.whole(request, events, (supporters, photos), hearing.now, hearing.means.zone)


@command("受理", "take", EVERYBODY)
async def take(hearing: Hearing, request: Request) -> str:
    """表示您在处理了"""
    act = await hearing.act(request)
    left = await requests.time_left(hearing.db, request)
    resumed: dict[str, Any] = {"due": hearing.now + left, "expected": None} if left is not None else {}
    move(hearing.db, request, "take", act, **resumed)
    hearing.request = request
    return words.taken(request, act.actor.name)


@command("办结", "done", EVERYBODY)
async def done(hearing: Hearing, request: Request, note: Note = "") -> str:
    """办好了；写一句怎么办好的，大家都看得到"""
    act = await hearing.act(request)
    hearing.request = request
    if request.state == "resolved" and act.actor.roles & EVERYBODY:
        record(
            hearing.db, request, "note", act, note, outcome=note or request.outcome, ended_by=act.actor.name
        )
        await hearing.answer(words.already_done(request), private=True)
        return ""
    move(hearing.db, request, "done", act, note, outcome=note, ended_by=act.actor.name)
    return await hearing.announce(request, words.done(request, act.actor.name))


@command("记", "note", EVERYBODY, private=True)
async def note(hearing: Hearing, request: Request, text: Note) -> str:
    """记一笔进展，只有楼组和负责的人看"""
    act = await hearing.act(request)
    move(hearing.db, request, "note", act, text)
    hearing.request = request
    return words.noted(request)


@command("代记", "add", TEAM)
async def add(hearing: Hearing, content: Content, channel: Channel = "door") -> str:
    """替人记一件：上门听到的、电话里的、12345 转来的"""
    reading = hearing.means.reader.read(content)
    building = await filed_at(hearing, reading)
    if building is None or not people.roles_at(await hearing.speaker(), building) & TEAM:
        raise Refusal("which_building_first")
    request = intake.draft(hearing, reading, content)
    request.channel = channel
    hearing.request = await requests.open_request(hearing.db, request, building, await hearing.deed(building))
    return words.added(request, hearing.promise(request))


@command("催", "urge", TEAM)
async def urge(hearing: Hearing, request: Request) -> str:
    """催一催现在负责的人"""
    act = await hearing.act(request)
    move(hearing.db, request, "urge", act)
    hearing.request = request
    roles = frozenset({"captain", "deputy"} if request.holder == "captain" else {request.holder})
    await hearing.tell_all(roles, request, words.urged_privately(request))
    return words.urged(request)
