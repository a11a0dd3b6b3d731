"""What all tests need: the libraries whose first compilation warns, compiled before warnings are errors."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import betterproto  # noqa: F401  (stringcase has invalid escapes)
    import jieba  # noqa: F401  (so has jieba)

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser

from tests.browser import launched


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with launched() as found:
        yield found
