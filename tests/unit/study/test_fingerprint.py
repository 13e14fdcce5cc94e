"""Fingerprints follow what code does, not how it is written or where it lies."""

import shutil
from pathlib import Path

import pytest

from hsic_hpo.study import fingerprint
from hsic_hpo.study.fingerprint import (
    PACKAGE,
    code_fingerprint,
    import_closure,
    training_sources,
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
    script.write_text("def f():\n    from hsic_hpo.trials.dataset import space\n    return space\n")
    closure = import_closure([script])
    expected = ("trials/dataset.py", "spaces/space.py", "files.py", "errors.py")
    assert {script, *(PACKAGE / name for name in expected)} <= set(closure)
    assert PACKAGE / "training" / "train.py" not in closure


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


def test_an_edit_counts_where_the_folder_of_the_config_is_a_package_too(tmp_path: Path) -> None:
    source = write_own(tmp_path)
    plain = beside(source, tmp_path)
    (tmp_path / "__init__.py").write_text("")
    assert beside(source, tmp_path) == {*plain, "__init__.py"}


def test_an_edit_counts_in_a_package_without_an_init_file(tmp_path: Path) -> None:
    folder = tmp_path / "nets" / "deep"
    folder.mkdir(parents=True)
    (folder / "own.py").write_text("from nets.deep.helper import width\n")
    (folder / "helper.py").write_text("import nets.deep.sizes\nwidth = 1\n")
    (folder / "sizes.py").write_text("")
    assert beside(folder / "own.py", folder) == {"own.py", "helper.py", "sizes.py"}
    before = code_fingerprint(folder / "own.py")
    (folder / "sizes.py").write_text("edited = True\n")
    assert code_fingerprint(folder / "own.py") != before


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
    module = PACKAGE / "trials" / "dataset.py"
    assert "numpy" in module.read_text()
    assert all(PACKAGE in path.parents for path in import_closure([module]))


# A package in small: each way in which modules are imported, a circle, a lazy table, a template.
SMALL = {
    "__init__.py": 'TABLE = {"Net": "hsic_hpo.nets.dense", "run": "hsic_hpo.fits.loop:fit"}\n',
    "ground.py": "def check(x):\n    return x\n",
    "nets/__init__.py": '"""Networks."""\n',
    "nets/dense.py": "from hsic_hpo.ground import check\n\nNet = check(1)\n",
    "nets/sparse.py": "from hsic_hpo.ground import check\n\nNet = check(2)\n",
    "nets/thin.py": "from hsic_hpo.nets.dense import Net\n",
    "nets/twin.py": "from hsic_hpo.nets.sparse import Net\n",
    "fits/__init__.py": "",
    "fits/loop.py": (
        "import math\n\n"
        "from hsic_hpo import ground\n"
        "from hsic_hpo.fits import page as written\n"
        "from hsic_hpo.nets.dense import Net\n"
        "from hsic_hpo.nets.sparse import Net as Sparse\n\n"
        "def fit():\n"
        "    from hsic_hpo.fits import circle\n"
        "    return ground.check, written, Net, Sparse, circle, math\n"
    ),
    "fits/circle.py": "from hsic_hpo.fits.loop import fit\n",
    "fits/page.py": 'TEMPLATE = "page.html.j2"\n',
    "fits/page.html.j2": "<p>A page</p>\n",
    "tasks.py": 'TASKS = {"one": "hsic_hpo.nets.dense:Net"}\n',
    "unused.py": "from hsic_hpo.nets import dense\n",
}
SCRIPT = """
from hsic_hpo.fits.loop import fit
from hsic_hpo.nets.thin import Net
from hsic_hpo.nets.twin import Net as Twin
from hsic_hpo.tasks import TASKS

fit(Net, Twin, TASKS)
"""
# What a move changes: files, and the import lines of their importers, in the order that they
# then have.
MOVES: dict[str, tuple[str, str, list[tuple[str, str, str]]]] = {
    "from a module": (
        "nets/dense.py",
        "fits/away.py",
        [
            ("nets/thin.py", "hsic_hpo.nets.dense", "hsic_hpo.fits.away"),
            ("tasks.py", "hsic_hpo.nets.dense", "hsic_hpo.fits.away"),
            (
                "fits/loop.py",
                "from hsic_hpo.fits import page as written\nfrom hsic_hpo.nets.dense import Net\n",
                "from hsic_hpo.fits import page as written\nfrom hsic_hpo.fits.away import Net\n",
            ),
        ],
    ),
    "from a module, under another name, in another order": (
        "nets/sparse.py",
        "few.py",
        [
            ("nets/twin.py", "hsic_hpo.nets.sparse", "hsic_hpo.few"),
            ("fits/loop.py", "from hsic_hpo.nets.sparse import Net as Sparse\n", ""),
            (
                "fits/loop.py",
                "from hsic_hpo.fits import page",
                "from hsic_hpo.few import Net as Sparse\nfrom hsic_hpo.fits import page",
            ),
        ],
    ),
    "a module": (
        "ground.py",
        "nets/base.py",
        [
            (
                "fits/loop.py",
                "from hsic_hpo import ground",
                "from hsic_hpo.nets import base as ground",
            ),
            ("nets/dense.py", "hsic_hpo.ground", "hsic_hpo.nets.base"),
            ("nets/sparse.py", "hsic_hpo.ground", "hsic_hpo.nets.base"),
        ],
    ),
    "within a function, in a circle": (
        "fits/circle.py",
        "nets/ring.py",
        [
            (
                "fits/loop.py",
                "from hsic_hpo.fits import circle",
                "from hsic_hpo.nets import ring as circle",
            )
        ],
    ),
    "by a script": (
        "fits/loop.py",
        "loops.py",
        [
            ("../script.py", "hsic_hpo.fits.loop", "hsic_hpo.loops"),
            ("fits/circle.py", "hsic_hpo.fits.loop", "hsic_hpo.loops"),
        ],
    ),
}


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package in small that stands in for this one, and a script beside it."""
    package = tmp_path / "hsic_hpo"
    for name, text in SMALL.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text)
    (tmp_path / "script.py").write_text(SCRIPT)
    monkeypatch.setattr(fingerprint, "PACKAGE", package)
    return package


def edit(path: Path, old: str, new: str) -> None:
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


@pytest.mark.parametrize("how", MOVES)
def test_a_module_may_move_with_its_importers(how: str, small: Path) -> None:
    before = code_fingerprint(small.parent / "script.py")
    source, target, importers = MOVES[how]
    (small / source).rename(small / target)
    for path, old, new in importers:
        edit(small / path, old, new)
    assert code_fingerprint(small.parent / "script.py") == before


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (
            "fits/loop.py",
            "from hsic_hpo.nets.dense import Net\n",
            "from hsic_hpo.nets.sparse import Net\n",
        ),
        ("fits/loop.py", "fits import circle", "nets import dense as circle"),
        ("fits/loop.py", "from hsic_hpo import ground", "from hsic_hpo import tasks as ground"),
        ("fits/loop.py", "import Net as Sparse", "import check as Sparse"),
        ("fits/loop.py", "import math", "import cmath as math"),
        # Both are among what the script runs either way, and differ in an import alone.
        (
            "../script.py",
            "thin import Net\nfrom hsic_hpo.nets.twin",
            "twin import Net\nfrom hsic_hpo.nets.thin",
        ),
        ("tasks.py", "dense:Net", "dense:Other"),
        ("fits/page.html.j2", "A page", "Another page"),
        *((path, "\n", "\nedited = True\n") for path in SMALL if path.endswith(("k.py", "e.py"))),
    ],
)
def test_what_does_something_else_is_seen(path: str, old: str, new: str, small: Path) -> None:
    before = code_fingerprint(small.parent / "script.py")
    edit(small / path, old, new)
    assert code_fingerprint(small.parent / "script.py") != before


def test_an_exchange_of_two_modules_is_seen(small: Path) -> None:
    """The same files hold the same, each under the other's name."""
    before = code_fingerprint(small.parent / "script.py")
    thin, twin = (small / "nets" / name for name in ("thin.py", "twin.py"))
    one, other = thin.read_text(), twin.read_text()
    thin.write_text(other)
    twin.write_text(one)
    assert code_fingerprint(small.parent / "script.py") != before


def test_closure_holds_templates_and_no_table_of_names(small: Path) -> None:
    closure = import_closure([small.parent / "script.py"])
    assert small / "fits" / "page.html.j2" in closure
    assert {path.name for path in closure}.isdisjoint({"__init__.py", "unused.py"})


@pytest.mark.parametrize(
    "text",
    [
        "from hsic_hpo import Net\n",
        "import hsic_hpo as hh\n\nhh.Net\n",
        "import hsic_hpo\n\nhsic_hpo.Net\n",
    ],
)
def test_what_the_package_gives_lazily_is_followed(text: str, small: Path) -> None:
    """Other entries of the table mean nothing to who does not use them."""
    script = small.parent / "script.py"
    script.write_text(text)
    closure = {small / "nets" / "dense.py", small / "ground.py", script}
    assert set(import_closure([script])) == closure
    before = code_fingerprint(script)
    edit(small / "__init__.py", "hsic_hpo.fits.loop:fit", "hsic_hpo.fits.circle:fit")
    assert code_fingerprint(script) == before
    edit(small / "__init__.py", "hsic_hpo.nets.dense", "hsic_hpo.nets.sparse")
    assert code_fingerprint(script) != before


def test_a_lazy_name_is_that_of_its_module(small: Path) -> None:
    script = small.parent / "script.py"
    script.write_text("from hsic_hpo.fits.loop import fit as run\n")
    before = code_fingerprint(script)
    script.write_text("from hsic_hpo import run\n")
    assert code_fingerprint(script) == before


def test_other_problems_do_not_count_as_training_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "hsic_hpo"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(fingerprint, "PACKAGE", package)
    bateman, mnist = (package / "problems" / f"{name}.py" for name in ("bateman", "mnist"))
    before = code_fingerprint(*training_sources(bateman))
    assert code_fingerprint(*training_sources(mnist)) != before
    mnist.write_text(mnist.read_text() + "\nedited = True\n")
    assert code_fingerprint(*training_sources(bateman)) == before
    train = package / "training" / "train.py"
    train.write_text(train.read_text() + "\nedited = True\n")
    assert code_fingerprint(*training_sources(bateman)) != before
