"""A real Chromium without a window, as a fixture."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright


# No longer than a file of tests: a process may hold one such loop of events alone.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser that the operating system has."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "these tests open a real browser: apt-get install chromium"
    with sync_playwright() as playwright:
        # Chromium refuses its sandbox to root, as whom containers run.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
