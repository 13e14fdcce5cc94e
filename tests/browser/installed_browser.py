"""A real Chromium without a window, as a fixture."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser that the operating system has."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "these tests open a real browser: apt-get install chromium"
    with sync_playwright() as playwright:
        # Chromium refuses its sandbox to root, as whom containers run.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
