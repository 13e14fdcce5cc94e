"""The front door: light, typed, complete, and every Example in it runs."""

import ast
import doctest
import importlib.util
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import hsic_hpo as hh
from hsic_hpo import plot

HEAVY = ("torch", "pytorch_lightning", "snakemake", "altair", "xarray", "optuna", "numpy")
FIGURES = [f"plot.{name}" for name in plot.__all__]


def public(name: str) -> Any:
    return getattr(plot, name.removeprefix("plot.")) if "." in name else getattr(hh, name)


def run(code: str) -> Any:
    """Run code in a fresh interpreter and return what it prints as JSON."""
    printed = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    return json.loads(printed.stdout)


def test_importing_it_takes_little_time_and_loads_no_library() -> None:
    seconds, loaded = run(
        "import json, sys, time; start = time.process_time(); import hsic_hpo; "
        f"print(json.dumps([time.process_time() - start, sorted(set({HEAVY}) & set(sys.modules))]))"
    )
    assert loaded == []
    assert seconds < 0.3


def test_explaining_and_plotting_load_neither_training_nor_workflow_nor_report() -> None:
    heavy = ("torch", "pytorch_lightning", "snakemake", "altair", "optuna", "matplotlib.pyplot")
    loaded = run(
        "import json, sys, hsic_hpo as hh; trials = hh.example_trials(100); "
        "result = hh.explain(trials, n_permutations=50); hh.plot.importance(result); "
        "hh.decide(result, trials)._repr_html_(); hh.DenseProblem; "
        f"print(json.dumps(sorted(set({heavy}) & set(sys.modules))))"
    )
    assert loaded == []


def test_type_checkers_and_the_interpreter_see_the_same_names() -> None:
    stub = ast.parse(Path(hh.__file__).with_name("__init__.pyi").read_text(encoding="utf-8"))
    seen = {
        alias.asname: f"{node.module}:{alias.name}"
        for node in ast.walk(stub)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    found = {name: place.replace(".plot", ":plot") for name, place in hh._PLACES.items()}
    assert seen == found
    assert set(hh.__all__) == set(found)
    assert set(hh.__all__) <= set(dir(hh))
    assert Path(hh.__file__).with_name("py.typed").is_file()


def test_no_name_of_the_front_door_is_that_of_a_module_within_the_package() -> None:
    # Importing a module binds its name in the package, over what the front door has there.
    assert not [name for name in hh.__all__ if importlib.util.find_spec(f"hsic_hpo.{name}")]


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'hsic_hpo' has no attribute 'explian'"):
        hh.explian  # noqa: B018


@pytest.mark.parametrize("name", [*(n for n in hh.__all__ if n != "plot"), *FIGURES])
def test_every_public_object_has_an_example_that_runs(name: str) -> None:
    documented = public(name)
    assert "Examples\n--------" in inspect.getdoc(documented)
    finder = doctest.DocTestFinder(recurse=False)
    (example,) = finder.find(documented, name, globs={"__name__": "__main__"})
    assert example.examples
    told: list[str] = []
    failed = doctest.DocTestRunner(verbose=False).run(example, out=told.append).failed
    assert not failed, "".join(told)


@pytest.mark.parametrize("name", [*(n for n in hh.__all__ if n != "plot"), *FIGURES])
def test_every_public_function_tells_its_parameters(name: str) -> None:
    documented = public(name)
    if inspect.isclass(documented):
        return
    text = inspect.getdoc(documented) or ""
    told = re.search(r"Parameters\n-+\n(.*?)(?:\n[A-Z]\w+\n-+|$)", text, re.DOTALL)
    assert told is not None
    # Names stand at the margin of the section, what they mean is indented.
    heads = ", ".join(re.findall(r"^(\S.*)$", told[1], re.MULTILINE)).replace("*", "")
    assert set(inspect.signature(documented).parameters) <= set(heads.split(", "))
