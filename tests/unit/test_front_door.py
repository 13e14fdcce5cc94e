"""The front door: light, typed, complete, and every Example in it runs."""

import ast
import doctest
import importlib.util
import inspect
import json
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xarray as xr

import hsic_hpo as hh
from front_door_code import CODE, GIVEN
from hsic_hpo import plot
from hsic_hpo.sensitivity.explanation import explain_trials
from hsic_hpo.sensitivity.settings import AnalysisSettings

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


@pytest.mark.parametrize("start", list(CODE))
def test_a_newcomer_needs_six_lines(start: str) -> None:
    code, found = CODE[start]
    assert len(code.strip().splitlines()) <= 6
    names: dict[str, Any] = {}
    exec(GIVEN + code, names)
    exec(found, names)


def test_a_result_goes_through_a_file_and_stays_a_dataset_like_any_other(tmp_path: Path) -> None:
    trials = hh.example_trials()
    result = hh.explain(trials, n_permutations=99)
    settings = AnalysisSettings(n_permutations=99)
    assert result.identical(explain_trials(trials, settings))
    told = hh.explain(trials, n_permutations=99, drawn="random")
    assert told.identical(explain_trials(trials, settings, "random"))
    result.to_netcdf(tmp_path / "result.nc")
    read = xr.load_dataset(tmp_path / "result.nc")
    assert read.identical(result)
    assert hh.decide(read, trials).identical(hh.decide(result, trials))
    assert hh.importance_table(read).equals(hh.importance_table(result))
    assert isinstance(pickle.loads(pickle.dumps(result)), type(result))


def test_a_notebook_shows_tables_and_a_part_of_a_result_as_xarray_does() -> None:
    trials = hh.example_trials()
    result = hh.explain(trials, n_permutations=99)
    shown = result._repr_html_()
    assert shown.startswith("<p>What matters to be among the best 10 % by loss")
    assert "<td>momentum</td>" in shown
    assert "seconds index" in shown
    assert "xarray" in shown
    decisions = hh.decide(result, trials)
    assert "<td>optimise</td>" in decisions._repr_html_()
    for part in (result.sel(subset="worst"), result[["hsic"]], decisions[["stage"]]):
        assert "<table class" not in part._repr_html_().split("<style>")[0]


def test_names_in_a_table_are_text_not_markup() -> None:
    trials = hh.example_trials()
    result = hh.explain(trials, n_permutations=99).assign_attrs(error_name="<b>loss</b>")
    assert "<b>" not in result._repr_html_().split("<style>")[0]


def test_a_figure_shows_itself_once_and_leaves_matplotlib_as_it_was() -> None:
    code = """
import json, sys
import matplotlib
import hsic_hpo as hh
before = matplotlib.rcParams.copy()
figure = hh.plot.errors(hh.example_trials())
content, size = figure._repr_png_()
has_pyplot = "matplotlib.pyplot" in sys.modules
# Comparing by their own method would choose a backend.
same = dict.__eq__(matplotlib.rcParams, before)
print(json.dumps([content[1:4].decode(), size["width"], has_pyplot, same]))
"""
    assert run(code) == ["PNG", 336, False, True]


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (lambda: hh.Space({"x": hh.Float(1, 0)}), "space.x.range: [1, 0] is not increasing"),
        (lambda: hh.Space([hh.Float(0, 1)]), "space: [Float("),
        (lambda: hh.explain(hh.example_trials(), goal_fraction=2), "goal_fraction: 2 is not"),
        (lambda: hh.explain([1, 2]), "trials: list; a trials Dataset is needed"),
        (lambda: hh.explain(xr.Dataset()), "trials: attribute 'space' is missing"),
        (lambda: hh.hsic([[0.1], [0.2, 0.3]], [1, 0]), "x: not an array of numbers"),
        (lambda: hh.hsic([0.1, 0.2, 0.3, 2.0], [1, 0, 1, 0]), "u: value 3 is 2.0"),
        (lambda: hh.hsic([0.1, 0.2, 0.3, 0.4], [1, 0, 2, 0]), "z: values other than 0 and 1"),
        (lambda: hh.hsic([0.1, 0.2, 0.3, 0.4], [1, 0]), "z: shape (2,); one value for each"),
    ],
)
def test_a_mistake_is_one_line(call: Callable[[], Any], line: str) -> None:
    with pytest.raises(hh.InputError) as error:
        call()
    assert str(error.value).startswith(line)
    assert "\n" not in str(error.value)
