"""Looks at a random search: what is decided ends it, and chance alone seldom does."""

from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.sensitivity.looks import Look, StopSettings, level_of_a_look, take_look, undecided
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials.dataset import gather_records
from hsic_hpo.trials.design import make_design

SPACE = Space.from_dict({name: {"type": "float", "range": [0, 1]} for name in ("a", "b", "c")})
SETTINGS = AnalysisSettings(n_permutations=99, sweep_points=2, min_successes=3)
Law = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def trials(n: int, seed: int, law: Law) -> xr.Dataset:
    u = sample(SPACE, n, seed)
    errors = law(u, np.random.default_rng(seed + 1000))
    design = make_design(SPACE, u, {"epochs": 1})
    records: list[dict[str, Any]] = [
        {
            **{"trial": str(name), "repeat": 0, "status": "ok", "reason": ""},
            **{"validation_error": float(error), "test_error": 0.0, "epochs": 1},
            **{"train_seconds": 1.0, "n_params": 1, "flops": 1, "learning_curve": []},
        }
        for name, error in zip(design["trial"].values, errors, strict=True)
    ]
    names = {"error_name": "error", "error_units": "1"}
    return gather_records(design, records, {"costs": "[]"}, n_repeats=1, **names)


def study(n: int, seed: int, law: Law, stop: StopSettings) -> tuple[Look, bool]:
    """Return how a search ended, and whether anything is called significant in the end."""
    drawn, settings = trials(n, seed, law), level_of_a_look(SETTINGS, stop)
    look = Look(0, 0, 0, ())
    for number in range(1, stop.looks + 1):
        found = analyse(drawn.isel(trial=slice(n * number // stop.looks)), settings, only="best")
        look = take_look(found, number, stop)
        if look.settled_at:
            break
    starred = found["significant"].sel(target="error", subset="best") == 1
    return look, bool(starred.any())


def test_without_any_effect_little_is_called_significant_and_nothing_settled() -> None:
    ended = [
        study(80, seed, lambda u, rng: rng.random(len(u)), StopSettings(2)) for seed in range(60)
    ]
    # 5 % of 60, and three standard deviations of such a count.
    assert sum(starred for _, starred in ended) <= 8
    assert not any(look.settled_at for look, _ in ended)


def test_a_search_is_settled_once_all_is_decided() -> None:
    look, starred = study(1600, 0, lambda u, _: np.abs(u[:, 0] - 0.3), StopSettings(2, 0.3))
    assert starred
    assert look.settled_at in (1, 2)
    assert look.undecided == ()
    assert look.again(2).settled_at == look.settled_at
    assert Look.of(look.to_dict()) == look


def test_what_lies_between_is_undecided() -> None:
    found = analyse(trials(60, 3, lambda u, rng: rng.random(len(u))), SETTINGS, only="best")
    best = found.sel(target="error", subset="best").isel(group=0)
    starred = [str(name) for name in found["hyperparameter"].values[best["significant"] == 1]]
    assert set(undecided(found, 1e-9)) == {"a", "b", "c"} - set(starred)


def test_without_looks_the_level_is_that_of_the_study() -> None:
    assert level_of_a_look(SETTINGS, None) is SETTINGS
    assert level_of_a_look(SETTINGS, StopSettings(5)).significance == 0.01
