"""The polynomials and factors behind the Gaussian kernel; the kernels' tests cover its values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsic_hpo.indices.gaussian_kernel import (
    MEDIAN_BANDWIDTH,
    MIN_BANDWIDTH,
    TOLERANCE,
    a_priori_degree,
    coefficients,
    factor,
    polynomials,
    uniform_eigenvalues,
)

BANDWIDTHS = [MIN_BANDWIDTH, 0.05, MEDIAN_BANDWIDTH, 2.0]


def test_the_median_bandwidth_halves_the_distances_of_uniform_draws() -> None:
    # P(|U - U'| <= t) = 1 - (1 - t)**2
    within = 1 - (1 - MEDIAN_BANDWIDTH) ** 2
    assert within == pytest.approx(0.5, abs=1e-15)


@given(st.floats(0, 1), st.integers(1, 200))
def test_polynomials_are_cosines_of_multiples(u: float, degree: int) -> None:
    angle = np.arccos(np.clip(2 * u - 1, -1, 1))
    expected = np.cos(np.arange(degree + 1) * angle)
    # Near the ends the angle is known to the square root of the rounding only.
    found = polynomials(np.array([u]), degree)[:, 0]
    np.testing.assert_allclose(found, expected, atol=3e-6)
    assert np.abs(found).max() <= 1 + 1e-11


def test_polynomials_keep_the_shape_of_the_points() -> None:
    u = np.random.default_rng(0).random((3, 4))
    values = polynomials(u, 5)
    assert values.shape == (6, 3, 4)
    np.testing.assert_array_equal(values[:, 1, 2], polynomials(u[1], 5)[:, 2])


@given(st.floats(MIN_BANDWIDTH, 10), st.floats(1, 10), st.floats(1e-14, 1e-1))
def test_wider_kernels_and_coarser_tolerances_need_no_higher_degree(
    bandwidth: float, wider: float, tolerance: float
) -> None:
    degree = a_priori_degree(bandwidth, tolerance)
    assert a_priori_degree(bandwidth * wider, tolerance) <= degree
    assert a_priori_degree(bandwidth, min(0.5, tolerance * wider)) <= degree


@pytest.mark.parametrize("bandwidth", BANDWIDTHS)
def test_coefficients_are_symmetric_and_give_the_kernel(bandwidth: float) -> None:
    matrix = coefficients(bandwidth)
    np.testing.assert_array_equal(matrix, matrix.T)
    u = np.random.default_rng(1).random(100)
    basis = polynomials(u, len(matrix) - 1)
    kernel = np.exp(-((u[:, None] - u) ** 2) / (2 * bandwidth**2))
    np.testing.assert_allclose(basis.T @ matrix @ basis, kernel, atol=10 * TOLERANCE)


@pytest.mark.parametrize("bandwidth", BANDWIDTHS)
def test_features_are_centred_under_the_uniform_law(bandwidth: float) -> None:
    projection, mean = factor(bandwidth)
    nodes, weights = np.polynomial.legendre.leggauss(len(projection))
    centred = projection.T @ polynomials((nodes + 1) / 2, len(projection) - 1)
    np.testing.assert_allclose(centred @ weights, 0.0, atol=1e-12)
    assert projection.shape[1] == len(mean) <= len(projection)


@pytest.mark.parametrize("bandwidth", BANDWIDTHS)
def test_eigenvalues_decrease_to_nought(bandwidth: float) -> None:
    values = uniform_eigenvalues(bandwidth)
    assert (np.diff(values) <= 0).all()
    assert values[-1] >= 0
    assert 0 < values.sum() < 1


def test_what_is_remembered_cannot_be_changed() -> None:
    for array in (coefficients(0.3), *factor(0.3), uniform_eigenvalues(0.3)):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0.0
