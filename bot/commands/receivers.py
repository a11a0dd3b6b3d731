"""What the committee, the property company, the owners' committee and the street do with what they are handed."""

from __future__ import annotations

from bot import words
from bot.arguments import Month, Reason, parse_month
from bot.hearing import Hearing
from bot.router import command
from store.moves import HOLDERS, move
from store.refusal import Refusal
from store.tables import Request


@command("收", "accept", HOLDERS)
async def accept(hearing: Hearing, request: Request) -> str:
    """收下转来的一件"""
    act = await hearing.act(request)
    _check_receiver(request, act.actor.roles)
    move(hearing.db, request, "accept", act, accepted=True)
    hearing.request = request
    return words.accepted(request)


@command("退", "return", HOLDERS)
async def return_(hearing: Hearing, request: Request, reason: Reason) -> str:
    """退回一次，写明原因；未收下前仍由您负责"""
    act = await hearing.act(request)
    _check_receiver(request, act.actor.roles)
    if request.returned:
        raise Refusal("returned_once", number=request.number)
    move(
        hearing.db,
        request,
        "return",
        act,
        reason,
        returned=True,
        reason=reason,
        holder="captain",
        accepted=False,
    )
    hearing.request = request
    await hearing.tell_all(
        frozenset({"captain", "deputy", "clerk"}), request, words.returned_privately(request, reason)
    )
    return words.returned(request)


def _check_receiver(request: Request, roles: frozenset[str]) -> None:
    if request.holder not in roles:
        raise Refusal("not_with_you", number=request.number, holder=request.holder)


@command("导出", "export", HOLDERS)
async def export(hearing: Hearing, month: Month = "") -> str:
    """把清单发成 Excel；可写月份，如 2026-11"""
    speaker = await hearing.speaker()
    tops = [role.place_id for role in speaker.roles if role.role in HOLDERS]
    if hearing.place is not None:
        tops = [hearing.place.id] if hearing.roles & HOLDERS else []
    period = parse_month(month, hearing.today)
    await hearing.hand_file({"sheet": {"places": tops, "period": period}})
    return ""
