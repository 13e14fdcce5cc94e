"""The documentation site is built strictly, whole, and loads nothing from the network."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import pytest
from installed_browser import chromium
from playwright.sync_api import Browser, ConsoleMessage, Page

import hsic_hpo as hh
from hsic_hpo.commands import __path__ as commands
from pages import ROOT
from shared_folders import made_once

__all__ = ["chromium"]

NOTEBOOKS = sorted(ROOT.glob("docs/*.ipynb"))
# Attributes by which a page loads something.
LOADED = {"src", "srcset", "poster", "data"}


class Loads(HTMLParser):
    """What a page loads, and where its links lead."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.ids.add(named.get("id", ""))
        self.loaded += [value for name, value in named.items() if name in LOADED]
        if tag == "a":
            self.links.append(named.get("href", ""))
        elif tag == "link":
            self.loaded.append(named.get("href", ""))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, as `make docs` builds it: a warning ends the build."""

    def build(folder: Path) -> None:
        command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
        environment = os.environ | {
            "PYTHONPATH": str(ROOT / "src"),
            "NO_MKDOCS_2_WARNING": "1",
            # Of the libraries that the kernels of notebooks load.
            "PYTHONWARNINGS": "default",
        }
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert "WARNING" not in done.stderr

    return made_once(tmp_path_factory, "site", build)


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Loads]:
    return {
        path.name: Loads(path.read_text(encoding="utf-8"))
        for path in site.glob("*.html")
        if path.name != "404.html"
    }


def test_no_page_loads_anything_from_elsewhere(site: Path, pages: dict[str, Loads]) -> None:
    assert len(pages) > 20
    for name, page in pages.items():
        assert page.loaded
        for address in page.loaded:
            assert not urlsplit(address).netloc, f"{name} loads {address}"
    for style in site.rglob("*.css"):
        for address in re.findall(r"url\(([^)]*)\)|@import ([^;]*);", style.read_text()):
            assert "//" not in "".join(address).split("data:")[0]


def test_links_to_elsewhere_are_well_formed(pages: dict[str, Loads]) -> None:
    outside = {link for page in pages.values() for link in page.links if "//" in link}
    assert outside
    for link in outside:
        parts = urlsplit(link)
        assert parts.scheme == "https", link
        assert re.fullmatch(r"[\w-]+(\.[\w-]+)+", parts.netloc), link
        assert not re.search(r"[\s<>\"{}|\\^`]", link), link


def test_values_in_braces_are_shown(site: Path) -> None:
    # Between braces Python-Markdown reads attributes.
    peers = pd.read_csv(ROOT / "results" / "reference" / "bateman" / "tables" / "peers.csv")
    groups = {group for group in peers["group"] if "{" in group}
    assert groups
    text = (site / "studies.html").read_text(encoding="utf-8")
    assert [group for group in groups if f"<td>{group}</td>" not in text] == []


def test_every_name_of_the_front_door_is_described(pages: dict[str, Loads]) -> None:
    assert {f"hsic_hpo.{name}" for name in hh.__all__} <= pages["api.html"].ids


def test_every_command_is_described(site: Path, pages: dict[str, Loads]) -> None:
    names = {path.stem for path in Path(commands[0]).glob("[!_]*.py")} - {"analyse_options"}
    assert names <= pages["commands.html"].ids
    text = (site / "commands.html").read_text(encoding="utf-8")
    assert all(f"usage: hsic-hpo {name}" in text for name in names)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_outputs_and_shown_with_them(
    notebook: Path, site: Path
) -> None:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
    shown = (site / f"{notebook.stem}.html").read_text(encoding="utf-8")
    assert re.search(rf'<img[^>]*src="figures/{notebook.stem}_\d+_\d+\.png"', shown)
    assert "<td>" in shown
    assert "Warning" not in shown


@pytest.fixture
def opened(chromium: Browser, site: Path) -> Iterator[tuple[Page, list[str]]]:
    """The first page as from a folder, and what went wrong or left the folder meanwhile."""
    page, wrong = chromium.new_page(viewport={"width": 390, "height": 844}), []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error":
            wrong.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda asked: wrong.append(asked.url) if "://" in asked.url[5:] else None)
    page.goto((site / "index.html").as_uri())
    yield page, wrong
    page.close()


def test_the_search_finds_pages_without_a_server(opened: tuple[Page, list[str]]) -> None:
    page, wrong = opened
    page.keyboard.press("/")
    page.keyboard.type("hypervolume")
    link = page.locator('.md-search-result__link[href*="method.html"]').first
    link.wait_for(state="attached")
    assert wrong == []


@pytest.mark.parametrize("name", ["index", "tutorial_decision", "config", "api"])
def test_no_page_is_wider_than_a_phone(
    name: str, opened: tuple[Page, list[str]], site: Path
) -> None:
    page, wrong = opened
    page.goto((site / f"{name}.html").as_uri())
    page.wait_for_load_state("load")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert wrong == []
