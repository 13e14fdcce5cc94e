"""Single values that a person gives in Python: what is taken, and the line that refuses."""

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hsic_hpo.checks import check_between_0_and_1, check_choice, check_integer, check_number
from hsic_hpo.errors import InputError


@pytest.mark.parametrize("value", [0.5, np.float64(0.5), np.float32(1e-6)])
def test_numbers_of_any_kind_are_taken(value: Any) -> None:
    check_between_0_and_1("x", value)


@pytest.mark.parametrize("value", [3, 4, np.int64(7)])
def test_integers_of_any_kind_are_taken(value: Any) -> None:
    check_integer("x", value, 3)


@pytest.mark.parametrize(
    ("check", "line"),
    [
        (lambda: check_between_0_and_1("x", 0), "x: 0 is not a number above 0 and below 1"),
        (lambda: check_between_0_and_1("x", 1.0), "x: 1.0 is not a number above 0 and below 1"),
        (lambda: check_between_0_and_1("x", "0.5"), "x: '0.5' is not a number above 0 and below 1"),
        (
            lambda: check_between_0_and_1("x", math.nan),
            "x: nan is not a number above 0 and below 1",
        ),
        (lambda: check_number("x", True, "a number", bool), "x: True is not a number"),
        (lambda: check_integer("x", 2, 3), "x: 2 is not an integer of at least 3"),
        (lambda: check_integer("x", 3.0, 3), "x: 3.0 is not an integer of at least 3"),
        (lambda: check_integer("x", True, 0), "x: True is not an integer of at least 0"),
        (
            lambda: check_choice("x", "grup", ("all", "group")),
            "x: 'grup'; allowed: all, group; did you mean 'group'?",
        ),
    ],
)
def test_others_are_refused_in_one_line(check: Callable[[], None], line: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(line)}$"):
        check()
