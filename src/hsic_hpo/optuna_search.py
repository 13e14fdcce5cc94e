"""Proposals by samplers of Optuna: TPE, Gaussian process, NSGA-II.

Each round tells a fresh in-memory study all finished trials and asks it for the next batch, so
that nothing but the trials Datasets is kept between rounds.
"""

import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from hsic_hpo.errors import InputError
from hsic_hpo.hyperparameter import Hyperparameter, Range
from hsic_hpo.space import Space

try:
    import optuna
    from optuna.distributions import (
        BaseDistribution,
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )
except ImportError:
    raise InputError(
        "search: the methods tpe, gp and nsga2 need Optuna: pip install 'hsic_hpo[optuna]'"
    ) from None

_GENERATION = "NSGAIISampler:generation"
# The ends of an unbounded law are infinite.
_EDGE = 1e-4
# How often a sampler is asked again where it proposes what is already trained.
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


def propose(
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
        # What was asked for and not told counts as running, which keeps the next one away.
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
        parameters = [p for p in space.hyperparameters if p.name in configuration]
        study.add_trial(
            optuna.trial.create_trial(
                params={p.name: _told(p, configuration[p.name]) for p in parameters},
                distributions={p.name: _distribution(p) for p in parameters},
                values=[errors[i], costs[i]] if on_cost else [errors[i]],
                system_attrs={_GENERATION: i // population} if on_cost else {},
            )
        )
    return study


def _distribution(parameter: Hyperparameter) -> "BaseDistribution":
    """Return the distribution that orders values as the space does.

    Ranges keep their scale. Laws of scipy.stats are searched by their normalised value, numbers
    in a list by their place.
    """
    if parameter.type in ("categorical", "boolean"):
        return CategoricalDistribution(parameter.levels)
    law = parameter.law
    if isinstance(law, Range):
        if law.integer:
            return IntDistribution(int(law.low), int(law.high), log=law.log)
        return FloatDistribution(law.low, law.high, log=law.log)
    if parameter.is_discrete:
        return IntDistribution(0, len(parameter.levels) - 1)
    return FloatDistribution(_EDGE, 1 - _EDGE)


def _told(parameter: Hyperparameter, value: Any) -> Any:
    if parameter.type in ("categorical", "boolean") or isinstance(parameter.law, Range):
        return value
    if parameter.is_discrete:
        return parameter.levels.index(value)
    return float(np.clip(parameter.interval(value)[0], _EDGE, 1 - _EDGE))


def _suggest(space: Space, trial: "optuna.Trial") -> dict[str, Any]:
    configuration: dict[str, Any] = {}
    for parameter in space.hyperparameters:
        if all(
            c.parent in configuration and c.holds(configuration[c.parent])
            for c in parameter.conditions
        ):
            configuration[parameter.name] = _asked(parameter, trial)
    return configuration


def _asked(parameter: Hyperparameter, trial: "optuna.Trial") -> Any:
    name, distribution = parameter.name, _distribution(parameter)
    if isinstance(distribution, CategoricalDistribution):
        return trial.suggest_categorical(name, distribution.choices)
    if isinstance(distribution, IntDistribution):
        number = trial.suggest_int(name, distribution.low, distribution.high, log=distribution.log)
        return number if isinstance(parameter.law, Range) else parameter.levels[number]
    number = trial.suggest_float(name, distribution.low, distribution.high, log=distribution.log)
    return number if isinstance(parameter.law, Range) else parameter.value(number)
