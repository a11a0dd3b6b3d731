"""Plays a conversation written down in tests/dialogues against the real bot, and writes down what happened.

`python -m tests.dialogue FILE` prints the conversation as it really goes.
"""

from __future__ import annotations

import asyncio
import io
import re
import sys
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from PIL import Image

from bot.app import Bot
from bot.chat import Gap, Message
from bot.config import Config
from bot.simulator.history import Line
from bot.simulator.neighbourhood import DEMO, G3, G5, WORK
from bot.simulator.stage import UNPACED, Stage, stage
from bot.simulator.times import HERE
from nlp import Reader
from nlp.reader import load
from store import people, places

BOT = "楼小助"
ROOMS = {"3号楼群": G3, "5号楼群": G5, "工作群": WORK}
NAMES = {one.name: one.id for one in DEMO.people}
START = datetime(2026, 11, 16, tzinfo=HERE)
SPEECH = re.compile(r"(?P<name>\S+?)(?:\s{2,}(?P<text>.*))?")
QUOTE = re.compile(r"「(?P<who>[^：」]+)：(?P<text>.*?)」\s*(?P<rest>.*)", re.DOTALL)
PRIVATE = "私聊"
PRETENDER = "（冒名）"


@dataclass(slots=True)
class Entry:
    """One thing written down: its lines as they stand, and what they mean."""

    kind: str
    lines: list[str]
    name: str = ""
    text: str = ""


def entries(script: str) -> Iterator[Entry]:
    """The lines of a script as entries; an indented line goes on with what was said before it."""
    last: Entry | None = None
    for line in script.splitlines():
        if last and last.kind in ("said", "heard") and line.startswith("  ") and line.strip():
            last.lines.append(line)
            last.text += "\n" + line.strip()
            continue
        if last:
            yield last
        last = _entry(line)
    if last:
        yield last


def _entry(line: str) -> Entry:
    if not line.strip() or line.startswith("# "):
        return Entry("blank", [line])
    if line.startswith("== "):
        return Entry("clock", [line], text=line[3:].strip())
    if line.startswith("[") and line.endswith("]"):
        return Entry("stage", [line], text=line[1:-1])
    found = SPEECH.fullmatch(line)
    if found is None or found["text"] is None:
        return Entry("room", [line], text=line.strip())
    return Entry("heard" if found["name"] == BOT else "said", [line], found["name"], found["text"])


def alike(written: str, said: str) -> bool:
    """Whether what was said is what is written, where … stands for anything."""
    return re.fullmatch(".*".join(map(re.escape, written.split("…"))), said, re.DOTALL) is not None


