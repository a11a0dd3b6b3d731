"""What all tests need: the libraries whose first compilation warns, compiled before warnings are errors."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import betterproto  # noqa: F401  (stringcase has invalid escapes)
    import jieba  # noqa: F401  (so has jieba)

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser import launched
from tests.postgres import Server, started

SERVER = pytest.StashKey[Server]()
SAME_ON_BOTH = (
    *("gateway/*", "test_demo.py", "test_page.py", "test_simulator.py", "test_wechat.py", "test_cards.py"),
    *("test_nlp_*.py", "test_reading.py", "test_evaluate.py", "test_replay.py", "test_bench.py"),
    *("test_bad_input.py", "test_choice.py", "test_dangers.py", "test_mask.py", "test_sheets.py"),
    *("test_config.py", "test_house.py", "test_readme.py", "test_setup.py", "test_photos.py"),
    *("test_presence.py", "test_schedules_calendar.py", "test_schedules_job.py"),
    *("test_postgres.py", "test_accounts.py", "test_alone.py", "test_move.py"),
)
"""What drives a browser or a gateway, only reads, or names its database by itself."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--postgres", action="store_true", help="run what keeps anything on a PostgreSQL")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "sqlite: about SQLite itself, its file or a process that uses one")
    if config.getoption("postgres"):
        held = ExitStack()
        config.add_cleanup(held.close)
        try:
            config.stash[SERVER] = held.enter_context(started())
        except (pytest.skip.Exception, pytest.fail.Exception) as error:
            raise pytest.UsageError(error.msg) from None
        held.enter_context(config.stash[SERVER].instead_of_sqlite())


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    left_out = config.getoption("postgres") and any(map(collection_path.match, SAME_ON_BOTH))
    return True if left_out else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("postgres"):
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("sqlite")])
        items[:] = [item for item in items if not item.get_closest_marker("sqlite")]


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A PostgreSQL, also while everything else runs on SQLite."""
    server = request.config.stash.get(SERVER, None)
    with ExitStack() as held:
        yield server or held.enter_context(started())


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with launched() as found:
        yield found
