"""@command: the signature is the grammar, the docstring the help, the return value the reply."""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from bot.arguments import HALF_WIDTH, SMILEYS, Choice, Rest, take_reference, take_word, value_of
from bot.hearing import Hearing
from bot.quoting import quoted_request
from store.refusal import Refusal
from store.tables import Request

Reply = str | None
Run = Callable[..., Awaitable[Reply]]
ANYONE: frozenset[str] = frozenset()
ANYWHERE = frozenset({"帮助", "绑定", "认领", "我的信息", "删除我的信息", "停止记录", "恢复记录"})
"""What is obeyed also in a group that belongs to no building yet."""


@dataclass(frozen=True, slots=True)
class Command:
    """One slash command. `who` are the roles that may use it, empty for anyone."""

    name: str
    alias: str
    who: frozenset[str]
    help: str
    run: Run
    parameters: tuple[Parameter, ...]
    private: bool
    """The reply goes to the sender alone, wherever he asked."""

    @property
    def usage(self) -> str:
        return " ".join([f"/{self.name}", *(parameter.show() for parameter in self.parameters)])

    def example(self, said: Sequence[str] = ()) -> str:
        """A line to copy: what was said already, and a sample of all that may not be left out."""
        needed = [one.sample() for one in self.parameters[len(said) :] if not one.optional]
        return " ".join([f"/{self.name}", *said, *needed])


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument: a request, a date, or what `kind` says."""

    name: str
    kind: Any
    optional: bool

    def show(self) -> str:
        label = "编号" if self.kind is Request else "日期" if self.kind is date else self.kind.show()
        return f"[{label}]" if self.optional else f"<{label}>"

    def sample(self) -> str:
        if self.kind is Request:
            return "12"
        if self.kind is date:
            return "下周三"
        return (
            next(iter(self.kind.words))
            if isinstance(self.kind, Choice)
            else re.sub("[<>]", "", self.kind.show())
        )


COMMANDS: dict[str, Command] = {}
"""Every command by its Chinese name, in the order of declaration."""
_ALIASES: dict[str, str] = {}


def command(
    name: str, alias: str, who: frozenset[str] = ANYONE, *, private: bool = False
) -> Callable[[Run], Run]:
    """Declare a command. Its parameters after the hearing are its grammar, its docstring is its help."""

    def declare(run: Run) -> Run:
        COMMANDS[name] = Command(name, alias, who, inspect.getdoc(run) or "", run, _grammar(run), private)
        _ALIASES[alias] = name
        return run

    return declare


def _grammar(run: Run) -> tuple[Parameter, ...]:
    hints = get_type_hints(run, include_extras=True)
    signature = list(inspect.signature(run).parameters.values())[1:]
    return tuple(
        Parameter(one.name, _kind(hints[one.name]), one.default is not inspect.Parameter.empty)
        for one in signature
    )


def _kind(hint: Any) -> Any:
    if get_origin(hint) is Annotated:
        return get_args(hint)[1]
    return next((part for part in get_args(hint) if part is not type(None)), hint)


_BREAKS = " :,：，、。"
"""What people put between a command and what follows it."""
_SLASH = re.compile(r"\s*/(?P<gap>\s*)(?P<line>[#\w].*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is meant as a command: which one, if it is known, and what stands behind."""

    word: str
    command: Command | None
    rest: str


def parse(text: str, *, quoting: frozenset[str] | None = None) -> Line | None:
    """The command in a text, or None when it is plain talk.

    Who quotes the bot, with these roles, may leave out the slash: 「楼小助：收到 #12 …」 办结 灯泡换好了.
    """
    flat = text.translate(HALF_WIDTH).strip()
    found = _SLASH.match(flat)
    if found is None:
        return None if quoting is None else _bare(flat, quoting)
    line = found["line"].lstrip("#")
    if known := _known(line):
        return known
    word = take_word(line)[0]
    # "/ 楼道灯坏了", "/home/x", "/微笑[呲牙]" and the like are talk.
    meant = not found["gap"] and "/" not in word and re.match(r"[\w-]+$", word) and not word[0].isdigit()
    smiley = any(word.startswith(name) for name in SMILEYS)
    return Line(word, None, take_word(line)[1]) if meant and not smiley else None


