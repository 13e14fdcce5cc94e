"""A list of values to choose from, as other tools write it."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any


def choices(
    values: Sequence[Any], weights: Sequence[float] | None = None, *, ordered: bool = True
) -> dict[str, Any] | None:
    """Return the definition of a choice.

    Truth values make a boolean, numbers ordered levels, other values a categorical; one that is
    neither text nor number is called as Python writes it.

    Parameters
    ----------
    values
        What is chosen from.
    weights
        A weight for each; equal ones by default.
    ordered
        Whether the order of numbers counts.

    Returns
    -------
    dict or None
        None where there is a single value.
    """
    if len(values) < 2:
        return None
    shares = [1.0] * len(values) if weights is None else list(weights)
    if all(isinstance(value, bool) for value in values):
        share = sum(w for value, w in zip(values, shares, strict=True) if value) / sum(shares)
        return {"type": "boolean", **({} if weights is None else {"probability": share})}
    is_number = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
    if not (is_number and ordered):
        levels = [as_level(value) for value in values]
        return {"type": "categorical", "levels": levels, **_weights(shares, weights)}
    pairs = sorted(zip(values, shares, strict=True), key=lambda pair: pair[0])
    levels = [value for value, _ in pairs]
    is_whole = all(float(level).is_integer() for level in levels)
    return {
        "type": "integer" if is_whole else "float",
        "levels": [int(level) if is_whole else level for level in levels],
        **_weights([share for _, share in pairs], weights),
    }


def as_level(value: Any) -> str | float:
    """Return a value as a level of a categorical hyperparameter: a text or a number."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number or isinstance(value, str) else str(value)


def _weights(shares: Sequence[float], given: Sequence[float] | None) -> dict[str, Any]:
    return {} if given is None else {"weights": list(shares)}


def is_increasing(values: Sequence[Any]) -> bool:
    """Tell whether values are numbers, each larger than the one before."""
    is_number = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
    return is_number and all(a < b for a, b in pairwise(values))
