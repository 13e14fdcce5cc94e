"""Numbers as people read them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsic_hpo.digits import rounded, share, told_apart, value_in_words, values_in_words
from hsic_hpo.wording import number, readable


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.99969, "0.99969"),
        (0.9999, "0.9999"),
        (0.9987654, "0.9988"),
        (0.9876543, "0.988"),
        (0.999999, "0.999999"),
        (1.0002, "1.0002"),
        # What sums of decimals leave behind.
        (0.9999999999999999, "1"),
        (1.0, "1"),
        (math.inf, "inf"),
        (math.nan, "nan"),
    ],
)
def test_near_1_the_distance_from_it_counts(value: float, text: str) -> None:
    assert rounded(value) == text


@given(st.floats(allow_nan=False).filter(lambda x: not 0.5 < x < 1.5))
def test_elsewhere_numbers_have_three_digits(value: float) -> None:
    assert rounded(value) == number(value)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=6), st.integers(-12, 6))
def test_six_digits_tell_all_apart_that_differ_in_them(wholes: list[int], power: int) -> None:
    values = [float(f"{whole}e{power}") for whole in wholes if whole < 10**6]
    assert len(set(told_apart(values))) == len(set(values))


def test_three_digits_stay_where_they_are_enough() -> None:
    assert told_apart([0.00123456, 12.345, 6018.0]) == ["0.00123", "12.3", "6020"]
    assert told_apart([0.001, 0.0012, 100.0]) == ["0.001", "0.0012", "100"]
    assert told_apart([]) == []


def test_ends_of_a_narrow_range_are_shown_as_far_apart_as_they_are() -> None:
    assert told_apart([5.00014, 5.00062]) == ["5.0001", "5.0006"]
    assert told_apart([100.0131, 100.0872]) == ["100.01", "100.09"]
    assert told_apart([12341.0, 12348.0]) == ["12341", "12348"]
    assert told_apart([-1e-320, 0.0, math.inf]) == ["-1e-320", "0", "inf"]


def test_values_of_a_hyperparameter() -> None:
    assert value_in_words(0.99969) == "0.99969"
    assert value_in_words({"levels": [0.9, 0.99969, 0.9997]}) == "0.9, 0.99969, 0.9997"
    assert values_in_words([5.0002, "x", 5.0004, True]) == ["5.0002", "x", "5.0004", "true"]
    for other in (True, None, "adam", 12, {"range": [0.999, 0.9999]}, {"type": "boolean"}):
        assert value_in_words(other) == readable(other)


@given(st.integers(0, 10_000), st.integers(1, 10_000), st.integers(0, 1))
def test_only_none_is_0_and_only_all_is_100_percent(some: int, n: int, decimals: int) -> None:
    some = min(some, n)
    text = share(some / n, decimals)
    assert (text == "0 %") == (some == 0)
    assert (text == "100 %") == (some == n)
    assert float(text.removesuffix(" %")) == pytest.approx(100 * some / n, abs=0.501)


def test_shares_up_to_rounding() -> None:
    assert share(np.float64(1 - 1e-12)) == "100 %"
    assert share(0.99996, 1) == "99.996 %"
    assert share(math.nan) == "nan %"
