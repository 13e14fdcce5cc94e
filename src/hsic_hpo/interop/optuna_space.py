"""Optuna's distributions as the definitions of a search space."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from hsic_hpo.interop.conditions import Observed, kind_of, with_conditions

_MANY_LEVELS = 1000


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
    found = {name: definition(distribution) for name, distribution in distributions.items()}
    observed = {
        name: Observed(kind_of(found[name]), _values(name, distribution, complete))
        for name, distribution in distributions.items()
    }
    return with_conditions(found, observed)


def _values(name: str, distribution: Any, complete: Sequence[Any]) -> list[Any]:
    convert = converter(distribution)
    return [convert(trial.params[name]) if name in trial.params else None for trial in complete]


def definition(distribution: Any) -> dict[str, Any]:
    """Return the definition of a parameter of a distribution of Optuna."""
    kind = type(distribution).__name__
    if kind == "CategoricalDistribution":
        if set(map(type, distribution.choices)) == {bool}:
            return {"type": "boolean"}
        convert = converter(distribution)
        return {"type": "categorical", "levels": [convert(c) for c in distribution.choices]}
    number = {"type": "integer" if kind == "IntDistribution" else "float"}
    ends = [distribution.low, distribution.high]
    if _has_steps(distribution):
        return {**number, "range": ends, "step": distribution.step}
    return {**number, "range": ends, "scale": "log" if distribution.log else "linear"}


def _has_steps(distribution: Any) -> bool:
    step = distribution.step
    if step is None or (type(distribution).__name__ == "IntDistribution" and step == 1):
        return False
    # More are a range in all but name.
    return bool((distribution.high - distribution.low) / step < _MANY_LEVELS)


def converter(distribution: Any) -> Callable[[Any], Any]:
    """Return the function that turns a parameter's value into one of its definition."""
    choices = getattr(distribution, "choices", None)
    if choices is not None:
        kinds = set(map(type, choices))
        if kinds == {bool} or kinds <= {int, float} or kinds == {str}:
            return lambda value: value
        return str
    if not _has_steps(distribution):
        return lambda value: value
    # In decimals, as the levels of a range with steps are.
    low, step = Decimal(str(distribution.low)), Decimal(str(distribution.step))
    number = int if type(distribution).__name__ == "IntDistribution" else float
    return lambda value: number(low + round((Decimal(str(value)) - low) / step) * step)
