"""Scales and ends of ranges are those that the values were drawn from."""

import numpy as np
import pytest

from hsic_hpo.interop.scales import is_log, rounded_outwards


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("low", "high"), [(1e-5, 0.1), (0.01, 1), (1, 1000)])
def test_scales_are_told_apart(seed: int, low: float, high: float) -> None:
    u = np.random.default_rng(seed).random(100)
    linear, log = low + (high - low) * u, low * (high / low) ** u
    assert not is_log(linear.tolist(), integer=False)
    assert is_log(log.tolist(), integer=False)
    if high > 1:
        assert not is_log(np.floor(linear).tolist(), integer=True)
        assert is_log(np.floor(log).tolist(), integer=True)


def test_narrow_or_not_positive_values_are_linear() -> None:
    assert not is_log([1, 2, 4, 8], integer=True)
    assert not is_log([0, 1e-5, 1e-3, 0.1], integer=False)


@pytest.mark.parametrize(
    ("low", "high", "log", "expected"),
    [
        (1.07e-5, 0.0983, True, (1e-5, 0.1)),
        (0.0031, 0.897, False, (0.0, 0.9)),
        (-2.98, 7.47, False, (-3.0, 7.5)),
        (0.1, 0.9, False, (0.1, 0.9)),
        (1.2345, 1.2346, False, (1.2345, 1.2346)),
        (0.0012, 770.0, True, (0.001, 1000.0)),
    ],
)
def test_ends_are_rounded_outwards(
    low: float, high: float, log: bool, expected: tuple[float, float]
) -> None:
    assert rounded_outwards(low, high, 100, log=log) == expected


@pytest.mark.parametrize("seed", range(20))
def test_no_value_is_outside_of_the_rounded_ends(seed: int) -> None:
    values = np.random.default_rng(seed).normal(0, 10.0 ** (seed - 10), 50)
    low, high = rounded_outwards(values.min(), values.max(), 50, log=False)
    assert low <= values.min() <= values.max() <= high
    assert high - low <= np.ptp(values) * (1 + 6.1 / 50)


@pytest.mark.parametrize(
    ("low", "high", "least"), [(1e-4, 1, 0.999), (0.1, 10, 0.99), (1, 30, 0.95)]
)
@pytest.mark.parametrize("n", [60, 150])
def test_scales_of_random_trials_are_told_apart_nearly_always(
    low: float, high: float, least: float, n: int
) -> None:
    rng = np.random.default_rng(0)
    ends = np.log([low, high])
    log = [is_log(np.exp(rng.uniform(*ends, n)).tolist(), integer=False) for _ in range(1000)]
    linear = [is_log(rng.uniform(low, high, n).tolist(), integer=False) for _ in range(1000)]
    assert np.mean(log) >= least
    assert np.mean(linear) <= 0.005
