"""CITATION.cff is what its readers expect."""

import subprocess
import sys
from pathlib import Path

from pages import ROOT

CITATION = ROOT / "CITATION.cff"


def checked(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema"]
    schema = ["--builtin-schema", "vendor.citation-file-format"]
    return subprocess.run(
        [*command, *schema, str(path)], capture_output=True, text=True, check=False
    )


def test_it_obeys_the_schema_of_its_format() -> None:
    done = checked(CITATION)
    assert done.returncode == 0, done.stdout


def test_one_without_authors_does_not(tmp_path: Path) -> None:
    text = CITATION.read_text(encoding="utf-8")
    (tmp_path / "CITATION.cff").write_text(text.replace("authors:", "people:"))
    assert "'authors' is a required property" in checked(tmp_path / "CITATION.cff").stdout
