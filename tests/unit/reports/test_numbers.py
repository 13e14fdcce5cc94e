"""Numbers of a page have the digits that they deserve."""

import math

import pytest

from hsic_hpo.reports.configuration_text import in_words
from hsic_hpo.reports.in_short import Matters, shares
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
        (312.4, 25.0, "312 ± 25"),
        (12_345.0, 270.0, "12345 ± 270"),
        (1.234e7, 3e5, "1.23e+07 ± 3e+05"),
    ],
)
def test_means_end_where_their_deviation_starts(mean: float, deviation: float, text: str) -> None:
    assert with_spread(mean, deviation) == text


def test_factors_have_two_digits() -> None:
    assert [factor(value) for value in (1.234, 9.99, 160.66)] == ["×1.2", "×10", "×160"]


def test_values_near_1_are_not_called_1_wherever_a_configuration_is_shown() -> None:
    configuration = {"beta2": 0.99969, "lr": 0.00123456, "nesterov": True, "opt": "sgd"}
    words = {"beta2": "0.99969", "lr": "0.00123", "nesterov": "true", "opt": "sgd"}
    assert in_words(configuration) == words


def test_what_is_not_all_is_not_100_percent_and_what_is_not_none_not_0() -> None:
    matters = Matters("opt", "", "adam", 999 / 1000, 1 / 1000, "")
    assert matters.shares == ("99.9 %", "0.1 %")
    assert shares(1.0, 0.004) == "100 % of the best, 0.4 % of all"