@dataclass(slots=True)
class Play:
    """A conversation being played: the stage, who stands where, and what the bot said that nobody read yet."""

    stage: Stage
    reader: Reader
    settings: list[str] = field(default_factory=list)
    room: str = "3号楼群"
    unseen: set[str] = field(default_factory=set)
    happened: list[str] = field(default_factory=list)
    off: bool = False
    read: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    words: dict[str, str] = field(default_factory=dict)
    last: dict[tuple[str, str], Message] = field(default_factory=dict)
    late: dict[tuple[str, str], Message] = field(default_factory=dict)

    # -- where and who

    def conversation(self, title: str) -> str | None:
        """The room's id; None for a private talk."""
        if title.startswith(f"{PRIVATE} "):
            return None
        if title not in ROOMS and title not in self.stage.chat.rooms:
            raise ValueError(f"没有“{title}”")
        return ROOMS.get(title, title)

    def contact(self, name: str) -> str:
        """Whoever is called so; a stranger moves in."""
        contact = NAMES.get(name, name)
        if contact not in self.stage.chat.people:
            shown = "" if name == "没有名字的人" else name.removesuffix(PRETENDER)
            self.stage.chat.add_person(contact, shown)
        return contact

    def member(self, room: str, name: str) -> str:
        contact, chat = self.contact(name), self.stage.chat
        if contact not in chat.rooms[room].members:
            chat.add_room(room, chat.rooms[room].topic, [*chat.rooms[room].members, contact])
        return contact

    # -- playing

    async def play(self, script: str) -> list[str]:
        for entry in entries(script):
            if entry.kind in ("said", "clock", "stage"):
                self._blurted()
            if entry.kind == "heard":
                self._heard(entry)
                continue
            if entry.kind == "room":
                self._blurted_at(self._where(self.room))
            self.happened += entry.lines
            await getattr(self, f"_{entry.kind}")(entry)
        self._blurted()
        return self.happened

    async def _blank(self, entry: Entry) -> None:
        pass

    async def _room(self, entry: Entry) -> None:
        self.room = entry.text

    async def _clock(self, entry: Entry) -> None:
        moment = moment_of(entry.text, self.stage.clock.now())
        if self.off:
            self.stage.clock.move_to(moment)
        else:
            await self.stage.move_to(moment)

    async def _said(self, entry: Entry) -> None:
        room, chat = self.conversation(self.room), self.stage.chat
        contact = self.member(room, entry.name) if room else self.contact(entry.name)
        spot = (self.room, entry.name)
        if entry.text == "[撤回 上一条]":
            chat.recall(self.last[spot].id)
        elif entry.text == "[上一条又送到一遍]":
            chat.arrive(self.last[spot])
        elif entry.text == "[迟到的到了]":
            chat.arrive(self.late[spot])
        elif entry.text.startswith("[迟到]"):
            said = self._speech(entry.text.removeprefix("[迟到]").strip(), room or contact)
            self.late[spot] = chat.speak(room, contact, **said)
            chat.take()
        else:
            self.last[spot] = chat.speak(room, contact, **self._speech(entry.text, room or contact))
        await self._settle()

    async def _settle(self) -> None:
        if not self.off:
            await self.stage.settle()

    def _speech(self, text: str, conversation: str) -> dict[str, Any]:
        for word, meant in self.words.items():
            text = text.replace(word, meant)
        speech: dict[str, Any] = {}
        if quote := QUOTE.fullmatch(text):
            speech["quoting"], text = self._quoted(conversation, quote), quote["rest"]
        for mark, data in (("[图片]", picture()), ("[打不开的图片]", b"\xff\xd8 no picture")):
            if text.startswith(mark):
                speech["image"], text = data, text.removeprefix(mark).strip()
        return {**speech, "text": text}

    def _quoted(self, conversation: str, quote: re.Match[str]) -> str:
        for line in reversed(self.stage.chat.history(conversation)):
            if line.name == quote["who"] and alike(quote["text"], shown(line)):
                return line.id
        raise ValueError(f"没有人说过“{quote[0]}”")

    def _heard(self, entry: Entry) -> None:
        """One thing the bot is to say where we stand."""
        said = self._unread(self._where(self.room))[:1]
        self.read[self._where(self.room)] += len(said)
        for one in said:
            self.happened += entry.lines if alike(entry.text, shown(one)) else script_of(shown(one))

    def _where(self, title: str) -> str:
        return self.conversation(title) or self.contact(title.removeprefix(f"{PRIVATE} "))

    def _unread(self, where: str) -> list[Line]:
        return [line for line in self.stage.chat.history(where) if line.mine][self.read[where] :]

    def _blurted_at(self, where: str) -> list[str]:
        """What the bot said there that is not written down."""
        said = self._unread(where)
        self.read[where] += len(said)
        hidden = (PRIVATE if where in self.stage.chat.people else self._title(where)) in self.unseen
        lines = [] if hidden else [line for one in said for line in script_of(shown(one))]
        if where == self._where(self.room):
            self.happened += lines
        return lines

    def _blurted(self) -> None:
        """The same everywhere, told where it was said."""
        chat, here = self.stage.chat, self._where(self.room)
        self._blurted_at(here)
        elsewhere = []
        for where in [*chat.rooms, *chat.people]:
            if lines := self._blurted_at(where):
                elsewhere += [self._title(where), *lines]
        if elsewhere:
            self.happened += [*elsewhere, self.room]

    def _title(self, where: str) -> str:
        if where in self.stage.chat.rooms:
            return next((title for title, id_ in ROOMS.items() if id_ == where), where)
        return f"{PRIVATE} {next((name for name, id_ in NAMES.items() if id_ == where), where)}"

    # -- stage directions

    async def _stage(self, entry: Entry) -> None:
        word, _, rest = entry.text.partition(" ")
        await {
            "停机": self._stop,
            "重启": self._restart,
            "设置": self._set,
            "不看": self._hide,
            "看": self._show,
            "口令": self._code,
            "掉线": self._gap,
            "进群": self._join,
            "改名": self._rename,
        }[word](rest)

    async def _stop(self, _: str) -> None:
        """Nobody listens and no clock is looked at until the restart; what is said then waits."""
        self.off = True

    async def _restart(self, _: str) -> None:
        """The program ends, if it still runs, and starts anew; only what is in the store is still known."""
        now, self.off = self.stage, False
        loaded = tomllib.loads("\n".join(self.settings))
        pace = UNPACED.model_copy(update=loaded.pop("pace", {}))
        now.config = Config(data_dir=now.config.data_dir, pace=pace, **loaded)
        now.bot = Bot(now.chat, now.store, self.reader, now.config, now.clock)
        await now.bot.speaker.take_stock()
        await now.bot.keeper.catch_up()
        await now.bot.speaker.say_due()
        await now.settle()

    async def _set(self, line: str) -> None:
        self.settings.append(line)
        await self._restart("")

    async def _hide(self, titles: str) -> None:
        """What the bot says there is not the point of this conversation."""
        self.unseen |= set(titles.split())

    async def _show(self, titles: str) -> None:
        self.unseen -= set(titles.split())

    async def _code(self, rest: str) -> None:
        """[口令 甲 3号楼 captain]: 口令甲 in what is said from now on stands for that code."""
        word, building, role = rest.split()
        async with self.stage.store.begin() as db:
            top = await places.community(db, DEMO.name)
            place = await places.building(db, building, top)
            self.words[f"口令{word}"] = await people.make_code(db, role, place, self.stage.clock.now())

    async def _gap(self, rest: str) -> None:
        since, until = (moment_of(part, self.stage.clock.now()) for part in rest.split("—"))
        self.stage.chat.arrive(Gap(self.stage.chat.account, since, until))
        await self._settle()

    async def _join(self, room: str) -> None:
        self.stage.chat.join(room, room)
        await self._settle()

    async def _rename(self, rest: str) -> None:
        old, new = rest.split()
        self.stage.chat.rename(self.contact(old), new)
        await self._settle()


