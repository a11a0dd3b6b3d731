"""What a captain does: confirm, sort, hand over, hold, merge, reply, and take back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select

from bot import attach, words
from bot.arguments import Category, Content, Holder, Hours, Note, Question, Reason
from bot.hearing import Hearing
from bot.mask import mask
from bot.router import command
from schedules.calendar import due
from store import answers, people, requests, retention
from store.moves import CAPTAINS, HOLDERS, Act, move, record, undo
from store.refusal import Refusal
from store.tables import Correction, Event, Request


@command("列入", "list-it", CAPTAINS)
async def list_it(hearing: Hearing, request: Request) -> str:
    """转到问题清单"""
    return await _reroute(hearing, request, "listed")


@command("快办", "quick", CAPTAINS)
async def quick(hearing: Hearing, request: Request) -> str:
    """改为当场快办"""
    return await _reroute(hearing, request, "quick")


async def _reroute(hearing: Hearing, request: Request, route: str) -> str:
    act = await hearing.act(request)
    _correct(hearing, request, "route", route)
    move(
        hearing.db,
        request,
        "route",
        act,
        route=route,
        due=_due(hearing, request, route, request.holder),
        warned_at=None,
        raised_at=None,
    )
    hearing.request = request
    return words.rerouted(request, hearing.promise(request))


@command("改", "edit", CAPTAINS)
async def edit(hearing: Hearing, request: Request, category: Category) -> str:
    """改类别"""
    _correct(hearing, request, "category", category)
    move(hearing.db, request, "edit", await hearing.act(request), category=category)
    hearing.request = request
    return words.edited(request)


@command("转交", "hand", CAPTAINS)
async def hand(hearing: Hearing, request: Request, holder: Holder, note: Note = "") -> str:
    """交给物业、业委会、居委会或街道"""
    act = await hearing.act(request)
    deadline = _due(hearing, request, "listed", holder)
    move(
        hearing.db,
        request,
        "hand",
        act,
        note,
        holder=holder,
        route="listed",
        accepted=False,
        due=deadline,
        reason=note,
        warned_at=None,
        raised_at=None,
    )
    hearing.request = request
    told = await hearing.tell_all(frozenset({holder}), request, words.handed_privately(request, note))
    return words.handed(request, hearing.promise(request), told)


@command("挂起", "hold", CAPTAINS)
async def hold(hearing: Hearing, request: Request, until: date, reason: Reason) -> str:
    """等一等；写等到哪天、为什么"""
    move(
        hearing.db,
        request,
        "hold",
        await hearing.act(request),
        reason,
        expected=until,
        reason=reason,
        due=None,
    )
    hearing.request = request
    return words.held(request)


@command("不属", "unsolvable", CAPTAINS)
async def unsolvable(hearing: Hearing, request: Request, reason: Reason) -> str:
    """小区里解决不了的；写明原因"""
    move(hearing.db, request, "unsolvable", await hearing.act(request), reason, reason=reason)
    hearing.request = request
    return await hearing.announce(request, words.unsolvable(request))


@command("并入", "merge", CAPTAINS)
async def merge(hearing: Hearing, request: Request, into: Request) -> str:
    """前一件并入后一件"""
    if request.id == into.id:
        raise Refusal("same_request")
    if request.building_id != into.building_id:
        raise Refusal("other_building", a=_named(request), b=_named(into))
    act = await hearing.act(request)
    oldest = min((one for one in (request.due, into.due) if one), default=None)
    move(hearing.db, request, "merge", act, f"#{into.number}", merged_id=into.id)
    # Of two reports of one trouble the older clock counts.
    oldest_said = min(request.created, into.created)
    record(hearing.db, into, "merge", act, f"#{request.number} 并到这里", due=oldest, created=oldest_said)
    hearing.request = into
    return words.merged(request, into, (await requests.supporters(hearing.db, [into]))[into.id] + 1)


@command("拆开", "unmerge", CAPTAINS)
async def unmerge(hearing: Hearing, request: Request) -> str:
    """把并错的拆成单独一件"""
    act = await hearing.act(request)
    hearing.request = request
    if request.state != "merged":
        if not act.actor.roles & CAPTAINS:
            raise Refusal("not_allowed", number=request.number)
        return words.split_off(request, await requests.split_off(hearing.db, request, act))
    query = (
        select(Event).where(Event.request_id == request.id, Event.verb == "merge").order_by(Event.id.desc())
    )
    happened = await hearing.db.scalar(query.limit(1))
    before = happened.before.get("state", "open") if happened else "open"
    move(hearing.db, request, "unmerge", act, state=before, merged_id=None)
    return words.unmerged(request)


@command("撤回", "withdraw")
async def withdraw(hearing: Hearing, request: Request) -> str:
    """这件不用办了；自己报的自己也能撤"""
    move(hearing.db, request, "withdraw", await hearing.act(request))
    hearing.request = request
    return words.withdrawn(request)


@command("重开", "reopen", CAPTAINS)
async def reopen(hearing: Hearing, request: Request) -> str:
    """办结的重新打开"""
    return await attach.reopen(hearing, request, "reopen", await hearing.act(request))


@command("回复", "reply", CAPTAINS | HOLDERS, private=True)
async def reply(hearing: Hearing, request: Request, text: Content) -> str:
    """月反馈里这件怎么回复大家"""
    move(hearing.db, request, "reply", await hearing.act(request), reply=text)
    hearing.request = request
    return words.replied(request)


@command("是", "yes", CAPTAINS)
async def yes(hearing: Hearing, request: Request) -> str:
    """拿不准的，确认是诉求"""
    _correct(hearing, request, "request", "yes")
    move(hearing.db, request, "yes", await hearing.act(request))
    hearing.request = request
    text = words.acknowledged(
        request, hearing.person.name if hearing.person else "", hearing.promise(request)
    )
    return await hearing.announce(request, text)


@command("否", "no", CAPTAINS, private=True)
async def no(hearing: Hearing, request: Request) -> str:
    """拿不准的，不是诉求，不留原话"""
    heard = mask(" ".join(hearing.means.reader.traces(request.text)))
    move(hearing.db, request, "no", await hearing.act(request))
    hearing.photos_to_drop = await retention.blank(hearing.db, [request])
    _correct(hearing, request, "request", "no", heard)
    hearing.request = request
    return words.denied(request)


@command("撤销", "undo", CAPTAINS)
async def undo_(hearing: Hearing) -> str:
    """撤销我刚才那一步"""
    speaker = await hearing.speaker()
    act = Act(people.Actor(speaker.id, hearing.roles_anywhere, speaker.name), hearing.now, hearing.message.id)
    undone = await undo(hearing.db, act)
    hearing.request = undone[0][0]
    return words.undone(undone)


@command("答案", "answer", CAPTAINS, private=True)
async def answer(hearing: Hearing, text: Question) -> str:
    """便民答案：有人这样问就这样答；回答留空就删掉"""
    question, sign, ready = (part.strip() for part in text.partition("="))
    if not sign or not question:
        raise Refusal("bad_answer")
    place = hearing.place
    if place is None:
        place = next((role.place for role in (await hearing.speaker()).roles if role.role in CAPTAINS), None)
    if place is None or not people.roles_at(hearing.person, place) & CAPTAINS:
        raise Refusal("not_here")
    await answers.keep(hearing.db, place, question, ready)
    return words.answer_kept(question, ready)


@command("静音", "mute", CAPTAINS)
async def mute(hearing: Hearing, hours: Hours) -> str:
    """这个群里先不出声几小时，紧急的除外"""
    if hearing.room is None or not hearing.roles & CAPTAINS:
        raise Refusal("not_here")
    hearing.room.muted_until = hearing.now + timedelta(hours=hours)
    await hearing.answer(words.muted(hours), private=True)
    return ""


def _due(hearing: Hearing, request: Request, route: str, holder: str) -> datetime:
    return due(request.created, route, holder, hearing.means.rules)


def _named(request: Request) -> str:
    return f"{request.building.name}#{request.number}"


def _correct(hearing: Hearing, request: Request, field: str, now: str, heard: str = "") -> None:
    """A correction of the reading is kept as a labelled example, for `louzu learn`."""
    was = "unsure" if field == "request" else getattr(request, field)
    if was != now:
        made = Correction(request_id=request.id, at=hearing.now, field=field, was=was, now=now, words=heard)
        hearing.db.add(made)
