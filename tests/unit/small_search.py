"""A made-up search whose errors follow a known rule, for tests of the analysis."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.spaces.sampling import sample as draw
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials import dataset as trials
from hsic_hpo.trials import design

SPACE = {
    "n_layers": {"type": "integer", "range": [1, 8]},
    "n_units": {"type": "integer", "range": [8, 256], "scale": "log"},
    "activation": {"type": "categorical", "levels": ["relu", "tanh", "elu"], "weights": [1, 2, 1]},
    "optimizer": {"type": "categorical", "levels": ["sgd", "adam", "rmsprop"]},
    "learning_rate": {"type": "float", "range": [1e-4, 1e-1], "scale": "log"},
    "momentum": {"type": "float", "range": [0.0, 0.9], "when": {"optimizer": "sgd"}},
    "nesterov": {
        "type": "boolean",
        "when": {"optimizer": "sgd", "momentum": {">": 0.3}},
    },
    "decay": {
        "type": "float",
        "range": [0.0, 1.0],
        "when": {"optimizer": {"in": ["adam", "rmsprop"]}, "n_layers": {">=": 3}},
    },
}
SETTINGS = AnalysisSettings(n_permutations=199, sweep_points=8, seed=7)


def rule(configuration: Mapping[str, Any]) -> float:
    """The learning rate decides, adam is better; the rest has no effect."""
    distance = abs(np.log10(configuration["learning_rate"]) + 2.0)
    return 0.01 + distance + 0.5 * (configuration["optimizer"] != "adam")


def search(
    n: int = 300,
    *,
    error: Callable[[Mapping[str, Any]], float | None] = rule,
    spec: Mapping[str, Any] = SPACE,
    seed: int = 0,
) -> xr.Dataset:
    """Return trials whose error is given by a function of the configuration; None fails."""
    space = Space.from_dict(spec)
    drawn = design.make_design(space, draw(space, n, seed), {"epochs": 1})
    records = []
    for name, text in zip(drawn["trial"].values, drawn["configuration"].values, strict=True):
        configuration = json.loads(text)
        value = error(configuration)
        size = configuration.get("n_layers", 1) * configuration.get("n_units", 1)
        records.append(
            {
                "trial": name,
                "repeat": 0,
                "status": "ok" if value is not None else "failed",
                "reason": "" if value is not None else "ValueError: made up",
                "validation_error": value,
                "test_error": value,
                "train_seconds": 1e-3 * size,
                "epochs": 1,
                "n_params": size,
                "flops": 2 * size,
                "learning_curve": [value],
            }
        )
    return trials.gather_records(
        drawn,
        records,
        {"study": "made up", "problem": "{}", "data_fingerprint": "0"},
        n_repeats=1,
        error_name="error",
        error_units="1",
    )
