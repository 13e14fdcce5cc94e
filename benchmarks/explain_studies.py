"""Studies for the benchmark of explanations: what matters in them is known.

Optuna's samplers search eight hyperparameters on [0, 1], of which three change the error; in one
variant the third is categorical, in another it exists only where a switch is on. Studies are kept
in files, as the sampler by a Gaussian process needs half a minute for one.
"""

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import optuna

SAMPLERS = ("tpe", "gp", "cmaes", "nsga2", "random")
LARGEST = 200
_FLOAT = {"type": "float", "range": [0, 1]}
# What a level stands for; the list is in another order than its effect.
LEVELS = {"c": 0.5, "a": 0.0, "e": 1.0, "b": 0.25, "d": 0.75}


class Variant(NamedTuple):
    """A search space in which it is known what matters.

    Attributes
    ----------
    space
        Definitions of the hyperparameters.
    active
        Those that change the error.
    idle
        Those that do not.
    group
        Label of the conditional group in which all of them exist.
    """

    space: Mapping[str, Any]
    active: tuple[str, ...]
    idle: tuple[str, ...]
    group: str = "all"


_IDLE = ("x3", "x4", "x5", "x6", "x7")
_SWITCHED = {**_FLOAT, "when": {"switch": True}}
VARIANTS = {
    "plain": Variant({f"x{i}": _FLOAT for i in range(8)}, ("x0", "x1", "x2"), _IDLE),
    "categorical": Variant(
        {
            f"x{i}": {"type": "categorical", "levels": list(LEVELS)} if i in (2, 7) else _FLOAT
            for i in range(8)
        },
        ("x0", "x1", "x2"),
        _IDLE,
    ),
    "conditional": Variant(
        {
            "switch": {"type": "boolean"},
            **{f"x{i}": _SWITCHED if i in (2, 7) else _FLOAT for i in range(8)},
        },
        ("x0", "x1", "x2"),
        _IDLE,
        "switch = true",
    ),
}


def error(configuration: Mapping[str, Any]) -> float:
    """Return the error of a configuration of any variant."""
    x2 = configuration.get("x2")
    # To be without it costs twice as much as its worst value.
    third = 1.0 if x2 is None else abs(LEVELS.get(x2, x2) - 0.5)
    return (configuration["x0"] - 0.3) ** 2 + (configuration["x1"] - 0.7) ** 2 + 0.3 * third


def configurations(
    folder: Path, variant: str, sampler: str, seed: int, n: int = LARGEST
) -> list[dict[str, Any]]:
    """Return the first n configurations of a study, from its file where it holds as many."""
    path = folder / f"{variant}-{sampler}-{seed}.json"
    found = json.loads(path.read_text()) if path.exists() else []
    if len(found) < n:
        # One study serves all sizes: it begins as a smaller one does.
        found = _search(VARIANTS[variant].space, sampler, seed, LARGEST)
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(found))
    return found[:n]


def _search(space: Mapping[str, Any], sampler: str, seed: int, n: int) -> list[dict[str, Any]]:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        study = optuna.create_study(sampler=_sampler(sampler, seed))
        study.optimize(lambda trial: error(_suggested(trial, space)), n_trials=n)
    return [trial.params for trial in study.trials]


def _suggested(trial: optuna.Trial, space: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, definition in space.items():
        if any(found[parent] != value for parent, value in definition.get("when", {}).items()):
            continue
        if definition["type"] == "float":
            found[name] = trial.suggest_float(name, *definition["range"])
        else:
            found[name] = trial.suggest_categorical(name, definition.get("levels", [False, True]))
    return found


def _sampler(name: str, seed: int) -> optuna.samplers.BaseSampler:
    samplers = optuna.samplers
    return {
        "tpe": samplers.TPESampler,
        "gp": samplers.GPSampler,
        "cmaes": samplers.CmaEsSampler,
        "nsga2": samplers.NSGAIISampler,
        "random": samplers.RandomSampler,
    }[name](seed=seed)


def optuna_study(
    found: list[dict[str, Any]], space: Mapping[str, Any], names: list[str]
) -> optuna.Study:
    """Return trials, restricted to some hyperparameters, as a study that evaluators take."""
    distributions = {
        name: optuna.distributions.FloatDistribution(0, 1)
        if space[name]["type"] == "float"
        else optuna.distributions.CategoricalDistribution(space[name].get("levels", [False, True]))
        for name in names
    }
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study()
    for configuration in found:
        study.add_trial(
            optuna.trial.create_trial(
                params={name: configuration[name] for name in names},
                distributions=distributions,
                value=float(np.float64(error(configuration))),
            )
        )
    return study
