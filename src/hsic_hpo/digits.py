"""Numbers as people read them: rounded, but never to what they are not."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from hsic_hpo.wording import number, percent, readable

# Of all numbers; more only where fewer would say something else. Beyond the most, digits that sums
# of decimals leave behind would show: 0.1 + 0.7 is 0.7999999999999999.
_LEAST, _MOST = 3, 6
_MILLION = 1e6
# Shares nearer to none or all than this differ from them by rounding alone.
_ROUNDING = 1e-9


def significant_digits(value: float, least: int = _LEAST) -> int:
    """Return how many digits a number needs.

    A decay rate or a momentum counts by its distance from 1, which is the reciprocal of how many
    steps it remembers: two digits of that are kept, up to six of the number.
    """
    distance = abs(1 - value)
    if not 0 < distance < 0.5:
        return least
    return max(least, min(_MOST, 1 - math.floor(math.log10(distance))))


def rounded(value: float) -> str:
    """Return a number to three significant digits, near 1 to as many as its distance from 1 needs.

    Examples
    --------
    >>> rounded(0.0123456), rounded(0.99969), rounded(1.0)
    ('0.0123', '0.99969', '1')
    """
    return _to_digits(value, significant_digits(value))


def told_apart(values: Sequence[float]) -> list[str]:
    """Return numbers that stand beside each other, rounded so that they look as far apart.

    Parameters
    ----------
    values
        In any order.

    Returns
    -------
    list of str
        As :func:`rounded`, with more digits, up to six, where the last of them would be worth more
        than two of the numbers differ by.

    Examples
    --------
    >>> told_apart([5.0002, 5.0004, 5.0004])
    ['5.0002', '5.0004', '5.0004']
    """
    neighbours = list(pairwise(sorted({value for value in values if math.isfinite(value)})))
    enough = (
        digits
        for digits in range(_LEAST, _MOST)
        if all(_resolved(low, high, digits) for low, high in neighbours)
    )
    digits = next(enough, _MOST)
    return [_to_digits(value, significant_digits(value, digits)) for value in values]


def value_in_words(choice: Any) -> str:
    """Return a value of a hyperparameter, or what of its values is chosen, for a reader.

    Parameters
    ----------
    choice
        A value, or a definition as :func:`hsic_hpo.wording.readable` takes it.
    """
    if isinstance(choice, float):
        return rounded(choice)
    if isinstance(choice, Mapping) and "levels" in choice:
        return ", ".join(values_in_words(choice["levels"]))
    return readable(choice)


def values_in_words(values: Sequence[Any]) -> list[str]:
    """Return values of one hyperparameter for a reader, different numbers in different words."""
    numbers = iter(told_apart([value for value in values if isinstance(value, float)]))
    return [next(numbers) if isinstance(one, float) else readable(one) for one in values]


def share(part: float, decimals: int = 0) -> str:
    """Return a part of all as a percentage that is 0 % of none and 100 % of all alone.

    Parameters
    ----------
    part
        In [0, 1].
    decimals
        Of the percentage; as many more, up to four, as it needs to differ from none and from all.

    Examples
    --------
    >>> share(0.123), share(999 / 1000), share(1 / 1000), share(1.0)
    ('12 %', '99.9 %', '0.1 %', '100 %')
    """
    for places in range(2 + decimals, 2 + _MOST - 1):
        shown = round(part, places)
        if not any(shown == end and abs(part - end) > _ROUNDING for end in (0, 1)):
            break
    return percent(shown)


def _resolved(low: float, high: float, digits: int) -> bool:
    """Tell whether the last digit of two numbers is worth no more than what they differ by."""
    exponent = math.floor(math.log10(max(abs(low), abs(high))))
    last = 10.0 ** (exponent - digits + 1)
    # Differences of decimals are rarely exact.
    return last <= high - low or math.isclose(last, high - low, rel_tol=1e-6)


def _to_digits(value: float, digits: int) -> str:
    if digits == _LEAST:
        return number(value)
    text = f"{value:.{digits}g}"
    return f"{float(text):.0f}" if "e+0" in text and abs(value) < _MILLION else text
