"""HSIC-GPBO by ask and tell: the same search whoever drives it, wherever it stops."""

import importlib.util
import json
import math
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.files import read_netcdf, write_netcdf
from hsic_hpo.interop.conversion import to_dataset
from hsic_hpo.interop.imported import ImportedTrial
from hsic_hpo.search.hsic_gpbo import HsicGpbo, minimise
from hsic_hpo.search.methods import choice_settings, round_settings
from hsic_hpo.search.settings import SearchSettings
from hsic_hpo.selection.settings import SelectionSettings
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import target_names
from hsic_hpo.trials.history import round_numbers
from hsic_hpo.trials.variables import cost_values
from small_search import search as small_search

SCRIPTS = Path(__file__).parents[3] / "workflow" / "scripts"
SPACE = {
    "width": {"type": "integer", "range": [1, 64], "scale": "log"},
    "rate": {"type": "float", "range": [1e-4, 1e-1], "scale": "log"},
    "kind": {"type": "categorical", "levels": ["a", "b", "c"]},
    "momentum": {"type": "float", "range": [0.0, 0.9], "when": {"kind": "a"}},
}
FAST = AnalysisSettings(n_permutations=99, goal_fraction=0.2)
Configuration = dict[str, Any]


def error(configuration: Configuration) -> float:
    """The rate matters, the width hardly."""
    return 0.1 + abs(math.log10(configuration["rate"]) + 2) + 0.1 / configuration["width"]


def width(configuration: Configuration) -> float:
    return float(configuration["width"])


def both(configuration: Configuration) -> dict[str, float]:
    return {"error": error(configuration), "cost": width(configuration)}


def some_fail(configuration: Configuration) -> Any:
    if configuration["kind"] == "b":
        return RuntimeError("no such kind")
    return math.nan if configuration["rate"] > 0.05 else both(configuration)


def start(**changes: Any) -> HsicGpbo:
    settings = {"n_random": 40, "rounds": (1, 2), "batch_size": 5, "seed": 3, "analysis": FAST}
    return HsicGpbo(SPACE, **(settings | changes))


def run(search: HsicGpbo, train: Callable[[Configuration], Any] = both) -> list[Configuration]:
    """Run a search to its end and return what it asked for."""
    asked = []
    while batch := search.ask():
        asked += batch
        search.tell(batch, [train(configuration) for configuration in batch])
    return asked


@pytest.fixture(scope="module")
def finished() -> HsicGpbo:
    search = start()
    run(search)
    return search


def test_the_random_design_is_the_one_of_a_study() -> None:
    space = Space.from_dict(SPACE)
    search = start()
    assert search.ask() == space.configurations(sample(space, 40, 3))[:5]
    assert run(search)[:40] == space.configurations(sample(space, 40, 3))
    assert start(seed=4).ask() != start().ask()


def test_all_rounds_are_asked_for_in_batches(finished: HsicGpbo) -> None:
    trials = finished.trials
    trials_data.check_trials(trials, "trials")
    assert round_numbers(trials).tolist() == [0] * 40 + [1] * 5 + [2] * 5 + [3] * 5
    assert finished.ask() == []
    assert target_names(trials) == ("error", "cost")
    configurations = trials_data.configurations(trials)
    assert trials_data.error(trials).tolist() == [error(c) for c in configurations]
    assert cost_values(trials, "cost").tolist() == [width(c) for c in configurations]
    texts = [json.dumps(c) for c in configurations]
    assert not set(texts[40:]) & set(texts[:40])


def test_the_papers_first_stage_holds_defaults_and_its_second_one_the_best() -> None:
    search = start(variant="paper")
    configurations = run(search)
    decisions = search.decisions
    assert decisions is not None
    first, second = configurations[40:45], configurations[45:]
    tuned = decisions["hyperparameter"].values[decisions["stage"].values == 2]
    assert "momentum" in tuned
    for name in tuned:
        default = json.loads(str(decisions["default"].sel(hyperparameter=name).values))
        assert {c[name] for c in first if name in c} <= {default}
    mattering = decisions["hyperparameter"].values[decisions["stage"].values == 1]
    assert "rate" in mattering
    best = min(first, key=error)
    for configuration in second:
        assert {name: configuration.get(name) for name in mattering} == {
            name: best.get(name) for name in mattering
        }


