"""The map between a hyperparameter and its uniform variable, against closed forms."""

import math
from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from hsic_hpo.spaces.hyperparameter import Continuous, Hyperparameter, Levels, Range

DISCRETE = [
    Hyperparameter("n", "integer", Range(1, 10, integer=True)),
    Hyperparameter("n", "integer", Range(-7, 13, integer=True)),
    Hyperparameter("n", "integer", Range(7, 512, log=True, integer=True)),
    Hyperparameter("n", "integer", Range(1, 2000, log=True, integer=True)),
    Hyperparameter("c", "categorical", Levels(("a", "b", "c"), (0.5, 0.25, 0.25))),
    Hyperparameter("c", "categorical", Levels((8, 0.5, "x", -1), (0.1, 0.2, 0.3, 0.4))),
    Hyperparameter("c", "categorical", Levels(tuple("abcdefg"), (1 / 7,) * 7)),
    Hyperparameter("b", "boolean", Levels((False, True), (0.9, 0.1))),
]
LAWS = [
    Range(0.0, 1.0),
    Range(-3.0, 5.0),
    Range(1e-8, 1e-2, log=True),
    Continuous(stats.truncnorm(-2, 2, loc=0.5, scale=0.1)),
    Continuous(stats.beta(2, 0.5)),
    Continuous(stats.norm(3, 2)),
    Continuous(stats.expon(scale=4)),
    Continuous(stats.cauchy()),
]


@pytest.mark.parametrize("parameter", DISCRETE, ids=repr)
def test_bins_partition_the_unit_interval_in_order(parameter: Hyperparameter) -> None:
    bins = [parameter.interval(level) for level in parameter.levels]
    assert bins[0][0] == 0.0
    assert bins[-1][1] == 1.0
    assert all(before[1] == after[0] for before, after in pairwise(bins))
    assert all(low < high for low, high in bins)


@pytest.mark.parametrize("parameter", DISCRETE, ids=repr)
def test_a_level_comes_from_its_whole_bin_and_only_from_it(parameter: Hyperparameter) -> None:
    for level in parameter.levels:
        low, high = parameter.interval(level)
        last = 1.0 if high == 1.0 else np.nextafter(high, 0.0)
        for u in (low, (low + high) / 2, last):
            assert parameter.value(u) == level
            assert type(parameter.value(u)) is type(level)
        if low > 0.0:
            assert parameter.value(np.nextafter(low, 0.0)) != level
        if high < 1.0:
            assert parameter.value(high) != level


