"""By one-time code: a person takes a role, a group is bound to its building."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot import words
from bot.arguments import Secret
from bot.hearing import Hearing
from bot.router import command
from store import people
from store.refusal import Refusal


@command("认领", "claim")
async def claim(hearing: Hearing, code: Secret) -> str:
    """用口令领取自己的角色"""
    with _one_guess(hearing):
        role = await people.claim(hearing.db, await hearing.speaker(), code, hearing.now)
    await hearing.answer(words.claimed(role.role, role.place.name), private=True)
    return ""


@command("绑定", "bind")
async def bind(hearing: Hearing, code: Secret) -> str:
    """用口令把这个群绑定到楼组"""
    if hearing.room is None:
        raise Refusal("not_here")
    with _one_guess(hearing):
        place = await people.bind(hearing.db, hearing.room, code, hearing.now)
    return words.greeting(place.name)


@contextmanager
def _one_guess(hearing: Hearing) -> Iterator[None]:
    """Codes are not to be guessed: a few tries an hour for each sender, some wrong ones for all together."""
    patience = hearing.means.patience
    if not patience.may_guess(hearing.message):
        raise Refusal("locked_out")
    try:
        yield
    except Refusal:
        patience.guessed_wrong(hearing.message)
        raise