@pytest.mark.parametrize(
    ("rounds", "stages"), [(1, (1, 0)), (2, (1, 1)), (0, (0, 0)), ([0, 2], (0, 2))]
)
def test_rounds_are_a_number_or_one_per_stage(rounds: Any, stages: tuple[int, int]) -> None:
    search = start(n_random=3, batch_size=1, rounds=rounds, variant="paper")
    run(search)
    alike = start(n_random=3, batch_size=1, rounds=stages, variant="paper")
    assert run(alike) == trials_data.configurations(search.trials)
    assert search.trials.sizes["trial"] == 3 + sum(stages)


@pytest.mark.parametrize("train", [error, some_fail])
def test_a_search_that_stops_anywhere_goes_on_as_if_it_had_not(
    train: Callable[[Configuration], Any], tmp_path: Path
) -> None:
    """After each part of a batch that was told, also from a file, and also when none was told."""
    settings: dict[str, Any] = {"n_random": 32, "rounds": (1, 1), "batch_size": 4}
    whole = start(**settings)
    expected = run(whole, train)
    search, asked = start(**settings), []
    while batch := search.ask():
        asked += batch
        for part in (batch[:2], batch[2:]):
            search.tell(part, [train(configuration) for configuration in part])
            write_netcdf(search.trials, tmp_path / "trials.nc")
            told = trials_data.read_trials(tmp_path / "trials.nc")
            again = start(**settings, trials=told)
            xr.testing.assert_identical(again.trials, search.trials)
            search = again
    assert asked == expected
    xr.testing.assert_identical(search.trials, whole.trials)
    assert search.best == whole.best
    assert search.decisions is not None
    xr.testing.assert_identical(search.decisions, whole.decisions)


def test_the_order_in_which_results_are_told_changes_nothing(finished: HsicGpbo) -> None:
    search = start()
    while batch := search.ask():
        for configuration in reversed(batch):
            search.tell([dict(reversed(configuration.items()))], [both(configuration)])
    xr.testing.assert_identical(search.trials, finished.trials)


def test_asking_again_asks_for_the_same() -> None:
    search = start()
    batch = search.ask()
    assert search.ask() == batch
    search.tell(batch[1:3], [1.0, 2.0])
    assert search.ask()[:3] == [batch[0], *batch[3:]]
    batch[0]["rate"] = 0.0
    assert search.ask()[0]["rate"] > 0


@pytest.fixture
def scripts() -> tuple[ModuleType, ModuleType]:
    return _script("propose"), _script("choose")


def _script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"script_{name}", SCRIPTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("variant", ["front", "paper"])
def test_the_scripts_of_the_workflow_propose_and_choose_the_same(
    scripts: tuple[ModuleType, ModuleType], tmp_path: Path, variant: str
) -> None:
    """From trials of a study whose cost is a result of the training."""
    propose, choose = scripts
    random = small_search(60).assign_attrs(training_samples=10)
    space = trials_data.space(random)
    search = HsicGpbo(
        space,
        n_random=60,
        rounds=(1, 2),
        batch_size=3,
        seed=5,
        analysis=FAST,
        trials=random,
        variant=variant,
    )
    method = {"front": "hsic-gpbo", "paper": "hsic-gpbo-paper"}[variant]
    settings = SearchSettings(rounds=1, fine_tuning_rounds=2, batch_size=3)
    trials_data.write_trials(random, tmp_path / "0.nc")
    assert search.decisions is not None
    assert search.decisions.attrs["cost"] == "flops"
    write_netcdf(search.decisions, tmp_path / "selection.nc")
    common = {
        "random": str(tmp_path / "0.nc"),
        "cost": "flops",
        "budget": {},
        "output": str(tmp_path / "design.nc"),
    }
    for number in (1, 2, 3):
        propose.main(
            rounds=[str(tmp_path / f"{earlier}.nc") for earlier in range(1, number)],
            method=method,
            selection=str(tmp_path / "selection.nc"),
            repeat=0,
            seed=5,
            problem=None,
            **common,
            **round_settings(method, settings, number),
        )
        batch = search.ask()
        proposed = read_netcdf(tmp_path / "design.nc")["configuration"].values
        assert [json.dumps(c) for c in batch] == proposed.tolist()
        found = [
            {"error": abs(math.log10(c["learning_rate"]) + 2), "cost": c["n_units"]} for c in batch
        ]
        search.tell(batch, found)
        told = search.trials.isel(trial=round_numbers(search.trials) == number)
        trials_data.write_trials(told.drop_vars("search_round"), tmp_path / f"{number}.nc")
    assert search.ask() == []
    rounds = search.trials.isel(trial=slice(60, None)).assign_attrs(training_samples=10)
    trials_data.write_trials(rounds, tmp_path / "rounds.nc")
    choose.main(
        searches=[str(tmp_path / "rounds.nc")],
        **common,
        **choice_settings(method, settings, 0.1),
    )
    chosen = read_netcdf(tmp_path / "design.nc")
    assert json.loads(chosen["configuration"].values[0]) == search.best.configuration
    assert chosen["validation_error"].values[0] == search.best.error


