"""What anyone may do: ask how far it is, say that it is not fixed, see and wipe what is kept."""

from __future__ import annotations

from bot import attach, router, words
from bot.arguments import Rating
from bot.hearing import Hearing
from bot.router import command
from bot.words import lists
from store import people, requests, retention
from store.moves import move
from store.refusal import Refusal
from store.tables import Request


@command("帮助", "help")
async def help_(hearing: Hearing) -> str:
    """您能用的命令"""
    return lists.help_text(router.allowed(hearing.roles_anywhere), with_room=hearing.room is not None)


@command("进度", "status")
async def status(hearing: Hearing, request: Request | None = None) -> str:
    """看到哪一步了；不写编号就看自己报的"""
    if request is not None:
        hearing.request = request
        own = hearing.person is not None and request.reporter_id == hearing.person.id
        return lists.status(request, hearing.now, hearing.means.zone, own=own)
    # To ask is no reason to be kept.
    reported = await requests.of_person(hearing.db, hearing.person) if hearing.person else []
    return lists.mine([one for one in reported if not one.blanked], hearing.now, hearing.means.zone)


@command("没修好", "notfixed")
async def notfixed(hearing: Hearing, request: Request) -> str:
    """办结了其实没好，原编号重新打开"""
    act = await hearing.act(request)
    days = hearing.means.rules.reopen_days
    if (
        request.ended_at
        and (hearing.now - request.ended_at).days >= days
        and "captain" not in act.actor.roles
    ):
        raise Refusal("too_late_to_reopen", number=request.number, days=days)
    return await attach.reopen(hearing, request, "notfixed", act)


@command("满意", "rate")
async def rate(hearing: Hearing, request: Request, rating: Rating = "good") -> str:
    """给办得怎么样打个分"""
    act = await hearing.act(request)
    move(hearing.db, request, "rate", act, satisfaction=rating)
    hearing.request = request
    return words.rated(request, rating)


@command("服务牌", "board")
async def board(hearing: Hearing) -> str:
    """谁在为我们服务"""
    place = hearing.place
    if place is None:
        own = await hearing.buildings()
        place = own[0] if own else None
    if place is None:
        raise Refusal("not_here")
    found = {role: await people.holders(hearing.db, place, {role}) for role in people.ROLES}
    hearing.official.append(hearing.means.config.urgent.property_desk)
    return lists.board(place.name, found, hearing.official[-1])


@command("我的信息", "mine", private=True)
async def mine(hearing: Hearing) -> str:
    """看看记了您什么"""
    person = hearing.person
    kept = await requests.of_person(hearing.db, person) if person else []
    photos = {one.id: len(await requests.photos(hearing.db, one)) for one in kept}
    return lists.kept_of(person, kept, photos, hearing.means.zone)


@command("删除我的信息", "forget", private=True)
async def forget(hearing: Hearing) -> str:
    """抹去您的原话、照片、称呼和角色"""
    if hearing.person is not None:
        hearing.photos_to_drop = await retention.forget(hearing.db, hearing.person)
        hearing.person = None
    return words.forgotten()


@command("停止记录", "deaf", private=True)
async def deaf(hearing: Hearing) -> str:
    """以后您说的都不记"""
    (await hearing.speaker()).deaf = True
    return words.deaf()


@command("恢复记录", "listen", private=True)
async def listen(hearing: Hearing) -> str:
    """重新开始为您记事"""
    (await hearing.speaker()).deaf = False
    return words.listening()
