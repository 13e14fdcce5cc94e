"""Trials in Optuna's own classes: distributions, values, frozen trials."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from hsic_hpo.spaces.hyperparameter import Hyperparameter, Range
from hsic_hpo.spaces.space import Space

# The ends of an unbounded law are infinite.
_EDGE = 1e-4


def distribution(parameter: Hyperparameter) -> BaseDistribution:
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


def frozen_trial(
    space: Space,
    configuration: Mapping[str, Any],
    values: Sequence[float],
    system_attrs: Mapping[str, Any] | None = None,
    constraints: Mapping[str, float] | None = None,
) -> optuna.trial.FrozenTrial:
    """Return a completed trial of Optuna.

    Parameters
    ----------
    space
        The search space.
    configuration
        Values of the active hyperparameters by name.
    values
        Finite values of the objectives.
    system_attrs
        Notes of a sampler.
    constraints
        By name; above 0 where the trial does not keep to it.
    """
    parameters = [p for p in space.hyperparameters if p.name in configuration]
    return optuna.trial.create_trial(
        params={p.name: _told(p, configuration[p.name]) for p in parameters},
        distributions={p.name: distribution(p) for p in parameters},
        values=list(values),
        system_attrs=dict(system_attrs or {}),
        **({} if constraints is None else {"constraints": dict(constraints)}),
    )


def _told(parameter: Hyperparameter, value: Any) -> Any:
    if parameter.type in ("categorical", "boolean") or isinstance(parameter.law, Range):
        return value
    if parameter.is_discrete:
        return parameter.levels.index(value)
    return float(np.clip(parameter.interval(value)[0], _EDGE, 1 - _EDGE))
