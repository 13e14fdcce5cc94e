"""Problems are found by name or import, and bad ones are refused in one line each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.problems.base import FunctionProblem, option
from hsic_hpo.problems.bateman import Bateman
from hsic_hpo.problems.registry import load_problem


def test_name_and_options_make_the_problem() -> None:
    assert load_problem({"name": "bateman"}) == Bateman()
    given = {"name": "bateman", "options": {"n_species": 2, "t_end": 1}}
    assert load_problem(given) == Bateman(n_species=2, t_end=1)


OPTIONS = "n_species, n_trajectories, n_times, t_end, v_low, v_high"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            {"name": "batman"},
            "c.yaml: problem.name: 'batman' is not a problem; known: bateman, runge, mnist, "
            "fashion-mnist, hpolib; did you mean 'bateman'?",
        ),
        (
            {"name": "bateman", "options": {"n_specie": 2}},
            "c.yaml: problem.options.n_specie: not an option of bateman; "
            f"known: {OPTIONS}; did you mean 'n_species'?",
        ),
        (
            {"name": "bateman", "options": {"n_species": 2.5}},
            "c.yaml: problem.options.n_species: 2.5 is not an integer",
        ),
        (
            {"name": "bateman", "options": {"n_species": True}},
            "c.yaml: problem.options.n_species: True is not an integer",
        ),
        (
            {"name": "bateman", "options": {"t_end": "long"}},
            "c.yaml: problem.options.t_end: 'long' is not a number",
        ),
        (
            {"name": "bateman", "options": {"n_species": 1}},
            "c.yaml: problem.options.n_species: 1 is outside [2, 100]",
        ),
        (
            {"name": "bateman", "options": {"t_end": float("nan")}},
            "c.yaml: problem.options.t_end: nan is outside [0.001, 1000]",
        ),
    ],
)
def test_bad_problems_are_refused_in_one_line(spec: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        load_problem(spec, "c.yaml: problem")


@dataclass(frozen=True)
class Bowl(FunctionProblem):
    """A problem with an option of every type."""

    name: ClassVar[str] = "bowl"
    error_name: ClassVar[str] = "height"
    error_units: ClassVar[str] = "m"

    width: float = option(1.0, minimum=0.5, maximum=2)
    label: str = option("deep")
    flat: bool = option(False)
    plain: int = 3

    def default_space(self) -> dict[str, Any]:
        return {"x": {"type": "float", "range": [0, 1]}, "y": {"type": "boolean"}}

    def evaluate(
        self, configuration: Mapping[str, Any], budget: Mapping[str, Any], seed: int
    ) -> Mapping[str, Any]:
        return {"validation_error": configuration["x"], "test_error": configuration["x"]}


BOWL = f"{__name__}:Bowl"


def test_options_of_every_type_are_taken() -> None:
    options = {"width": 2, "label": "steep", "flat": True, "plain": -9}
    assert load_problem({"import": BOWL, "options": options}) == Bowl(2, "steep", True, -9)
    assert load_problem({"import": BOWL}) == Bowl()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"label": 3}, "label: 3 is not text"),
        ({"flat": "no"}, "flat: 'no' is not true or false"),
        ({"flat": 1}, "flat: 1 is not true or false"),
        ({"plain": True}, "plain: True is not an integer"),
        ({"width": 3}, "width: 3 is outside [0.5, 2]"),
    ],
    ids=str,
)
def test_options_of_another_type_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(f'problem.options.{message}')}$"):
        load_problem({"import": BOWL, "options": options})


class Abstract(Bowl):
    evaluate = FunctionProblem.evaluate


class Nameless(Bowl):
    error_name = None  # type: ignore[assignment]


class Undecorated(Bowl):
    depth: float = option(1.0)


class Odd(Bowl):
    def __init__(self, x: float) -> None:
        pass


@dataclass(frozen=True)
class Listed(Bowl):
    items: list = ()  # type: ignore[assignment, type-arg]


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        (
            "Path",
            {},
            "problem.import: {0}:Path is not a subclass of DenseProblem, LightningProblem or "
            "FunctionProblem",
        ),
        ("Abstract", {}, "problem.import: {0}:Abstract does not define evaluate"),
        ("Nameless", {}, "problem.import: {0}:Nameless has no text 'error_name'"),
        (
            "Undecorated",
            {},
            "problem.import: {0}:Undecorated has options; decorate it with @dataclass(frozen=True)",
        ),
        (
            "Odd",
            {},
            "problem: Odd could not be made: TypeError: Odd.__init__() missing 1 required "
            "positional argument: 'x'",
        ),
        (
            "Listed",
            {"items": []},
            "problem.options.items: declared as list; allowed: int, float, str, bool",
        ),
    ],
)
def test_classes_that_are_no_problems_are_refused(
    name: str, options: dict[str, Any], message: str
) -> None:
    expected = re.escape(message.format(__name__))
    with pytest.raises(InputError, match=f"^{expected}$"):
        load_problem({"import": f"{__name__}:{name}", "options": options})


FUTURE = """
from __future__ import annotations
from dataclasses import dataclass
from {module} import Bowl
from hsic_hpo.problems.base import option

@dataclass(frozen=True)
class Future(Bowl):
    depth: int = option(1, minimum=1)
"""


def test_types_of_options_may_be_texts(tmp_path: Path) -> None:
    (tmp_path / "own_future.py").write_text(FUTURE.format(module=__name__))
    spec = {"import": "own_future:Future", "options": {"depth": 2}}
    problem = load_problem(spec, folders=[tmp_path])
    assert problem.depth == 2
    assert problem.source == tmp_path / "own_future.py"
    with pytest.raises(InputError, match=r"^problem\.options\.depth: 2\.5 is not an integer$"):
        load_problem({**spec, "options": {"depth": 2.5}}, folders=[tmp_path])
