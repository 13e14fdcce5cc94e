"""Checks of single values that a person gives in Python."""

from collections.abc import Callable, Sequence
from numbers import Integral, Real
from typing import Any

from hsic_hpo.errors import InputError, did_you_mean


def check_number(name: str, value: Any, allowed: str, is_allowed: Callable[[float], bool]) -> None:
    """Check a number.

    Parameters
    ----------
    name
        Named first in the message.
    value
        What was given; a truth value is no number.
    allowed
        What is allowed, in words, such as ``"a number from 0 to 1"``.
    is_allowed
        The same as a test; NaN must fail it.

    Raises
    ------
    InputError
        One line: name, value, what is allowed.
    """
    if isinstance(value, bool) or not isinstance(value, Real) or not is_allowed(float(value)):
        raise InputError(f"{name}: {value!r} is not {allowed}")


def check_between_0_and_1(name: str, value: Any) -> None:
    """Check a number of the open interval (0, 1)."""
    check_number(name, value, "a number above 0 and below 1", lambda given: 0 < given < 1)


def check_integer(name: str, value: Any, minimum: int) -> None:
    """Check an integer of at least ``minimum``."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < minimum:
        raise InputError(f"{name}: {value!r} is not an integer of at least {minimum}")


def check_choice(name: str, value: Any, choices: Sequence[str]) -> None:
    """Check a text that is one of several."""
    if value not in choices:
        raise InputError(
            f"{name}: {value!r}; allowed: {', '.join(choices)}{did_you_mean(value, choices)}"
        )
