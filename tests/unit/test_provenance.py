"""Fingerprints follow what code does, not how it is written or where it lies."""

from pathlib import Path

import pytest

from hsic_hpo.provenance import PACKAGE, code_fingerprint, git_commit, import_closure, versions

SOURCE = '''"""Module."""

import math


def area(radius):
    """Area."""
    return math.pi * radius**2  # of a circle
'''


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "script.py"
    path.write_text(SOURCE)
    return path


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# of a circle", "# another comment"),
        ('"""Area."""', '"""Area of a circle, in square units."""'),
        ('    """Area."""\n', ""),
        ("\n\n\ndef", "\n\ndef"),
        ("math.pi * radius**2", "(math.pi * radius ** 2)"),
    ],
)
def test_form_does_not_change_it(script: Path, old: str, new: str) -> None:
    before = code_fingerprint(script)
    assert old in SOURCE
    script.write_text(SOURCE.replace(old, new))
    assert code_fingerprint(script) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [("radius**2", "radius**3"), ("import math", "import cmath as math"), ("area", "surface")],
)
def test_behaviour_changes_it(script: Path, old: str, new: str) -> None:
    before = code_fingerprint(script)
    script.write_text(SOURCE.replace(old, new))
    assert code_fingerprint(script) != before


def test_location_does_not_change_it(script: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "clone" / "script.py"
    elsewhere.parent.mkdir()
    elsewhere.write_text(SOURCE)
    assert code_fingerprint(elsewhere) == code_fingerprint(script)


def test_closure_follows_imports_wherever_they_stand(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("def f():\n    from hsic_hpo.design import make\n    return make\n")
    closure = import_closure([script])
    names = {path.name for path in closure}
    assert {"script.py", "design.py", "space.py", "files.py", "errors.py"} <= names
    assert "training.py" not in names


def test_closure_of_an_imported_submodule(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("from hsic_hpo import errors\n")
    assert PACKAGE / "errors.py" in import_closure([script])


def test_versions_name_what_results_depend_on() -> None:
    assert {"python", "numpy", "torch", "xarray", "hsic_hpo"} <= set(versions())


def test_commit_is_a_hash_or_unknown() -> None:
    commit = git_commit().removesuffix("-dirty")
    assert commit == "unknown" or int(commit, 16) > 0
