"""Proposals by samplers of Optuna.

Each round gives all finished trials to a new study in memory and asks it for the next batch, so
that only the trials Datasets are kept between rounds.
"""

import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

# First of all, as it says what to install where Optuna is missing.
from hsic_hpo.search import optuna_samplers  # isort: skip
import optuna
from optuna.distributions import CategoricalDistribution, IntDistribution

from hsic_hpo.interop.optuna_trials import distribution, frozen_trial
from hsic_hpo.spaces.hyperparameter import Hyperparameter, Range
from hsic_hpo.spaces.space import Space

_GENERATION = "NSGAIISampler:generation"


def propose_by_sampler(
    space: Space,
    configurations: Sequence[Mapping[str, Any]],
    errors: np.ndarray,
    costs: np.ndarray,
    n: int,
    *,
    method: str,
    seed: int,
    asks: int = 20,
    ceiling: float = np.inf,
    cost_of: Callable[[dict[str, Any]], float] | None = None,
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
        ``"tpe"``, ``"gp"``, ``"ctpe"`` or ``"cgp"`` (on the error); ``"motpe"``, ``"mogp"`` or
        ``"nsga2"`` (on error and cost; the generations of the last one are batches of ``n``).
    seed
        Of the sampler.
    asks
        How often the sampler is asked per proposal, as it may propose what is already trained, or
        costs too much.
    ceiling
        Where finite, a constraint: the sampler learns which trials cost at most as much.
    cost_of
        Cost of a configuration, where it is known: what costs more than the ceiling is not
        proposed, and the sampler is asked again.
    """
    sampler = optuna_samplers.SAMPLERS[method]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        study = _study(space, sampler, configurations, errors, costs, n, seed, ceiling)
    done = {json.dumps(dict(configuration)) for configuration in configurations}
    proposed: list[dict[str, Any]] = []
    for _ in range(asks * n):
        if len(proposed) == n:
            break
        # A proposal without a result counts as running, so that the sampler does not repeat it.
        configuration = _suggest(space, study.ask())
        text = json.dumps(configuration)
        if text in done:
            continue
        done.add(text)
        if cost_of is None or cost_of(configuration) <= ceiling:
            proposed.append(configuration)
    return proposed


def _study(
    space: Space,
    sampler: optuna_samplers.Sampler,
    configurations: Sequence[Mapping[str, Any]],
    errors: np.ndarray,
    costs: np.ndarray,
    n: int,
    seed: int,
    ceiling: float,
) -> optuna.Study:
    optuna_samplers.quiet()
    # Parents come in pairs.
    population = max(2, n)
    conditional = any(parameter.conditions for parameter in space.hyperparameters)
    values = sampler.objectives(errors, costs)
    *costs_or_logs, limit = optuna_samplers.log(np.append(costs, ceiling))
    study = optuna.create_study(
        directions=["minimize"] * values.shape[1],
        sampler=sampler.make(seed, population, conditional),
    )
    in_generations = isinstance(study.sampler, optuna.samplers.NSGAIISampler)
    for i, configuration in enumerate(configurations):
        study.add_trial(
            frozen_trial(
                space,
                configuration,
                values[i].tolist(),
                {_GENERATION: i // population} if in_generations else {},
                {"cost": float(costs_or_logs[i] - limit)} if np.isfinite(ceiling) else None,
            )
        )
    return study


def _suggest(space: Space, trial: optuna.Trial) -> dict[str, Any]:
    configuration: dict[str, Any] = {}
    for parameter in space.hyperparameters:
        if parameter.is_active(configuration):
            configuration[parameter.name] = _suggest_value(parameter, trial)
    return configuration


def _suggest_value(parameter: Hyperparameter, trial: optuna.Trial) -> Any:
    name, law = parameter.name, distribution(parameter)
    if isinstance(law, CategoricalDistribution):
        return trial.suggest_categorical(name, law.choices)
    if isinstance(law, IntDistribution):
        number = trial.suggest_int(name, law.low, law.high, log=law.log)
        return number if isinstance(parameter.law, Range) else parameter.levels[number]
    number = trial.suggest_float(name, law.low, law.high, log=law.log)
    return number if isinstance(parameter.law, Range) else parameter.value(number)
