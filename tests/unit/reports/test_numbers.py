"""Numbers of a page have the digits that they deserve."""

import math

import pytest

from hsic_hpo.reports.numbers import factor, quantity, with_spread


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7.0, "7"),
        (999.4, "999"),
        (11_264.0, "11\u202f300"),
        (999_499.0, "999\u202f000"),
        (999_600.0, "1 million"),
        (1_809_594.0, "1.81 million"),
        (1.58e14, "158 trillion"),
        (0.0123, "0.0123"),
        (math.inf, "inf"),
    ],
)
def test_quantities_have_three_digits_and_words_from_a_million(value: float, text: str) -> None:
    assert quantity(value) == text


@pytest.mark.parametrize(
    ("mean", "deviation", "text"),
    [
        (0.007482, 0.00026, "0.0075 ± 0.0003"),
        (0.012, 0.00012, "0.01200 ± 0.00012"),
        (1.9, 0.144, "1.90 ± 0.14"),
        (1.91, math.nan, "1.91"),
        (3.0e-7, 2e-8, "3e-07 ± 2e-08"),
    ],
)
def test_means_end_where_their_deviation_starts(mean: float, deviation: float, text: str) -> None:
    assert with_spread(mean, deviation) == text


def test_factors_have_two_digits() -> None:
    assert [factor(value) for value in (1.234, 9.99, 160.66)] == ["×1.2", "×10", "×160"]
