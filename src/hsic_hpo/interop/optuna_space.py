"""Optuna's distributions as the definitions of a search space."""

from collections.abc import Mapping, Sequence
from typing import Any

from hsic_hpo.interop.conditions import CONTINUOUS, INTEGER, UNORDERED, condition

_MANY_LEVELS = 1000


_KINDS = {"CategoricalDistribution": UNORDERED, "IntDistribution": INTEGER}


def definitions(
    distributions: Mapping[str, Any], complete: Sequence[Any]
) -> tuple[dict[str, Any], list[str]]:
    """Return the definitions, parents first, and the parameters whose presence is a parameter.

    Parameters
    ----------
    distributions
        Optuna's distribution of each parameter.
    complete
        Completed trials of Optuna, from which the conditions are found.
    """
    values = {
        name: {
            i: converter(distribution)(trial.params[name])
            for i, trial in enumerate(complete)
            if name in trial.params
        }
        for name, distribution in distributions.items()
    }
    kinds = {
        name: _KINDS.get(type(distribution).__name__, CONTINUOUS)
        for name, distribution in distributions.items()
    }
    # A parent is present in more trials than its children, or precedes them in the same trials.
    order = sorted(distributions, key=lambda name: -len(values[name]))
    spec: dict[str, Any] = {}
    presences = []
    for position, name in enumerate(order):
        definition = _definition(distributions[name])
        if len(values[name]) < len(complete):
            when = condition(name, order[:position], values, kinds)
            if when is None:
                presences.append(name)
                share = len(values[name]) / len(complete)
                spec[presence(name)] = {"type": "boolean", "probability": share}
                when = {presence(name): True}
            definition["when"] = when
        spec[name] = definition
    return spec, presences


def presence(name: str) -> str:
    """Return the name of the parameter that says whether a parameter is present."""
    return f"presence of {name}"


def _definition(distribution: Any) -> dict[str, Any]:
    kind = type(distribution).__name__
    if kind == "CategoricalDistribution":
        if set(map(type, distribution.choices)) == {bool}:
            return {"type": "boolean"}
        convert = converter(distribution)
        return {"type": "categorical", "levels": [convert(c) for c in distribution.choices]}
    scale = "log" if distribution.log else "linear"
    ends = [distribution.low, distribution.high]
    step = distribution.step
    if kind == "IntDistribution" and step == 1:
        return {"type": "integer", "range": ends, "scale": scale}
    if step is None or (ends[1] - ends[0]) / step >= _MANY_LEVELS:
        return {"type": "float", "range": [float(end) for end in ends], "scale": scale}
    n_levels = round((ends[1] - ends[0]) / step) + 1
    return {"type": "categorical", "levels": [ends[0] + i * step for i in range(n_levels)]}


def converter(distribution: Any) -> Any:
    """Return the function that turns a parameter's value into one of its definition."""
    choices = getattr(distribution, "choices", None)
    if choices is None:
        low, step = distribution.low, distribution.step
        if (type(distribution).__name__ == "IntDistribution" and step == 1) or step is None:
            return lambda value: value
        if (distribution.high - low) / step >= _MANY_LEVELS:
            return float
        return lambda value: low + round((value - low) / step) * step
    kinds = set(map(type, choices))
    if kinds == {bool} or kinds <= {int, float} or kinds == {str}:
        return lambda value: value
    return str
