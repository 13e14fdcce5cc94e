"""Laws that other tools round to steps, as levels with the weights that rounding gives them."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from hsic_hpo.errors import InputError

_MOST_LEVELS = 1000


def rounded_levels(
    low: float, high: float, step: float, below: Callable[[float], float], where: str
) -> dict[str, Any]:
    """Return the definition of a law whose values are rounded to multiples of a step.

    Parameters
    ----------
    low, high
        Ends of the law.
    step
        Its values are the multiples of this that are nearest to those of the law.
    below
        The law's distribution function on [low, high].
    where
        Place named first in the message.

    Raises
    ------
    InputError
        When a step is not above 0, or there are more than 1000 multiples.
    """
    _check_step(step, where)
    first, last = round(low / step), round(high / step)
    if not 0 < last - first <= _MOST_LEVELS:
        raise InputError(
            f"{where}: {last - first + 1} steps of {step:g} from {low:g} to {high:g}; allowed: "
            f"2 to {_MOST_LEVELS + 1}"
        )
    edges = [low, *((i + 0.5) * step for i in range(first, last)), high]
    masses = [float(below(b) - below(a)) for a, b in pairwise(edges)]
    is_whole = float(step).is_integer()
    # Twelve digits: multiples of 0.1 are not exact.
    levels = [
        i * int(step) if is_whole else float(f"{i * step:.12g}") for i in range(first, last + 1)
    ]
    kept = [(level, mass) for level, mass in zip(levels, masses, strict=True) if mass > 0]
    return {
        "type": "integer" if is_whole else "float",
        "levels": [level for level, _ in kept],
        "weights": [mass for _, mass in kept],
    }


def rounded_log(low: float, high: float, step: float, where: str) -> dict[str, Any]:
    """Return the definition of a log-uniform law that is rounded to multiples of a step.

    Raises
    ------
    InputError
        When it is not positive, or has too many steps.
    """
    if low <= 0:
        raise InputError(f"{where}: {low:g} is not positive; a logarithmic scale needs that")
    if step == 1 and low >= 1:
        return {"type": "integer", "range": [round(low), round(high)], "scale": "log"}
    width = math.log(high / low)
    return rounded_levels(low, high, step, lambda x: math.log(max(x, low) / low) / width, where)


def numbers(
    low: float, high: float, step: float | None, *, log: bool, where: str
) -> dict[str, Any]:
    """Return the definition of a range, with or without steps.

    Whole ends and steps make an integer of it only with steps.

    Raises
    ------
    InputError
        When a step is not above 0, and as :func:`rounded_log` does.
    """
    if step is None:
        ends = [float(low), float(high)]
        return {"type": "float", "range": ends, **({"scale": "log"} if log else {})}
    if log:
        return rounded_log(low, high, step, where)
    _check_step(step, where)
    is_whole = float(step).is_integer()
    first, last = round(low / step), round(high / step)
    if is_whole:
        ends = [first * int(step), last * int(step)]
    else:
        ends = [float(f"{i * step:.12g}") for i in (first, last)]
    width = {"step": int(step) if is_whole else step} if step != 1 else {}
    return {"type": "integer" if is_whole else "float", "range": ends, **width}


def _check_step(step: float, where: str) -> None:
    if not step > 0:
        raise InputError(f"{where}: steps of {step:g}; needed: a number above 0")
