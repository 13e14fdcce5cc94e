"""Names of the package that pages, comments and docstrings mention exist."""

import re
from pathlib import Path
from pkgutil import resolve_name

import pytest

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"(?<![\w./])hsic_hpo(?:\.\w+)+(?![\w/])")
# What once was, what a message makes up as an example.
NOT_NAMES = {"hsic_hpo.bateman", "hsic_hpo.module"}
TEXTS = [
    *(ROOT / "src").rglob("*.py"),
    *(ROOT / "workflow").rglob("*.py"),
    *(ROOT / "workflow").rglob("*.smk"),
    *(ROOT / "benchmarks").glob("*.py"),
    *ROOT.glob("*.md"),
    *(ROOT / "docs").glob("*.md"),
    *(ROOT / "config").glob("*.md"),
]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_names_that_a_text_mentions_exist(path: Path) -> None:
    mentioned = set(NAME.findall(path.read_text(encoding="utf-8"))) - NOT_NAMES
    missing = []
    for name in sorted(mentioned):
        try:
            resolve_name(name)
        except (ImportError, AttributeError):
            missing.append(name)
    assert missing == []
