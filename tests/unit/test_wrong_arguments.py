"""What a person gives wrongly at the front door is one line: what was given, what is needed."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import hsic_hpo as hh
from hsic_hpo.sensitivity.convergence import convergence_of

TRIALS = hh.example_trials(60)
RESULT = hh.explain(TRIALS, n_permutations=19)
KINDS: dict[str, Any] = {
    "trials": TRIALS,
    "sensitivity": RESULT,
    "selection": hh.decide(RESULT, TRIALS),
    "budget": hh.explain_by_budget(TRIALS, n_permutations=19),
    "epoch": hh.explain_by_epoch(TRIALS, n_permutations=19),
    "front": hh.front(TRIALS),
    "convergence": convergence_of(TRIALS, RESULT),
    "frame": pd.DataFrame({"hsic": [1.0]}),
    "nothing": None,
    "path": "trials.nc",
    "empty": xr.Dataset(),
}
# What each function takes; a figure that takes more takes the rest from its own first argument.
TAKES: dict[Callable[..., Any], tuple[str, ...]] = {
    hh.plot.convergence: ("convergence",),
    hh.plot.distributions: ("trials", "sensitivity"),
    hh.plot.errors: ("trials",),
    hh.plot.front: ("front",),
    hh.plot.importance: ("sensitivity",),
    hh.plot.importance_by_budget: ("budget",),
    hh.plot.importance_by_epoch: ("epoch",),
    hh.plot.interactions: ("sensitivity",),
    hh.plot.pairs: ("trials", "sensitivity"),
    hh.plot.quadrant: ("sensitivity",),
    hh.plot.sweeps: ("sensitivity",),
    hh.plot.trainings: ("trials",),
    hh.plot.worst: ("trials", "sensitivity"),
    hh.decisions_table: ("selection",),
    hh.importance_table: ("sensitivity",),
    hh.importance_by_budget_table: ("budget",),
    hh.importance_by_epoch_table: ("epoch",),
    hh.explain: ("trials",),
    hh.explain_by_budget: ("trials",),
    hh.explain_by_epoch: ("trials",),
    hh.front: ("trials",),
    hh.choose: ("trials",),
    hh.decide: ("sensitivity", "trials"),
}
WRONG = [
    pytest.param(function, taken, place, kind, id=f"{function.__name__}-{place}-{kind}")
    for function, taken in TAKES.items()
    for place, needed in enumerate(taken)
    for kind in KINDS
    if kind != needed
]


@pytest.mark.parametrize(("function", "taken", "place", "kind"), WRONG)
def test_a_dataset_of_another_kind_is_told_from_the_needed_one(
    function: Callable[..., Any], taken: tuple[str, ...], place: int, kind: str
) -> None:
    given = [KINDS[name] for name in taken]
    given[place] = KINDS[kind]
    with pytest.raises(hh.InputError) as error:
        function(*given)
    assert "\n" not in str(error.value)
    if kind != "empty":
        assert " is needed: " in str(error.value)


REPORT: dict[str, Callable[[], Any]] = {
    "trials: a sensitivity Dataset": lambda: hh.report(RESULT, RESULT, "unwritten.html"),
    "result: a selection Dataset": lambda: hh.report(TRIALS, KINDS["selection"], "unwritten.html"),
    "decisions: a trials Dataset": lambda: hh.report(TRIALS, RESULT, "unwritten.html", TRIALS),
    "unwritten.nc: NoneType": lambda: hh.write_trials(None, "unwritten.nc"),
    "trials: str": lambda: hh.plot.importance(RESULT, "trials.nc"),
}


@pytest.mark.parametrize("said", REPORT)
def test_nothing_is_written_of_the_wrong_kind(said: str) -> None:
    with pytest.raises(hh.InputError, match=f"^{said}; a .* Dataset is needed: "):
        REPORT[said]()


SPACE = hh.Space({"x": hh.Float(0, 1)})
FRAME = pd.DataFrame({"x": np.linspace(0, 1, 40), "loss": np.linspace(0, 1, 40) ** 2})
REFUSED: dict[str, Callable[[], Any]] = {
    "target: 'secnds'; allowed: error, seconds; did you mean 'seconds'?": lambda: (
        hh.plot.importance(RESULT, target="secnds")
    ),
    "subset: 'bst'; allowed: best, worst; did you mean 'best'?": lambda: hh.plot.importance(
        RESULT, subset="bst"
    ),
    "cost: 'flops'; allowed: seconds": lambda: hh.plot.quadrant(RESULT, cost="flops"),
    "cost: 'flops'; these trials have none": lambda: hh.plot.quadrant(
        RESULT.sel(target=["error"]), cost="flops"
    ),
    "most: 0 is not an integer of at least 1": lambda: hh.plot.sweeps(RESULT, most=0),
    "most: 'all' is not an integer of at least 1": lambda: hh.plot.distributions(
        TRIALS, RESULT, most="all"
    ),
    "fraction: 1 is not a number above 0 and below 1": lambda: hh.plot.trainings(TRIALS, 1),
    "hyperparameter: 'x' is not in the main group; allowed: lr, units, opt": lambda: hh.plot.worst(
        TRIALS, RESULT, "x"
    ),
    "dataset: NoneType; a trials, sensitivity or selection Dataset is needed, which holds a "
    "search space": lambda: hh.plot.space(None),
    "figure: NoneType; a figure is needed": lambda: hh.plot.save(None, "unwritten.png"),
    "n_trials: 1 is not an integer of at least 30": lambda: hh.example_trials(1),
    "n_trials: 30.5 is not an integer of at least 30": lambda: hh.example_trials(30.5),
    "seed: -1 is not an integer of at least 0": lambda: hh.example_trials(30, -1),
    "budgets: 3 is not a list of numbers above 0": lambda: hh.explain_by_budget(TRIALS, budgets=3),
    "cost: 3 is not the name of a cost": lambda: hh.choose(TRIALS, cost=3),
    "cost: 3 is not the name of a column, or several names": lambda: hh.trials_from(
        FRAME, error="loss", cost=3
    ),
    "space: dict; a Space is needed": lambda: hh.write_space({"x": 1}, "unwritten.yaml"),
    "seed: 'x' is not an integer of at least 0": lambda: hh.permutation_test(
        np.ones((30, 1)) / 2, np.arange(30) < 3, seed="x"
    ),
    "bandwidth: None; a finite number >= 0.005 is needed": lambda: hh.hsic(
        np.ones((30, 1)) / 2, np.arange(30) < 3, bandwidth=None
    ),
}


@pytest.mark.parametrize("said", REFUSED)
def test_a_value_that_is_not_allowed_is_named(said: str) -> None:
    with pytest.raises(hh.InputError) as error:
        REFUSED[said]()
    assert str(error.value) == said


def test_a_bandwidth_is_one_number() -> None:
    with pytest.raises(hh.InputError, match=r"^bandwidth: array\(\[1, 2\]\) is not a number from"):
        hh.explain(TRIALS, bandwidth=np.array([1, 2]))


@pytest.mark.parametrize("name", ["explain", "explain_by_budget", "explain_by_epoch"])
def test_a_misspelt_keyword_is_answered_with_the_nearest(name: str) -> None:
    with pytest.raises(TypeError) as error:
        getattr(hh, name)(TRIALS, goal_fractoin=0.1)
    said = str(error.value)
    assert said.startswith(f"{name}() got an unexpected keyword argument 'goal_fractoin'; allowed:")
    assert said.endswith("; did you mean 'goal_fraction'?")


def test_keywords_of_a_function_itself_are_among_the_allowed() -> None:
    with pytest.raises(TypeError, match=r"'max_csot'; allowed: .*; did you mean 'max_cost'"):
        hh.explain(TRIALS, max_csot=50)
    with pytest.raises(TypeError, match=r"^decide\(\) got .* 'keeep'; allowed: cost, .* 'keep'"):
        hh.decide(RESULT, TRIALS, keeep=0.5)
