"""Keeps the reader at the neighbourhood's own words: a changed vocabulary.toml counts without a restart."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from bot.config import Config
from nlp import Broken, Own, Reader, load, own_words

log = logging.getLogger("louzu.vocabulary")
NAME = "vocabulary.toml"
EVERY = 30.0
"""Seconds between two looks at the file."""


def file_of(config: Config) -> Path:
    """Where the neighbourhood's own words stand, whether there are any or not."""
    chosen = config.reading.vocabulary
    return Path(chosen).expanduser() if chosen else config.data_dir / NAME


def reader_of(config: Config) -> tuple[Reader, tuple[str, ...]]:
    """A reader with the neighbourhood's own words, and what is wrong with their file; off the event loop."""
    vocabulary = Vocabulary(load(), file_of(config))
    vocabulary.refresh()
    assert vocabulary.reader is not None
    return vocabulary.reader, vocabulary.mistakes


class Vocabulary:
    """The file of own words as it is in use; what is broken is told, and the last good one stays."""

    def __init__(self, reader: Reader | None, file: Path) -> None:
        self.reader, self.file = reader, file
        """Without a reader the file is only looked at."""
        self.words = 0
        self.mistakes: tuple[str, ...] = ()
        self._seen: tuple[int, int] | None = None

    @property
    def places(self) -> tuple[str, ...]:
        """Where the mistakes stand, without the words: vocabulary.toml:3."""
        return tuple(":".join(one.split(":", 2)[:2]) for one in self.mistakes)

    async def run(self) -> None:
        """Look again and again."""
        while True:
            await asyncio.sleep(EVERY)
            await self.look()

    async def look(self) -> None:
        """Take the file up if it changed; never raises, so that no mistake of a clerk ends the bot."""
        try:
            await asyncio.to_thread(self.refresh)
        except Exception:
            log.exception("%s could not be taken up; the words known before stay in use", self.file)

    def refresh(self) -> None:
        """The same, here and now."""
        seen = self._stamp()
        if seen == self._seen:
            return
        self._seen = seen
        try:
            self._use(own_words(self.file))
        except Broken as error:
            self.mistakes = tuple(str(error).splitlines())
            log.error("%s is broken; the %d own words known before stay in use", self.file, self.words)
            for mistake in self.mistakes:
                log.error("%s", mistake)

    def _use(self, own: Own) -> None:
        if self.reader is not None:
            self.reader.take_up(own)
        if len(own) or self.words:
            log.info("own words in use: %d (%s)", len(own), self.file)
        self.words, self.mistakes = len(own), ()

    def _stamp(self) -> tuple[int, int] | None:
        """What changes with the file; None while there is none."""
        try:
            found = self.file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size