@pytest.mark.parametrize(("low", "high"), [(1, 10), (7, 512), (3, 4), (64, 100_000)])
def test_log_integers_have_the_masses_of_the_floor_of_a_log_uniform(low: int, high: int) -> None:
    law = Range(low, high, log=True, integer=True)
    for k in {low, low + 1, (low + high) // 2, high - 1, high}:
        start, end = law.interval(k)
        mass = math.log1p(1 / k) / math.log((high + 1) / low)
        assert end - start == pytest.approx(mass, rel=1e-9)


def test_linear_integers_have_equal_masses() -> None:
    law = Range(-2, 4, integer=True)
    starts, ends = zip(*(law.interval(k) for k in range(-2, 5)), strict=True)
    np.testing.assert_allclose(starts, np.arange(7) / 7, atol=1e-15)
    np.testing.assert_allclose(ends, np.arange(1, 8) / 7, atol=1e-15)


@pytest.mark.parametrize(
    "law",
    [
        Range(0, 2**32 - 1, integer=True),
        Range(-(10**12), 10**12, integer=True),
        Range(10**12 - 5, 10**12, integer=True),
        Range(1, 2**32, log=True, integer=True),
        Range(1, 10**12, log=True, integer=True),
    ],
    ids=repr,
)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_every_large_integer_comes_from_its_bin(law: Range, data: st.DataObject) -> None:
    parameter = Hyperparameter("n", "integer", law)
    ends = st.sampled_from([law.low, law.high])
    value = data.draw(st.integers(int(law.low), int(law.high)) | ends)
    low, high = parameter.interval(value)
    assert low < high
    assert parameter.value(low) == value
    assert parameter.value((low + high) / 2) == value
    assert high == 1.0 or parameter.value(high) == value + 1


@pytest.mark.parametrize("law", LAWS, ids=range(len(LAWS)))
def test_distribution_function_inverts_the_quantiles(law: Any) -> None:
    parameter = Hyperparameter("x", "float", law)
    for u in (1e-6, 0.01, 0.3, 0.5, 0.77, 0.999):
        low, high = parameter.interval(parameter.value(u))
        assert low == high == pytest.approx(u, rel=1e-9)


@pytest.mark.parametrize(
    ("law", "quantile"),
    [
        (Range(-3.0, 5.0), lambda u: -3 + 8 * u),
        (Range(1e-8, 1e-2, log=True), lambda u: 10 ** (-8 + 6 * u)),
        (Continuous(stats.expon(scale=4)), lambda u: -4 * np.log1p(-u)),
        (Continuous(stats.cauchy()), lambda u: np.tan(np.pi * (u - 0.5))),
    ],
    ids=["linear", "log", "exponential", "Cauchy"],
)
def test_quantiles_in_closed_form(law: Any, quantile: Any) -> None:
    u = np.linspace(0.001, 0.999, 101)
    values = Hyperparameter("x", "float", law).values(u)
    np.testing.assert_allclose(values, quantile(u), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("law", LAWS[:3], ids=repr)
def test_the_ends_of_a_range_are_its_values_at_0_and_1(law: Range) -> None:
    assert law.values(np.array([0.0, 1.0])).tolist() == [law.low, law.high]


def test_unbounded_distributions_reach_infinity_only_at_the_ends() -> None:
    normal = Hyperparameter("x", "float", Continuous(stats.norm()))
    assert [normal.value(0.0), normal.value(0.5), normal.value(1.0)] == [-math.inf, 0.0, math.inf]
    assert np.isfinite(normal.values(np.array([2.0**-53, 1 - 2.0**-53]))).all()
    assert normal.contains(-1e9)
    assert not Hyperparameter("x", "float", Continuous(stats.expon())).contains(-1e-9)


@pytest.mark.parametrize("law", [*(p.law for p in DISCRETE[:4]), *LAWS[:3]], ids=repr)
@settings(deadline=None, max_examples=60)
@given(draws=st.lists(st.integers(0, 2**53), min_size=2, max_size=20))
def test_larger_u_never_gives_a_smaller_number(law: Range, draws: list[int]) -> None:
    values = law.values(np.sort(draws) / 2**53)
    rounding = 0.0 if law.integer else 1e-15 * np.abs(values[1:])
    assert (np.diff(values) >= -rounding).all()
    assert all(law.contains(value) for value in values)


@pytest.mark.parametrize("parameter", DISCRETE, ids=repr)
def test_frequencies_follow_the_probabilities(parameter: Hyperparameter) -> None:
    n = 50_000
    values = parameter.scalars(np.random.default_rng(11).random(n))
    masses = np.array([np.diff(parameter.interval(level))[0] for level in parameter.levels])
    counts = Counter(values)
    observed = np.array([counts[level] for level in parameter.levels])
    # Rare levels are taken together, as the chi-square approximation asks.
    rare = masses * n < 10
    observed = np.append(observed[~rare], observed[rare].sum())
    expected = np.append(masses[~rare], masses[rare].sum()) * n
    keep = expected > 0
    assert stats.chisquare(observed[keep], expected[keep]).pvalue > 1e-3


def test_weights_are_the_masses_of_the_bins() -> None:
    law = Levels(("a", "b", "c"), (0.2, 0.5, 0.3))
    assert law.interval("a") == (0.0, 0.2)
    assert law.interval("b") == (0.2, 0.7)
    assert law.interval("c") == (0.7, 1.0)


def test_levels_that_do_not_sum_to_one_by_rounding_still_end_at_one() -> None:
    law = Levels(tuple(range(10)), (0.1,) * 10)
    assert law.interval(9)[1] == 1.0
    assert law.values(np.array([1.0])).tolist() == [9]


@pytest.mark.parametrize(
    ("law", "inside", "outside"),
    [
        (Range(1, 10, integer=True), [1, 10, 3.0, np.int64(4)], [0, 11, 2.5, True, "3", None]),
        (Range(0.0, 1.0), [0, 0.5, 1, np.float32(0.5)], [-0.1, 1.1, math.nan, False, "0.5"]),
        (Levels((False, True), (0.5, 0.5)), [True, False], [0, 1, "true", None]),
        (Levels((0, 1, "a"), (0.3, 0.3, 0.4)), [0, 1.0, "a"], [True, False, "0", 2, ["a"]]),
        (Continuous(stats.norm()), [0, -1e9], ["0", True, math.nan, None]),
    ],
    ids=["integer", "float", "boolean", "categorical", "distribution"],
)
def test_what_can_occur(law: Any, inside: list, outside: list) -> None:
    assert [value for value in inside if not law.contains(value)] == []
    assert [value for value in outside if law.contains(value)] == []


def test_values_are_plain_python() -> None:
    float_, integer = Range(0.0, 1.0), Range(1, 9, log=True, integer=True)
    assert type(Hyperparameter("x", "float", float_).value(0.3)) is float
    assert type(Hyperparameter("n", "integer", integer).value(0.3)) is int
    assert type(DISCRETE[-1].value(0.3)) is bool
    assert Hyperparameter("n", "integer", integer).scalars([]) == []


def test_kinds() -> None:
    assert all(parameter.is_discrete for parameter in DISCRETE)
    continuous = Hyperparameter("x", "float", Range(0.0, 1.0))
    assert not continuous.is_discrete
    assert continuous.levels == ()
    assert DISCRETE[0].levels == range(1, 11)