def test_nothing_dearer_than_the_limit_is_proposed_or_chosen() -> None:
    search = start(cost=width, max_cost=9)
    asked = run(search, error)
    assert len(asked) == 55
    assert max(map(width, asked[40:])) <= 9 < max(map(width, asked[:40]))
    assert cost_values(search.trials, "cost").tolist() == [width(c) for c in asked]
    assert width(search.best.configuration) <= 9


@pytest.mark.parametrize("variant", ["front", "paper"])
def test_a_value_that_the_user_fixes_leaves_something_to_propose(variant: str) -> None:
    """Also where it is dearer than nearly all random trials."""
    fixed = SelectionSettings(override={"width": 60})
    search = start(cost=width, variant=variant, selection=fixed)
    asked = run(search, error)
    assert len(asked) == 55
    assert {c["width"] for c in asked[40:]} == {60}


def test_the_best_is_the_cheapest_within_the_tolerance(finished: HsicGpbo) -> None:
    configurations = trials_data.configurations(finished.trials)
    lowest = min(map(error, configurations))
    near = [c for c in configurations if error(c) <= 1.1 * lowest]
    best = finished.best
    assert best.cost == min(map(width, near)) == width(best.configuration)
    assert best.error == error(best.configuration) <= 1.1 * lowest


def test_the_front_is_dominated_by_nothing(finished: HsicGpbo) -> None:
    everything = [(width(c), error(c)) for c in trials_data.configurations(finished.trials)]
    front = [(found.cost, found.error) for found in finished.front]
    expected = [
        one
        for one in set(everything)
        if not any(a <= one[0] and b <= one[1] and (a, b) != one for a, b in everything)
    ]
    assert front == sorted(expected)


def test_without_a_cost_error_alone_decides() -> None:
    search = start()
    run(search, error)
    assert target_names(search.trials) == ("error",)
    assert search.decisions is not None
    assert set(search.decisions["role"].values) <= {"optimise", "fine-tune"}
    assert search.best.cost is None
    errors = trials_data.error(search.trials)
    assert search.best.error == errors.min()
    assert [found.error for found in search.front] == [errors.min()]


@pytest.mark.parametrize("n_random", [1, 2, 7])
def test_few_trials_are_enough(n_random: int) -> None:
    search = start(n_random=n_random, batch_size=2)
    run(search)
    assert search.trials.sizes["trial"] == n_random + 6
    assert search.decisions is not None
    assert set(search.decisions["role"].values) == {"fine-tune"}


def test_random_configurations_that_repeat_are_trained_each() -> None:
    space = {"n": {"type": "integer", "range": [1, 2]}}
    search = HsicGpbo(space, n_random=6, rounds=3)
    batch = search.ask()
    assert len(batch) == 6
    search.tell(batch[::-1], [float(i) for i in range(6)])
    assert len(set(search.trials["trial"].values)) == 6
    assert sorted(trials_data.error(search.trials)) == [0, 1, 2, 3, 4, 5]
    # Both values are trained: nothing new is left.
    assert {c["n"] for c in batch} == {1, 2}
    assert search.ask() == []


def test_failed_and_diverged_trainings_are_told() -> None:
    search = start()
    asked = run(search, some_fail)
    assert trials_data.configurations(search.trials) == asked
    outcomes = {RuntimeError: "failed", float: "diverged", dict: "ok"}
    expected = [outcomes[type(some_fail(configuration))] for configuration in asked]
    assert search.trials["status"].values[:, 0].tolist() == expected
    assert set(search.trials["reason"].values[:, 0]) >= {
        "",
        "RuntimeError: no such kind",
        "error is nan",
    }


