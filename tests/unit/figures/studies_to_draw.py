"""Analysed made-up studies, usual and degenerate, for the tests of all figures."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.sensitivity.by_budget import indices_by_budget
from hsic_hpo.sensitivity.by_epoch import indices_by_epoch
from hsic_hpo.sensitivity.convergence import convergence
from small_search import SETTINGS, search

STRANGE = {
    "learning rate": {"type": "float", "range": [1e-8, 1e-1], "scale": "log"},
    "taux d'apprentissage (échelle logarithmique) $\\eta_0$ 50 % & plus": {
        "type": "float",
        "distribution": {"name": "norm", "loc": 1, "scale": 0.2},
    },
    "скорость обучения": {
        "type": "categorical",
        "levels": ["mit großem Schritt $x_1$", "naïve", "très petit", "a_b"],
    },
    "größe": {"type": "integer", "levels": [16, 32, 64, 100000, 1000000]},
    "θ": {"type": "float", "range": [0, 1], "when": {"скорость обучения": "naïve"}},
    "κ": {"type": "boolean", "when": {"θ": {"<": 0.1}}},
}
MANY = {f"hyperparameter_{i}": {"type": "float", "range": [0, 1]} for i in range(38)} | {
    "n": {"type": "integer", "range": [1, 4000], "scale": "log"},
    "kind": {"type": "categorical", "levels": [f"level_{i}" for i in range(15)]},
}
LARGE = {
    "even": {"type": "integer", "range": [1, 10**12]},
    "log": {"type": "integer", "range": [1, 10**12], "scale": "log"},
    "signed": {"type": "integer", "range": [-(10**12), 2**31], "when": {"even": {">": 10**9}}},
    "some": {"type": "integer", "range": [1, 2**31], "when": {"log": {"not": 7}}},
}
ONE = {"learning_rate": {"type": "float", "range": [1e-4, 1e-1], "scale": "log"}}


@dataclass(frozen=True)
class Study:
    """The Datasets that figures are drawn from."""

    trials: xr.Dataset
    sensitivity: xr.Dataset
    convergence: xr.Dataset
    by_budget: xr.Dataset
    by_epoch: xr.Dataset


def first(configuration: Mapping[str, Any]) -> float:
    """Return an error that grows with the first value alone."""
    return 0.01 + float(next(iter(configuration.values())))


def _noise() -> Callable[[Mapping[str, Any]], float]:
    rng = np.random.default_rng(3)
    return lambda configuration: float(rng.lognormal())


def _in_turn(errors: Iterable[float | None]) -> Callable[[Mapping[str, Any]], float | None]:
    left = iter(errors)
    return lambda configuration: next(left)


def _all_but_ten() -> Callable[[Mapping[str, Any]], float | None]:
    left = iter(range(10))
    return lambda configuration: None if next(left, None) is None else first(configuration)


_STUDIES: dict[str, Callable[[], xr.Dataset]] = {
    "usual": lambda: search(300),
    "thirty trials": lambda: search(30),
    "five trials": lambda: search(5),
    "nothing significant": lambda: search(200, error=_noise()),
    "failed but ten": lambda: search(120, error=_all_but_ten()),
    "all failed": lambda: search(40, error=lambda configuration: None),
    "constant error": lambda: search(60, error=lambda configuration: 1.0),
    "rounding noise": lambda: search(60, error=_in_turn(1 + i % 9 * 2.2e-16 for i in range(60))),
    "largest errors": lambda: search(60, error=_in_turn((i - 30) * 5.6e306 for i in range(60))),
    "all sizes": lambda: search(60, error=_in_turn(10.0 ** (10 * i - 300) for i in range(60))),
    "one hyperparameter": lambda: search(100, spec=ONE, error=first),
    "forty hyperparameters": lambda: search(150, spec=MANY, error=first),
    "large integers": lambda: search(100, spec=LARGE, error=first),
    "strange names": lambda: search(150, spec=STRANGE, error=first),
}
NAMES = list(_STUDIES)


@cache
def study(name: str) -> Study:
    """Return a study by its name in :data:`NAMES`."""
    return studied(_STUDIES[name]())


def studied(trials: xr.Dataset) -> Study:
    """Analyse trials."""
    settings = replace(SETTINGS, n_permutations=59)
    return Study(
        trials,
        analyse(trials, settings),
        convergence(trials, settings),
        indices_by_budget(trials, settings, way="random"),
        indices_by_epoch(_in_two_epochs(trials), settings, way="random"),
    )


def _in_two_epochs(trials: xr.Dataset) -> xr.Dataset:
    curves = trials["learning_curve"].values[..., -1:]
    both = np.concatenate([curves[::-1], curves], axis=-1)
    return trials.drop_dims("epoch").assign(
        learning_curve=(("trial", "repeat", "epoch"), both),
        epochs=2 * trials["epochs"],
        epoch=[1, 2],
    )
