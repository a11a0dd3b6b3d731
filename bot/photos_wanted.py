"""Fetching the pictures that requests want: outside of any transaction, and again until it is certain."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import exists, select

from bot import words
from bot.chat import Chat, NoImage
from bot.clock import Clock
from bot.hearing import Means
from bot.outgoing import Words, owe
from bot.photos import BadPhoto, drop, keep
from store import Store
from store.tables import Photo, Request, Room, Seen

log = logging.getLogger("louzu.photos")
LIMIT = 8 * 1024 * 1024
MOST_TRIES = 6
LOOKS_AGAIN = 30.0
RESTS = timedelta(seconds=20)


class PhotoFetcher:
    """Turns wanted photos into kept or refused ones."""

    def __init__(self, chat: Chat, store: Store, means: Means, clock: Clock) -> None:
        self.chat, self.store, self.means, self.clock = chat, store, means, clock
        self._wanted = asyncio.Event()
        self._tried: dict[int, datetime] = {}

    @property
    def folder(self) -> Path:
        return self.means.config.data_dir / "photos"

    def wake(self) -> None:
        """A photo may be wanted now."""
        self._wanted.set()

    def drop(self, hashes: Iterable[str]) -> None:
        """Delete the files of photos that nothing wants any more."""
        for hash_ in hashes:
            drop(hash_, self.folder)

    async def run(self) -> None:
        """Fetch what is wanted, for ever."""
        while True:
            self._wanted.clear()
            try:
                await self.fetch_all()
            except Exception:
                log.exception("fetching photos stumbled")
            try:
                async with asyncio.timeout(LOOKS_AGAIN):
                    await self._wanted.wait()
            except TimeoutError:
                pass

    async def fetch_all(self) -> None:
        """Try every wanted photo once."""
        # Only the account that saw a picture can ask its chat for it.
        mine = exists().where(Seen.account == self.chat.account, Seen.message_id == Photo.message_id)
        async with self.store.read() as db:
            query = select(Photo).where(Photo.state == "wanted", mine).order_by(Photo.id)
            wanted = list(await db.scalars(query.limit(50)))
        now = self.clock.now()
        self._tried = {id_: at for id_, at in self._tried.items() if now - at < RESTS}
        for photo in wanted:
            if self.chat.health().well and photo.id not in self._tried:
                await self._fetch(photo)

    async def _fetch(self, photo: Photo) -> None:
        try:
            data = await self.chat.image(photo.message_id, LIMIT)
            hash_ = await asyncio.to_thread(keep, data, self.folder)
        except BadPhoto:
            await self._refuse(photo)
        except (NoImage, OSError) as error:
            log.warning("photo %s: %s", photo.id, type(error).__name__)
            self._tried[photo.id] = self.clock.now()
            await self._update(photo.id, "wanted" if photo.tries + 1 < MOST_TRIES else "refused")
        else:
            if not await self._update(photo.id, "kept", hash_):
                self.drop([hash_])

    async def _update(self, photo_id: int, state: str, hash_: str = "") -> bool:
        """Write down what came of it; False when nothing wants it any more, nor another one like it."""
        async with self.store.begin() as db:
            row = await db.get(Photo, photo_id)
            if row is None:
                return bool(await db.scalar(select(Photo.id).where(Photo.hash == hash_)))
            row.state, row.hash, row.tries = state, hash_, row.tries + 1
            return True

    async def _refuse(self, photo: Photo) -> None:
        await self._update(photo.id, "refused")
        async with self.store.begin() as db:
            wanted = await db.get(Photo, photo.id)
            request = await db.get_one(Request, photo.request_id)
            room = await db.get(Room, request.room_id) if wanted and request.room_id else None
            if room is not None:
                told = Words(f"photo-refused:{photo.id}", "ack", words.photo_refused(), request=request)
                await owe(db, room, told, self.clock.now(), self.means.rules)
