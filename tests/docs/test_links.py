"""Links between the files of the repository lead to a file, and to a heading of it."""

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from pages import PAGES, ROOT, text_of

MOST_LINES = 150


def links(text: str) -> list[str]:
    """Return where links and images of a page lead."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    inline = [child for token in tokens for child in token.children or ()]
    found = [token.attrGet("href") or token.attrGet("src") for token in inline]
    return [str(link) for link in found if link]


def anchors(path: Path) -> set[str]:
    """Return the headings of a page, as links name them."""
    text = re.sub(r"^```.*?^```$", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_links_are_found_wherever_they_stand() -> None:
    text = "[a](x.md#y) ![b](z.svg)\n\n| a |\n| --- |\n| [c](https://d.org) |\n"
    assert links(text) == ["x.md#y", "z.svg", "https://d.org"]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    for link in links(text_of(page)):
        place, _, anchor = link.partition("#")
        if "://" in place:
            continue
        target = (ROOT / page).parent / place if place else ROOT / page
        # A notebook becomes a page of the site.
        notebook = target.with_suffix(".ipynb")
        assert target.is_file() or notebook.is_file() or target.name in GENERATED, link
        if anchor and target.is_file():
            assert anchor in anchors(target), link


# Pages that the site makes from what lies elsewhere: it checks the links to them itself.
GENERATED = {"config.md", "changelog.md", "contributing.md"}


def test_the_readme_is_short() -> None:
    assert len(text_of("README.md").splitlines()) <= MOST_LINES
