"""Invariants of the kernel between levels; its values are tested with the other kernels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dense_hsic import interval_kernel, uniform_overall
from hsic_hpo.indices.categorical_kernel import order_free_kernel
from hsic_hpo.indices.gaussian_kernel import MEDIAN_BANDWIDTH

WEIGHTS = st.lists(st.floats(0.05, 1), min_size=1, max_size=8)
BANDWIDTH = st.sampled_from([0.05, MEDIAN_BANDWIDTH, 1.0])


@given(WEIGHTS, BANDWIDTH)
def test_it_is_symmetric_and_positive_semi_definite(weights: list[float], sigma: float) -> None:
    kernel = order_free_kernel(np.array(weights), sigma)
    np.testing.assert_array_equal(kernel, kernel.T)
    assert np.linalg.eigvalsh(kernel).min() > -1e-13
    assert kernel.max() <= 1 + 1e-13


@given(WEIGHTS, BANDWIDTH)
def test_its_mean_is_that_of_the_gaussian_kernel(weights: list[float], sigma: float) -> None:
    """In every order the bins fill [0, 1], so that the mean is E k(U, U') whatever the weights."""
    shares = np.array(weights) / sum(weights)
    mean = shares @ order_free_kernel(np.array(weights), sigma) @ shares
    assert mean == pytest.approx(uniform_overall(sigma), abs=1e-12)


@given(WEIGHTS, st.floats(1e-3, 1e3))
def test_only_ratios_of_weights_count(weights: list[float], factor: float) -> None:
    np.testing.assert_allclose(
        order_free_kernel(factor * np.array(weights), MEDIAN_BANDWIDTH),
        order_free_kernel(np.array(weights), MEDIAN_BANDWIDTH),
        atol=1e-12,
    )


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5])
def test_two_levels_have_one_order_up_to_reflection(share: float) -> None:
    ends = np.array([0.0, share, 1.0])
    np.testing.assert_allclose(
        order_free_kernel(np.array([share, 1 - share]), 0.2),
        interval_kernel(ends[:-1], ends[1:], 0.2),
        atol=1e-12,
    )


def test_a_rare_level_is_nearer_to_itself_than_a_frequent_one() -> None:
    kernel = order_free_kernel(np.array([1.0, 10.0]), MEDIAN_BANDWIDTH)
    assert kernel[0, 0] > kernel[1, 1] > kernel[0, 1]