def test_when_nothing_ends_well_there_is_a_message() -> None:
    search = start()
    run(search, lambda _: ValueError("x"))
    with pytest.raises(InputError) as caught:
        _ = search.best
    assert str(caught.value) == (
        "no trial to choose: all diverged or failed; 55 of 55: ValueError: x"
    )
    assert search.front == []
    assert search.trials.sizes["trial"] == 55


def test_before_anything_is_told_nothing_is_known() -> None:
    search = start()
    with pytest.raises(InputError, match=r"^no trial to choose: none was told yet$"):
        _ = search.best
    assert search.decisions is None
    assert search.trials.sizes["trial"] == 0
    xr.testing.assert_identical(start(trials=search.trials).trials, search.trials)


def test_minimise_runs_the_search(finished: HsicGpbo) -> None:
    options = {"n_random": 40, "rounds": (1, 2), "batch_size": 5, "seed": 3, "analysis": FAST}
    assert minimise(both, SPACE, **options) == finished.best


def test_minimise_counts_an_exception_as_a_failure() -> None:
    def train(configuration: Configuration) -> float:
        if configuration["kind"] != "c":
            raise ValueError("no such kind")
        return error(configuration)

    best = minimise(train, SPACE, n_random=12, rounds=(0, 1), batch_size=3)
    assert best.configuration["kind"] == "c"


@pytest.mark.parametrize(
    ("batch", "results", "message"),
    [
        (lambda b: b, [1.0], "tell: 5 configurations, but 1 results"),
        (lambda b: [b[0], b[0]], [1.0, 1.0], "tell: configuration 1 of the batch: {"),
        (lambda b: [{**b[0], "rate": 0.5}], [1.0], "tell: configuration 0 of the batch: {"),
        (lambda b: [{**b[0], "rate": [0.5]}], [1.0], "tell: configuration 0 of the batch: {"),
        (lambda b: [b[0], 7], [1.0, 1.0], "tell: configuration 1 of the batch: 7 is not a dict"),
        (lambda b: b[:2], [1.0, "low"], "tell: result 1: 'low' is not a number"),
        (lambda b: b[:2], [1.0, {"error": 1, "cots": 2}], "tell: result 1: unknown key 'cots'"),
        (lambda b: b[:2], [{"error": 1, "cost": 2}, 1.0], "tell: result 1: key 'cost' is missing"),
    ],
)
def test_a_bad_batch_is_named_and_nothing_of_it_is_noted(
    batch: Callable[[list[Configuration]], list[Any]], results: list[Any], message: str
) -> None:
    search = start()
    asked = search.ask()
    with pytest.raises(InputError) as caught:
        search.tell(batch(asked), results)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
    assert search.ask() == asked
    assert search.trials.sizes["trial"] == 0
    # Also whether there are costs is open again.
    search.tell(asked, [1.0] * 5)


def test_what_was_told_is_not_told_again() -> None:
    search = start()
    batch = search.ask()
    search.tell(batch, [1.0] * 5)
    with pytest.raises(InputError, match="was not asked for, or was told before"):
        search.tell(batch, [1.0] * 5)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_random": 0}, "n_random: 0 is not an integer of at least 1"),
        ({"batch_size": 1.5}, "batch_size: 1.5 is not an integer of at least 1"),
        ({"seed": -1}, "seed: -1 is not an integer of at least 0"),
        ({"tolerance": -0.1}, "tolerance: -0.1 is not a number of at least 0"),
        ({"rounds": (1, -1)}, "rounds: -1 is not an integer of at least 0"),
        (
            {"rounds": "12"},
            "rounds: '12'; allowed: an integer of at least 0, or two, one for each stage",
        ),
        (
            {"rounds": (1, 2, 3)},
            "rounds: (1, 2, 3); allowed: an integer of at least 0, or two, one for each stage",
        ),
        ({"cost": 3}, "cost: 3 is not a function of a configuration"),
        ({"max_cost": 0}, "max_cost: 0 is not a number above 0"),
        ({"variant": "papers"}, "variant: 'papers'; allowed: front, paper; did you mean 'paper'?"),
        (
            {"variant": "paper", "max_cost": 5},
            "max_cost: 5; the paper's variant knows no limit",
        ),
    ],
)
def test_bad_arguments_are_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        start(**changes)
    assert str(caught.value) == message


