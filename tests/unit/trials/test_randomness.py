"""Whether trials of unknown origin look random: searches are told from designs."""

from collections.abc import Callable
from typing import Any

import numpy as np
import optuna
import pytest
import xarray as xr
from scipy.stats import qmc

from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.design import label_design, make_design
from hsic_hpo.trials.randomness import departure_from_random
from small_search import SPACE, search

PLAIN = {f"x{i}": {"type": "float", "range": [0, 1]} for i in range(4)}


def _trials(space: Space, configurations: list[dict[str, Any]], errors: np.ndarray) -> xr.Dataset:
    u = np.array([space.point(one) for one in configurations])
    design = label_design(space, u, configurations, {})
    names = ("reason", "test_error", "train_seconds", "epochs", "n_params", "flops")
    records = [
        {
            **dict.fromkeys(names),
            "reason": "",
            "trial": name,
            "repeat": 0,
            "status": "ok",
            "validation_error": float(value),
            "learning_curve": [],
        }
        for name, value in zip(design["trial"].values, errors, strict=True)
    ]
    return trials_data.gather_records(
        design, records, {}, n_repeats=1, error_name="error", error_units="1"
    )


def _of_points(u: np.ndarray, spec: dict[str, Any] = PLAIN) -> xr.Dataset:
    space = Space.from_dict(spec)
    configurations = space.configurations(space.mask(u))
    return _trials(space, configurations, np.random.default_rng(0).random(len(u)))


def test_random_trials_of_a_conditional_space_look_random() -> None:
    # At a level of one in a thousand, one of 20 would be a rare accident.
    flagged = [departure_from_random(search(100, seed=seed)) for seed in range(20)]
    assert not any(flagged)


def _tpe(seed: int, n: int) -> xr.Dataset:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    study.optimize(
        lambda trial: sum((trial.suggest_float(name, 0, 1) - 0.3) ** 2 for name in PLAIN),
        n_trials=n,
    )
    return _trials(
        Space.from_dict(PLAIN),
        [trial.params for trial in study.trials],
        np.array([trial.value for trial in study.trials]),
    )


@pytest.mark.parametrize("seed", range(2))
def test_trials_of_optunas_default_sampler_crowd(seed: int) -> None:
    assert "crowd" in departure_from_random(_tpe(seed, 100))


def test_a_categorical_that_is_favoured_gives_a_search_away() -> None:
    trials = search(200)
    kept = trials_data.configurations(trials)
    favoured = [i for i, one in enumerate(kept) if one["optimizer"] == "sgd" or i % 4 == 0]
    assert "optimizer" in departure_from_random(trials.isel(trial=favoured))


def test_a_drift_gives_a_search_away_though_values_are_uniform() -> None:
    u = np.random.default_rng(0).random((100, 4))
    u[:, 2] = np.sort(u[:, 2])
    assert departure_from_random(_of_points(u)).startswith("x2 drifts from trial to trial")


DESIGNS: dict[str, Callable[[], np.ndarray]] = {
    "grid": lambda: np.array(np.meshgrid(*[np.linspace(0.1, 0.9, 4)] * 4)).reshape(4, -1).T,
    "sobol": lambda: qmc.Sobol(4, rng=np.random.default_rng(0)).random(128),
    "latin": lambda: qmc.LatinHypercube(4, rng=np.random.default_rng(0)).random(100),
}


@pytest.mark.parametrize("name", DESIGNS)
def test_a_design_that_covers_the_space_is_no_search(name: str) -> None:
    assert departure_from_random(_of_points(DESIGNS[name]())) == ""


def test_a_grid_of_levels_that_is_gone_through_in_order_is_no_search() -> None:
    spec = {
        "a": {"type": "categorical", "levels": ["x", "y", "z"]},
        "b": {"type": "integer", "range": [1, 10]},
    }
    pairs = [{"a": a, "b": b} for a in "xyz" for b in range(1, 11)]
    space = Space.from_dict(spec)
    trials = _trials(space, pairs, np.random.default_rng(0).random(len(pairs)))
    assert departure_from_random(trials) == ""


def test_a_table_that_is_sorted_by_its_error_does_not_drift() -> None:
    trials = search(150, spec=PLAIN, error=lambda c: c["x0"])
    order = np.argsort(trials_data.error(trials))
    assert departure_from_random(trials.isel(trial=order)) == ""


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_long_ranges_are_looked_at_in_bins(scale: str) -> None:
    spec = {"buffer": {"type": "integer", "range": [1, 10**12], "scale": scale}}
    u = np.random.default_rng(1).random((200, 1))
    assert departure_from_random(_of_points(u, spec)) == ""
    assert "buffer crowd" in departure_from_random(_of_points(u**3, spec))


def test_few_trials_tell_nothing() -> None:
    space = Space.from_dict(SPACE)
    few = make_design(space, sample(space, 5, 0), {})
    assert few.sizes["trial"] == 5
    assert departure_from_random(search(5)) == ""
