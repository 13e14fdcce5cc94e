"""A class of the user's own is found beside the config, and mistakes are told in one line."""

import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.problems.importing import import_class
from hsic_hpo.study.fingerprint import import_closure

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


def in_a_new_process(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )


def test_of_a_folder_only_the_named_module_and_what_it_imports_can_be_imported(
    tmp_path: Path,
) -> None:
    (tmp_path / "own_named.py").write_text(
        "import random\nimport own_helper\nfrom own_tools.inner import VALUE\n\n"
        "class Mine:\n    values = (own_helper.VALUE, VALUE, random.Random(0).random())\n"
    )
    (tmp_path / "own_helper.py").write_text("VALUE = 1\n")
    (tmp_path / "own_tools").mkdir()
    (tmp_path / "own_tools" / "__init__.py").write_text("")
    (tmp_path / "own_tools" / "inner.py").write_text("VALUE = 2\n")
    trap = "raise SystemExit('executed what nobody named')\n"
    # A module of the standard library that is loaded late, an optional one of a library.
    for name in ("random", "json", "wave", "ujson", "own_other", "sitecustomize", "usercustomize"):
        (tmp_path / f"{name}.py").write_text(trap)
    code = (
        "from hsic_hpo.problems.importing import import_class\n"
        "kind = import_class('own_named:Mine', 'import')\n"
        "import random, json, wave, pandas\n"
        "print(kind.values, *(m.__file__ for m in (random, json, wave)))\n"
        "for name in ('ujson', 'own_other'):\n"
        "    try:\n"
        "        __import__(name)\n"
        "        print('imported', name)\n"
        "    except ImportError:\n"
        "        pass\n"
    )
    found = in_a_new_process(code, HSIC_HPO_PROBLEM_PATH=str(tmp_path))
    assert found.returncode == 0, found.stderr
    assert found.stdout.startswith(f"(1, 2, {random.Random(0).random()})")
    assert str(tmp_path) not in found.stdout
    assert "imported" not in found.stdout
    # What can be imported is what the fingerprint holds.
    closure = import_closure([tmp_path / "own_named.py"])
    assert {path.name for path in closure} == {
        "own_named.py",
        "own_helper.py",
        "__init__.py",
        "inner.py",
    }


@pytest.mark.parametrize("name", ["numpy", "random"])
def test_a_name_that_python_knows_already_is_told_in_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.py").write_text("class Mine: pass\n")
    with pytest.raises(
        InputError, match=rf"^import: {tmp_path}/{name}.py has the name of the"
    ) as e:
        import_class(f"{name}:Mine", "import", [tmp_path])
    assert str(e.value).endswith("which Python would import in its place; give it another name")
    (tmp_path / "own_user.py").write_text(f"import {name}\nclass Mine: pass\n")
    if name == "random":
        # Who imports a module of the standard library means it.
        import_class("own_user:Mine", "import", [tmp_path])
    else:
        with pytest.raises(InputError, match=rf"^import: {tmp_path}/numpy.py has the name of the"):
            import_class("own_user:Mine", "import", [tmp_path])


def test_a_module_of_the_same_name_in_another_folder_is_another_module(folder: Path) -> None:
    other = folder / "other"
    other.mkdir()
    (other / "own_good.py").write_text("class Mine: place = 'other'")
    assert not hasattr(import_class("own_good:Mine", "import", [folder]), "place")
    assert import_class("own_good:Mine", "import", [other]).place == "other"
