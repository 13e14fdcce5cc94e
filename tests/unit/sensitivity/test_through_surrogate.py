"""Indices through a surrogate: right where a search has crowded its trials, silent where blind."""

import json
from functools import cache
from typing import Any

import numpy as np
import optuna
import pandas as pd
import pytest
import xarray as xr

import hsic_hpo as hh
from hsic_hpo.interop.table import trials_from_frame
from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.sensitivity.beside_tests import BESIDE
from hsic_hpo.sensitivity.explanation import explain_trials
from hsic_hpo.sensitivity.labels import PAIRS, PAPER, SINGLES
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.sensitivity.through_surrogate import analyse_through_surrogate
from small_search import search

SETTINGS = AnalysisSettings(n_permutations=99, sweep_points=4)
SPACE: dict[str, Any] = {
    "switch": {"type": "boolean"},
    "x0": {"type": "float", "range": [0, 1]},
    "x1": {"type": "float", "range": [1e-3, 1], "scale": "log"},
    "x2": {"type": "float", "range": [0, 1], "when": {"switch": True}},
    "x3": {"type": "float", "range": [0, 1]},
    "x4": {"type": "categorical", "levels": ["a", "b", "c"]},
}
IDLE = ["x3", "x4"]


def _error(found: dict[str, Any]) -> float:
    third = abs(found["x2"] - 0.5) if found["switch"] else 0.8
    return (found["x0"] - 0.3) ** 2 + (np.log10(found["x1"]) / 3 + 0.3) ** 2 + 0.3 * third


