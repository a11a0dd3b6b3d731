"""Debian's chromium, driven by playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Locator, async_playwright
from playwright.async_api import Page as Tab

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1440, "height": 920}}
FLAGS = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """A browser; where there is none, the test says so, and fails where there has to be one."""
    chromium = shutil.which("chromium")
    if chromium is None:
        if os.environ.get("CI") == "true":
            pytest.fail("chromium is missing: apt-get install chromium")
        pytest.skip("chromium is missing (apt-get install chromium)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        await browser.close()


@asynccontextmanager
async def opened(browser: Browser, url: str, device: dict[str, object] = PHONE) -> AsyncIterator[Tab]:
    """A tab of its own; any error in the page's scripts fails the test."""
    errors: list[str] = []
    context = await browser.new_context(**device)  # type: ignore[arg-type]
    tab = await context.new_page()
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.on("console", lambda said: errors.append(said.text) if "Content Security" in said.text else None)
    await tab.goto(url)
    try:
        yield tab
    finally:
        await context.close()
    assert errors == []


def bubbles(tab: Tab) -> Locator:
    return tab.locator("#lines .bubble")


async def write(tab: Tab, words: str) -> None:
    await tab.fill("#text", words)
    await tab.click("#send")