def _known(line: str) -> Line | None:
    english = re.match(r"[A-Za-z-]+", line)
    if english and english[0].lower() in _ALIASES:
        name = _ALIASES[english[0].lower()]
        return Line(name, COMMANDS[name], line[english.end() :].strip())
    names = [name for name in COMMANDS if line.startswith(name)]
    if not names:
        return None
    name = max(names, key=len)
    return Line(name, COMMANDS[name], line[len(name) :].strip(_BREAKS))


def _bare(line: str, roles: frozenset[str]) -> Line | None:
    """Words that are meant as a command: the speaker may give it, and says no more than anybody's needs."""
    word = re.split(rf"[\s{_BREAKS}]", line, maxsplit=1)[0].rstrip("!?！？~")
    if word not in COMMANDS:
        return None
    command, rest = COMMANDS[word], line[len(word) :].strip(_BREAKS + "!?！？~")
    if command.who:
        return Line(word, command, rest) if command.who & roles else None
    said = [one.kind.words for one in command.parameters if isinstance(one.kind, Choice)]
    plain = not rest or re.fullmatch(r"#?\d{1,6}", rest) or any(rest in words for words in said)
    return Line(word, command, rest) if plain else None


def nearest(word: str, allowed: list[Command]) -> Command | None:
    """The command that was probably meant."""
    names = {one.alias if word.isascii() else one.name: one for one in allowed}
    found = difflib.get_close_matches(word.lower(), names, n=1, cutoff=0.5)
    return names[found[0]] if found else None


def allowed(roles: frozenset[str]) -> list[Command]:
    """The commands that somebody with these roles may use."""
    return [one for one in COMMANDS.values() if not one.who or one.who & roles]


async def obey(hearing: Hearing, line: Line) -> None:
    """Do what the line says, and owe the reply. Raises Refusal with what to write instead."""
    if line.command is None:
        near = nearest(line.word, allowed(hearing.roles_anywhere))
        example = near.example(line.rest.split() or ()) if near else ""
        raise Refusal("unknown_command", word=line.word[:20], example=example)
    if line.command.who and not line.command.who & hearing.roles_anywhere:
        whose = "team" if "captain" in line.command.who else "holders"
        raise Refusal(f"not_allowed_command_{whose}", name=line.command.name)
    if hearing.room is not None and hearing.place is None and line.command.name not in ANYWHERE:
        raise Refusal("not_bound")
    arguments = await _arguments(hearing, line.command, line.rest)
    hearing.did = "command"
    reply = await line.command.run(hearing, **arguments)
    if reply:
        await hearing.answer(reply, private=line.command.private)


async def _arguments(hearing: Hearing, command: Command, rest: str) -> dict[str, Any]:
    values, rest = _last_choice(command, rest)
    said: list[str] = []
    for parameter in command.parameters:
        if parameter.name in values:
            continue
        before = rest
        value, rest = await _take(hearing, parameter, rest)
        if value is not None:
            values[parameter.name] = value
            said.append(
                str(value.number) if parameter.kind is Request else before[: len(before) - len(rest)].strip()
            )
        elif not parameter.optional:
            raise Refusal("missing_argument", usage=command.usage, example=command.example(said))
    return values


def _last_choice(command: Command, rest: str) -> tuple[dict[str, Any], str]:
    """A choice behind free text is the last word of the line, if that word is one: /代记 … 上门."""
    kinds = [parameter.kind for parameter in command.parameters[-2:]]
    head, _, last = rest.rpartition(" ")
    if (
        len(kinds) == 2
        and isinstance(kinds[0], Rest)
        and isinstance(kinds[1], Choice)
        and last in kinds[1].words
    ):
        return {command.parameters[-1].name: kinds[1].words[last]}, head
    return {}, rest


async def _take(hearing: Hearing, parameter: Parameter, rest: str) -> tuple[Any, str]:
    """What the parameter is given, None for nothing, and what is left of the line."""
    kind = parameter.kind
    if kind is Request:
        return await _take_request(hearing, rest)
    if isinstance(kind, Rest):
        word, rest = rest.strip(), ""
    else:
        word, rest = take_word(rest)
    return (value_of(kind, word, hearing.today) if word else None), rest


async def _take_request(hearing: Hearing, rest: str) -> tuple[Request | None, str]:
    found = take_reference(rest)
    if found is not None:
        return await hearing.request_numbered(found[0]), found[1]
    return await quoted_request(hearing), rest
