"""The scale of a range, linear or logarithmic, and its ends, as values tell them."""

import math
from collections.abc import Callable, Sequence

import numpy as np

_LEAST_RATIO = 10
# An adaptive search crowds later trials; its first ones are spread over the range.
_FIRST = 20
_CLEAR = 5.0
# Logarithms of likelihood ratios; below, the scale is linear.
_LEAST_EVIDENCE = 3.0
_DRIFT = 2.0
_LIKELY_RATIO = 30
# How far beyond the outermost values, in mean distances between neighbours, an end may lie.
_GAPS = 3.0


def is_log(values: Sequence[float], *, integer: bool) -> bool:
    """Tell whether values look as drawn on a logarithmic scale rather than a linear one.

    Parameters
    ----------
    values
        In the order of the trials. They must be positive and spread over a factor of 10; then the
        scale under which they are likelier is taken: of the first 20 where these are clear, or
        where later ones moved to low values, as a search does that found its best ones there.
    integer
        Whether they are whole numbers.
    """
    numbers = np.asarray(values, dtype=float)
    low, high = numbers.min(), numbers.max()
    if low <= 0 or high / low < _LEAST_RATIO:
        return False
    if integer:
        log_density = np.log(np.log1p(1 / numbers) / math.log((high + 1) / low))
        evidence = log_density + math.log(high - low + 1)
    else:
        evidence = math.log((high - low) / math.log(high / low)) - np.log(numbers)
    first = float(evidence[:_FIRST].sum())
    if abs(first) > _CLEAR:
        return first > 0
    if _moved_to_low_values(evidence):
        return first > 0 and high / low >= _LIKELY_RATIO
    return float(evidence.sum()) > _LEAST_EVIDENCE


def _moved_to_low_values(evidence: np.ndarray) -> bool:
    first, later = evidence[:_FIRST], evidence[_FIRST:]
    if len(later) < _FIRST:
        return False
    spread = float(np.sqrt(first.var() / len(first) + later.var() / len(later)))
    return float(later.mean() - first.mean()) > _DRIFT * spread


def rounded_outwards(low: float, high: float, n: int, *, log: bool) -> tuple[float, float]:
    """Return the ends of a range as a person would have written them.

    Parameters
    ----------
    low, high
        The smallest and the largest of the values.
    n
        How many values there are: the ends move outwards by a few of their mean distances at
        most, to the number of the fewest digits.
    log
        Whether distances count on a logarithmic scale.
    """
    if log:
        reach = math.exp(_GAPS * math.log(high / low) / n)
        ends = low / reach, high * reach
        powers = 10.0 ** math.floor(math.log10(low)), 10.0 ** math.ceil(math.log10(high))
        return (
            powers[0] if powers[0] >= ends[0] else _simplest(low, ends[0], math.floor),
            powers[1] if powers[1] <= ends[1] else _simplest(high, ends[1], math.ceil),
        )
    distance = _GAPS * (high - low) / n
    ends = low - distance, high + distance
    return _simplest(low, ends[0], math.floor), _simplest(high, ends[1], math.ceil)


def _simplest(value: float, limit: float, whole: Callable[[float], int]) -> float:
    """Return the number of the fewest digits from a value on, outwards up to a limit."""
    low, high = sorted((value, limit))
    if low <= 0 <= high:
        return 0.0
    unit = math.floor(math.log10(abs(value)))
    for digits in range(17):
        number = float(f"{whole(value * 10.0 ** (digits - unit))}e{unit - digits}")
        if low <= number <= high:
            return number
    return value
