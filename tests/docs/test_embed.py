"""Pages show what the pipeline wrote, and nothing else between their marks."""

from pathlib import Path

import pytest

from scripts_of_docs import load

embedded = load("embed").embedded


def test_a_block_is_filled_by_the_file_it_names(tmp_path: Path) -> None:
    (tmp_path / "one.md").write_text("| a |\n\n")
    (tmp_path / "two.md").write_text("b")
    page = (
        "x\n<!-- begin one.md -->\nold\n\nolder\n<!-- end -->\ny\n"
        "<!-- begin two.md -->\n<!-- end -->\n"
    )
    once = embedded(page, tmp_path)
    assert once == (
        "x\n<!-- begin one.md -->\n| a |\n<!-- end -->\ny\n<!-- begin two.md -->\nb\n<!-- end -->\n"
    )
    assert embedded(once, tmp_path) == once


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        embedded("<!-- begin none.md -->\n<!-- end -->", tmp_path)