@cache
def _tpe(seed: int = 0, n: int = 100) -> xr.Dataset:
    """Return trials of a real search by Optuna's default sampler."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))

    def objective(trial: optuna.Trial) -> float:
        found: dict[str, Any] = {"switch": trial.suggest_categorical("switch", [False, True])}
        found["x0"], found["x3"] = (trial.suggest_float(name, 0, 1) for name in ("x0", "x3"))
        found["x1"] = trial.suggest_float("x1", 1e-3, 1, log=True)
        found["x4"] = trial.suggest_categorical("x4", ["a", "b", "c"])
        if found["switch"]:
            found["x2"] = trial.suggest_float("x2", 0, 1)
        return _error(found)

    study.optimize(objective, n_trials=n)
    frame = pd.DataFrame([trial.params for trial in study.trials])
    frame["error"] = [trial.value for trial in study.trials]
    frame["seconds"] = 10 ** (2 * frame["x3"])
    return trials_from_frame(frame, SPACE, error="error", cost="seconds")


@cache
def _explained(seed: int = 0) -> xr.Dataset:
    return analyse_through_surrogate(_tpe(seed), SETTINGS)


def test_what_matters_comes_first_and_is_found_and_what_is_idle_is_not() -> None:
    best = _explained().sel(group="switch = true", target="error", subset="best")
    index, found = best["hsic_unbiased"].to_series(), best["found"].to_series()
    active = ["x0", "x1", "x2"]
    assert index[active].min() > index[IDLE].max()
    assert (found[active] == 1).all()
    assert (found[IDLE] == 0).all()
    assert np.isnan(found["switch"]), "with a single value it has no index there"


def test_trials_taken_as_they_are_would_have_called_it_otherwise() -> None:
    # The crowd of the search is what an index of its trials shows: why there is another way.
    direct = analyse(_tpe(), SETTINGS).sel(group="switch = true", target="error", subset="best")
    index = direct["hsic"].to_series()
    assert index[["x0", "x1", "x2"]].min() < index[IDLE].max()


def test_a_cost_is_explained_too() -> None:
    cheapest = _explained().sel(group="all", target="seconds", subset="best")
    assert cheapest["found"].to_series()["x3"] == 1
    assert cheapest["hsic"].to_series().idxmax() == "x3"
    assert float(_explained()["rank_correlation"].sel(target="seconds")) > 0.9


def test_there_is_no_test_and_no_p_value_and_found_stands_in_their_place() -> None:
    explained = _explained()
    for name in ("p_value", "p_value_adjusted", "p_value_bh", "noise_floor", "significant"):
        assert np.isnan(explained[name]).all(), name
    for name in ("pure_p_value", "pure_p_value_adjusted", "joint_p_value", "pure_noise_floor"):
        assert np.isnan(explained[name]).all(), name
    assert np.isnan(explained["sweep_choice"]).all()
    assert set(np.unique(explained["found"].values[explained["hsic"].notnull().values])) <= {0, 1}
    assert explained.attrs["way"] == "surrogate"
    assert "rank correlation" in explained.attrs["surrogate_check"]


def test_the_dataset_keeps_its_contract() -> None:
    through, direct = _explained(), explain_trials(_tpe(), SETTINGS, "random")
    # How many trials tie at the goal is a question to random trials alone.
    shared = set(direct) - {"n_asked", "n_reached", *BESIDE}
    assert shared | {"rank_correlation"} == set(through)
    for name in shared:
        assert through[name].dims == direct[name].dims, name
        assert through[name].shape == direct[name].shape, name
    assert {*SINGLES, *PAIRS} <= set(through)
    assert through["statistic"].values.tolist() == list(PAPER)
    best = through.sel(group="all", target="error", subset="best")
    known = best["hsic"].notnull()
    ends = (best[name].where(known, drop=True) for name in ("interval_low", "interval_high"))
    low, high = (end.values for end in ends)
    middle = np.maximum(best["hsic_unbiased"].where(known, drop=True).values, 0)
    assert (low <= middle + 1e-9).all()
    assert (middle <= high + 1e-4).all()


def test_the_worst_are_explained_by_the_same_draws() -> None:
    worst = _explained().sel(group="all", target="error", subset="worst")
    assert worst["found"].to_series()["switch"] == 1
    assert (worst["found"].to_series()[IDLE] == 0).all()


def test_the_same_trials_and_seed_give_the_same_explanation() -> None:
    again = analyse_through_surrogate(_tpe(), SETTINGS)
    xr.testing.assert_identical(again, _explained())


def test_on_random_trials_both_ways_agree() -> None:
    trials = search(200)
    through, direct = (way(trials, SETTINGS) for way in (analyse_through_surrogate, analyse))
    chosen = {"group": "all", "target": "error", "subset": "best"}
    found, significant = through["found"].sel(chosen), direct["significant"].sel(chosen)
    assert found.to_series()[["optimizer", "learning_rate"]].tolist() == [1, 1]
    xr.testing.assert_equal(found == 1, significant == 1)
    low, high = (direct[f"interval_{end}"].sel(chosen) for end in ("low", "high"))
    index = through["hsic_unbiased"].sel(chosen).to_series()["learning_rate"]
    ends = (float(end.sel(hyperparameter="learning_rate")) for end in (low, high))
    assert next(ends) < index < next(ends)


@pytest.mark.parametrize("seed", range(3))
def test_of_errors_that_are_noise_nothing_is_claimed(seed: int) -> None:
    noise = np.random.default_rng(seed)
    trials = search(80, error=lambda _: float(noise.lognormal()), seed=seed)
    explained = analyse_through_surrogate(trials, SETTINGS)
    error = explained.sel(target="error")
    assert not (error["found"] == 1).any()
    assert not (error["pure_found"] == 1).any()
    note = str(error["note"].sel(group="all", subset="best").item())
    if note:
        assert "cannot predict error (rank correlation with trials left out" in note
        assert "it cannot predict" in explained.attrs["surrogate_check"]


def test_failed_trials_tell_where_not_to_go() -> None:
    trials = search(100, error=lambda c: None if c["learning_rate"] > 0.01 else 1.0 + c["n_layers"])
    explained = analyse_through_surrogate(trials, SETTINGS)
    worst = explained.sel(group="all", target="error", subset="worst")["found"].to_series()
    assert worst["learning_rate"] == 1


@pytest.mark.parametrize(
    ("error", "note"),
    [
        (lambda _: None, "no trial has a value of error"),
        (lambda _: 0.5, "error does not tell the trials apart: it is 0.5 in all that have it"),
    ],
)
def test_without_different_errors_a_note_says_why_there_is_no_index(error: Any, note: str) -> None:
    explained = analyse_through_surrogate(search(40, error=error), SETTINGS).sel(target="error")
    assert set(np.unique(explained["note"].values)) == {note}
    assert np.isnan(explained["hsic"]).all()


def test_a_group_of_few_trials_has_no_index_and_says_so() -> None:
    explained = analyse_through_surrogate(search(60), SETTINGS).sel(target="error", subset="best")
    small = explained.sel(group=explained["group"][1:])
    few = small["n"].values < SETTINGS.min_trials
    assert few.any()
    assert np.isnan(small["hsic"].values[few]).all()
    assert all("at least 30 are needed" in note for note in small["note"].values[few])


LEVELS = ["a", "b", "best", "d", "e"]
CROWDED: dict[str, Any] = {
    "x0": {"type": "float", "range": [0, 1]},
    "x1": {"type": "float", "range": [0, 1]},
    "level": {"type": "categorical", "levels": LEVELS},
    "idle": {"type": "float", "range": [0, 1]},
}


@pytest.mark.parametrize("lowest", [0.0, -1.0], ids=["positive errors", "any errors"])
def test_what_a_search_settled_at_once_is_found_beside_what_it_refined_to_the_end(
    lowest: float,
) -> None:
    rng = np.random.default_rng(100)
    n, n_first = 150, 20
    x0, x1, idle = rng.random((3, n))
    level = rng.integers(len(LEVELS), size=n)
    # All later trials have the best level, and close in on the optimum by the decade.
    closeness = 10 ** -rng.uniform(1, 4, (2, n - n_first))
    x0[n_first:], x1[n_first:] = np.array([[0.3], [0.7]]) + closeness * rng.choice(
        [-1, 1], closeness.shape
    )
    level[n_first:] = 2
    error = lowest + (x0 - 0.3) ** 2 + (x1 - 0.7) ** 2 + 0.075 * np.abs(level - 2)
    frame = pd.DataFrame({"x0": x0, "x1": x1, "level": np.array(LEVELS)[level], "idle": idle})
    trials = trials_from_frame(frame.assign(error=error), CROWDED, error="error")
    explained = explain_trials(trials, SETTINGS, "adaptive")
    best = explained.sel(group="all", target="error", subset="best")
    index, found = best["hsic_unbiased"].to_series(), best["found"].to_series()
    assert found.to_dict() == {"x0": 1, "x1": 1, "level": 1, "idle": 0}
    assert index.idxmin() == "idle"


@pytest.mark.parametrize("asked", [{"max_cost": 100.0}, {"goal": "front"}], ids=str)
def test_halved_trials_are_explained_for_other_goals_too(asked: dict[str, Any]) -> None:
    trials = hh.example_trials(200)
    error = trials["validation_error"].values
    stopped = np.zeros(200, dtype=bool)
    stopped[np.argsort(error[:, 0])[100:]] = True
    curve = np.repeat(error[:, :, None], 4, axis=2)
    curve[stopped, :, 2:] = np.nan
    both = ("trial", "repeat")
    status = np.where(stopped, "stopped", "ok").astype(object)[:, None]
    halved = trials.drop_dims("epoch").assign(
        status=(both, status),
        epochs=(both, np.where(stopped, 2.0, 4.0)[:, None]),
        learning_curve=((*both, "epoch"), curve),
        rung=("trial", stopped.astype(int)),
    )
    halved = halved.assign_coords(epoch=np.arange(1, 5)).assign_attrs(
        rungs=json.dumps([{"epochs": 2, "keep": 0.5}])
    )
    found = hh.explain(halved, drawn="adaptive", **asked).sel(target="error", group="all")
    best, worst = (float(found["threshold"].sel(subset=subset)) for subset in ("best", "worst"))
    assert best < worst