def moment_of(text: str, now: datetime) -> datetime:
    """2026-11-16 09:10, or 09:10 of the day that it is."""
    day, _, clock = text.rpartition(" ")
    return datetime.fromisoformat(f"{day or now.astimezone(HERE).date()} {clock}").replace(tzinfo=HERE)


def shown(line: Line) -> str:
    """A line as it is written in a script."""
    return line.text or ("[图片]" if line.image else f"[文件 {line.file}]")


def script_of(text: str) -> list[str]:
    """What the bot said, as it is written in a script."""
    first, *others = text.split("\n")
    return [f"{BOT}   {first}", *(f"         {line}" for line in others)]


def picture() -> bytes:
    """A photo, different from every other."""
    made = io.BytesIO()
    Image.new("RGB", (8, 8), (200, 120, 40)).save(made, "JPEG")
    return made.getvalue()


async def played(script: str, reader: Reader, folder: Path) -> list[str]:
    """The lines of the script as they really happen."""
    begins = next(entry.text for entry in entries(script) if entry.kind == "clock")
    async with stage(reader, moment_of(begins, START), folder) as made:
        await made.furnish(DEMO)
        return await Play(made, reader).play(script)


async def _print(paths: list[Path]) -> None:
    reader = load()
    for path in paths:
        with tempfile.TemporaryDirectory() as folder:
            print("\n".join(await played(path.read_text("utf-8"), reader, Path(folder))))


if __name__ == "__main__":
    asyncio.run(_print([Path(name) for name in sys.argv[1:]]))
