"""Proposals by samplers of Optuna: TPE, Gaussian process, NSGA-II.

Each round gives all finished trials to a new study in memory and asks it for the next batch, so
that only the trials Datasets are kept between rounds.
"""

import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from hsic_hpo.errors import needs_extra
from hsic_hpo.spaces.hyperparameter import Hyperparameter, Range
from hsic_hpo.spaces.space import Space

with needs_extra("search: the methods tpe, gp and nsga2", "optuna"):
    import optuna
    from optuna.distributions import CategoricalDistribution, IntDistribution

    from hsic_hpo.interop.optuna_trials import distribution, frozen_trial

_GENERATION = "NSGAIISampler:generation"
# How often a sampler is asked again when it proposes a configuration that is already trained.
_ASKS_PER_PROPOSAL = 20


def _tpe(seed: int, _: int) -> "optuna.samplers.BaseSampler":
    return optuna.samplers.TPESampler(seed=seed, multivariate=True, constant_liar=True)


def _gp(seed: int, _: int) -> "optuna.samplers.BaseSampler":
    return optuna.samplers.GPSampler(seed=seed, deterministic_objective=False)


def _nsga2(seed: int, population: int) -> "optuna.samplers.BaseSampler":
    return optuna.samplers.NSGAIISampler(population_size=population, seed=seed)


SAMPLERS: dict[str, Callable[[int, int], "optuna.samplers.BaseSampler"]] = {
    "tpe": _tpe,
    "gp": _gp,
    "nsga2": _nsga2,
}


def propose_by_sampler(
    space: Space,
    configurations: Sequence[Mapping[str, Any]],
    errors: np.ndarray,
    costs: np.ndarray,
    n: int,
    *,
    method: str,
    seed: int,
) -> list[dict[str, Any]]:
    """Ask a sampler of Optuna for configurations that no finished trial has.

    Parameters
    ----------
    space
        The search space.
    configurations, errors, costs
        Finished trials in the order in which they were proposed; errors and costs are finite.
    n
        How many to propose; fewer are returned where the sampler finds no more new ones.
    method
        ``"tpe"``, ``"gp"`` (on the error) or ``"nsga2"`` (on error and cost; its generations
        are batches of ``n``).
    seed
        Of the sampler.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        study = _study(space, configurations, errors, costs, n, method, seed)
    done = {json.dumps(dict(configuration)) for configuration in configurations}
    proposed: list[dict[str, Any]] = []
    for _ in range(_ASKS_PER_PROPOSAL * n):
        if len(proposed) == n:
            break
        # A proposal without a result counts as running, so that the sampler does not repeat it.
        configuration = _suggest(space, study.ask())
        text = json.dumps(configuration)
        if text not in done:
            proposed.append(configuration)
            done.add(text)
    return proposed


def _study(
    space: Space,
    configurations: Sequence[Mapping[str, Any]],
    errors: np.ndarray,
    costs: np.ndarray,
    n: int,
    method: str,
    seed: int,
) -> "optuna.Study":
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    on_cost = method == "nsga2"
    # Parents come in pairs.
    population = max(2, n)
    study = optuna.create_study(
        directions=["minimize"] * (2 if on_cost else 1), sampler=SAMPLERS[method](seed, population)
    )
    for i, configuration in enumerate(configurations):
        values = [errors[i], costs[i]] if on_cost else [errors[i]]
        generation = {_GENERATION: i // population} if on_cost else {}
        study.add_trial(frozen_trial(space, configuration, values, generation))
    return study


def _suggest(space: Space, trial: "optuna.Trial") -> dict[str, Any]:
    configuration: dict[str, Any] = {}
    for parameter in space.hyperparameters:
        if parameter.is_active(configuration):
            configuration[parameter.name] = _suggest_value(parameter, trial)
    return configuration


def _suggest_value(parameter: Hyperparameter, trial: "optuna.Trial") -> Any:
    name, law = parameter.name, distribution(parameter)
    if isinstance(law, CategoricalDistribution):
        return trial.suggest_categorical(name, law.choices)
    if isinstance(law, IntDistribution):
        number = trial.suggest_int(name, law.low, law.high, log=law.log)
        return number if isinstance(parameter.law, Range) else parameter.levels[number]
    number = trial.suggest_float(name, law.low, law.high, log=law.log)
    return number if isinstance(parameter.law, Range) else parameter.value(number)