def test_trials_to_go_on_from_are_checked() -> None:
    with pytest.raises(InputError, match="trials: they are of another search space"):
        start(trials=small_search(10))
    with pytest.raises(InputError, match="trials: attribute 'space' is missing"):
        start(trials=xr.Dataset())


def test_a_search_goes_on_from_trials_of_elsewhere() -> None:
    """They count as random ones, and their costs go on under their own name."""
    space = Space.from_dict(SPACE)
    trained = space.configurations(sample(space, 50, 8))
    imported = to_dataset(
        [
            ImportedTrial(f"line {i}", c, error(c), costs={"seconds": width(c)})
            for i, c in enumerate(trained)
        ],
        space,
        "table.csv",
        error_name="loss",
    )
    search = start(trials=imported)
    asked = run(search)
    assert len(asked) == 15
    trials = search.trials
    assert trials_data.configurations(trials) == trained + asked
    assert cost_values(trials, "seconds").tolist() == [width(c) for c in trained + asked]
    assert trials.attrs["error_name"] == "loss"
    assert search.decisions is not None
    assert search.decisions.attrs["cost"] == "seconds"
    # A function of the cost counts for them too.
    again = start(trials=imported, cost=lambda c: 2 * width(c))
    run(again, error)
    assert cost_values(again.trials, "cost")[:50].tolist() == [2 * width(c) for c in trained]


def test_too_few_trials_of_elsewhere_are_filled_up_at_random() -> None:
    space = Space.from_dict(SPACE)
    random = space.configurations(sample(space, 40, 3))
    imported = to_dataset(
        [ImportedTrial(f"line {i}", c, error(c)) for i, c in enumerate(random[:30])],
        space,
        "table.csv",
        error_name="loss",
    )
    search = start(trials=imported, rounds=0)
    assert run(search, error) == random[30:]


def test_a_search_may_be_given_more_rounds() -> None:
    short, long = start(rounds=(1, 0)), start(rounds=(1, 2))
    asked = run(long)
    run(short)
    assert run(start(rounds=(1, 2), trials=short.trials)) == asked[45:]


def test_decisions_of_the_user_are_followed() -> None:
    search = start(selection=SelectionSettings(override={"kind": "c"}))
    assert {c["kind"] for c in run(search)[40:]} == {"c"}


@pytest.mark.parametrize("name", ["round", "search_round", "cost", "epochs", "error"])
def test_hyperparameters_may_be_called_as_results_are(name: str) -> None:
    space = {name: {"type": "integer", "range": [1, 99]}, "x": SPACE["rate"]}
    search = HsicGpbo(space, n_random=4, rounds=(0, 1), batch_size=2, cost=lambda c: c["x"])
    asked = run(search, lambda c: c[name] + c["x"])
    assert trials_data.configurations(search.trials) == asked
    assert round_numbers(search.trials).tolist() == [0, 0, 0, 0, 1, 1]


def test_a_tie_in_errors_is_no_obstacle() -> None:
    search = start()
    run(search, lambda _: 1.0)
    assert search.best.error == 1.0
    assert np.isfinite(trials_data.error(search.trials)).all()


def test_integers_up_to_a_million_million_are_searched() -> None:
    space = {
        "even": {"type": "integer", "range": [1, 10**12]},
        "wide": {"type": "integer", "range": [1, 10**12], "scale": "log"},
        "part": {"type": "integer", "range": [-(10**12), 0], "when": {"even": {">": 10**9}}},
        "other": {"type": "float", "range": [0, 1], "when": {"wide": {"not": 7}}},
    }

    def train(configuration: Configuration) -> dict[str, float]:
        away = abs(math.log10(configuration["wide"]) - 6)
        even = float(configuration["even"])
        return {"error": away + even / 1e12, "cost": even + 1e11 * configuration["other"]}

    search = HsicGpbo(space, n_random=60, rounds=(1, 1), batch_size=3, analysis=FAST)
    asked = run(search, train)
    whole = Space.from_dict(space)
    assert len(asked) == 66
    for configuration in asked:
        whole.check_configuration(configuration, "asked")
        assert whole.configuration(whole.intervals(configuration).mean(axis=1)) == configuration
    assert search.decisions is not None
    assert search.decisions["role"].sel(hyperparameter="wide") == "optimise"
