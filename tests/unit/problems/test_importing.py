"""A class of the user's own is found beside the config, and mistakes are told in one line."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.problems.importing import import_class

MODULES = {
    "own_good": "class Mine: pass\nvalue = 3\n",
    "own_syntax": "def f(:\n    pass\n",
    "own_raises": "\n\n1 / 0\n",
    "own_needs": "import own_absent_library\n",
    "own_package/__init__": "",
    "own_package/inner": "class Mine: pass\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    for name, text in MODULES.items():
        path = tmp_path / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("own_")]:
        del sys.modules[name]


@pytest.mark.parametrize("module", ["own_good", "own_package.inner"])
def test_a_class_is_found_in_the_folder(folder: Path, module: str) -> None:
    before = sys.path.copy()
    kind = import_class(f"{module}:Mine", "import", [folder])
    assert (kind.__module__, kind.__name__) == (module, "Mine")
    assert sys.path == before


def test_the_first_folder_counts(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "own_good.py").write_text("class Mine: place = 'other'")
    assert import_class("own_good:Mine", "import", [other, folder]).place == "other"


def test_python_s_search_path_serves_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(folder)
    assert import_class("own_good:Mine", "import").__name__ == "Mine"


ABSENT = "beside the study config or on Python's search path (PYTHONPATH)"


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("own_god:Mine", f"there is no module 'own_god' {ABSENT}"),
        ("own_package.iner:Mine", f"there is no module 'own_package.iner' {ABSENT}"),
        ("own_good:Mein", "{}/own_good.py has no class 'Mein'; did you mean 'Mine'?"),
        ("own_good:value", "{}/own_good.py has no class 'value'"),
        (
            "own_syntax:Mine",
            "importing 'own_syntax' raised SyntaxError: invalid syntax (own_syntax.py, line 1)",
        ),
        (
            "own_raises:Mine",
            "importing 'own_raises' raised ZeroDivisionError: division by zero "
            "({}/own_raises.py, line 3)",
        ),
        (
            "own_needs:Mine",
            "importing 'own_needs' raised ModuleNotFoundError: No module named "
            "'own_absent_library' ({}/own_needs.py, line 1)",
        ),
    ],
)
def test_a_mistake_is_one_line(folder: Path, target: str, message: str) -> None:
    expected = f"c.yaml: problem.import: {message.format(folder)}"
    with pytest.raises(InputError, match=f"^{re.escape(expected)}$"):
        import_class(target, "c.yaml: problem.import", [folder])
