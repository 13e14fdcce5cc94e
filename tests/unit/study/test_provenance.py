"""Fingerprints follow what code does, not how it is written or where it lies."""

from pathlib import Path

import pytest

from hsic_hpo.study.provenance import (
    PACKAGE,
    code_fingerprint,
    git_commit,
    import_closure,
    versions,
)

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


OWN = {
    "problem.py": "import json\nfrom helper import scale\nimport models.net\n",
    "helper.py": "def lazy():\n    import data as d\n    return d\n",
    "data.py": "import problem\nfrom hsic_hpo.errors import InputError\n",
    "models/__init__.py": "from .layers import *\n",
    "models/net.py": "from . import blocks\nfrom ..models import deep\nimport later\n",
    "models/layers.py": "",
    "models/blocks.py": "import problem\n",
    "models/deep/__init__.py": "from models.deep.far import away\n",
    "models/deep/far.py": "away = 1\n",
    "later.py": "from_here = 1\n",
    "unused.py": "import problem\n",
    "models/unused.py": "",
    "json/unused.py": "",
}


def write_own(folder: Path) -> Path:
    for name, text in OWN.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "problem.py"


def beside(source: Path, folder: Path) -> set[str]:
    closure = import_closure([source])
    assert len(closure) == len(set(closure))
    return {str(path.relative_to(folder)) for path in closure if path.is_relative_to(folder)}


def test_closure_follows_modules_and_packages_beside_a_file(tmp_path: Path) -> None:
    """Those that import each other are followed once, those that nobody imports never."""
    source = write_own(tmp_path)
    imported = {name for name in OWN if "unused" not in name}
    assert beside(source, tmp_path) == imported
    assert PACKAGE / "errors.py" in import_closure([source])


@pytest.mark.parametrize("name", OWN)
def test_an_edit_beside_a_file_counts_where_it_is_imported(name: str, tmp_path: Path) -> None:
    source = write_own(tmp_path)
    before = code_fingerprint(source)
    with (tmp_path / name).open("a") as file:
        file.write("# only a comment\n")
    assert code_fingerprint(source) == before
    with (tmp_path / name).open("a") as file:
        file.write("edited = True\n")
    assert (code_fingerprint(source) == before) == ("unused" in name)


def test_a_module_of_a_package_sees_from_where_the_package_stands(tmp_path: Path) -> None:
    write_own(tmp_path)
    (tmp_path / "models" / "later.py").write_text("")
    assert beside(tmp_path / "models" / "net.py", tmp_path) >= {"later.py", "models/__init__.py"}
    assert "models/later.py" not in beside(tmp_path / "models" / "net.py", tmp_path)


def test_fingerprint_is_the_same_wherever_the_folder_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = write_own(tmp_path / "one"), write_own(tmp_path / "other")
    assert code_fingerprint(one) == code_fingerprint(other)
    monkeypatch.chdir(tmp_path / "one")
    assert code_fingerprint("problem.py") == code_fingerprint(other)


def test_what_is_installed_is_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "lib" / "site-packages"
    assert beside(write_own(folder), folder) == {"problem.py"}


def test_modules_of_this_package_look_for_nothing_beside_them() -> None:
    assert "numpy" in (PACKAGE / "trials.py").read_text()
    assert all(PACKAGE in path.parents for path in import_closure([PACKAGE / "trials.py"]))


def test_versions_name_what_results_depend_on() -> None:
    assert {"python", "numpy", "torch", "xarray", "hsic_hpo"} <= set(versions())


def test_commit_is_a_hash_or_unknown() -> None:
    commit = git_commit().removesuffix("-dirty")
    assert commit == "unknown" or int(commit, 16) > 0
