import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dense_hsic import bin_kernel, gaussian, interval_kernel, order_free_levels, uniform_mean
from hsic_hpo.errors import InputError
from hsic_hpo.indices.categorical_kernel import order_free_kernel
from hsic_hpo.indices.features import Categories, Features, Intervals, Points, as_columns
from hsic_hpo.indices.gaussian_kernel import (
    MEDIAN_BANDWIDTH,
    TOLERANCE,
    a_priori_degree,
    coefficients,
    factor,
    polynomial_means,
    polynomials,
    uniform_eigenvalues,
)

BANDWIDTHS = [0.02, 0.1, MEDIAN_BANDWIDTH, 1.0, 5.0]


def _uncentred(column, sigma):
    features = Features([column], [sigma])
    return features.block(slice(0, features.n)) + features.mean[:, None]


def _points_and_ends(seed=0, n=200):
    return np.concatenate([[0.0, 1.0, 0.5], np.random.default_rng(seed).random(n)])


@pytest.mark.parametrize("sigma", [0.005, *BANDWIDTHS, 50.0])
def test_features_reproduce_the_gaussian_kernel_everywhere(sigma):
    u = _points_and_ends()
    phi = _uncentred(Points(u), sigma)
    np.testing.assert_allclose(phi.T @ phi, gaussian(u, sigma), rtol=0, atol=3 * TOLERANCE)


@pytest.mark.parametrize("sigma", BANDWIDTHS)
@pytest.mark.parametrize("tolerance", [1e-3, 1e-8])
def test_the_a_priori_degree_is_rigorous_and_not_wasteful(sigma, tolerance):
    degree = a_priori_degree(sigma, tolerance)
    nodes = (1 + np.cos(np.pi * np.arange(degree + 1) / degree)) / 2
    u = _points_and_ends()
    # Interpolation by a linear solve, independent of the discrete cosine transform of the package.
    basis = np.linalg.solve(polynomials(nodes, degree).T, np.eye(degree + 1)).T @ polynomials(
        u, degree
    )
    interpolated = basis.T @ np.exp(-((nodes[:, None] - nodes) ** 2) / (2 * sigma**2)) @ basis
    assert np.abs(interpolated - gaussian(u, sigma)).max() <= tolerance
    assert degree <= 1.25 * len(coefficients(sigma)) + 2


def test_fewer_features_serve_a_wider_kernel():
    ranks = [factor(sigma)[0].shape[1] for sigma in BANDWIDTHS]
    assert ranks == sorted(ranks, reverse=True)
    assert factor(MEDIAN_BANDWIDTH)[0].shape[1] <= 16


@pytest.mark.parametrize("sigma", BANDWIDTHS)
def test_the_mean_feature_is_exact_under_the_uniform_law(sigma):
    u = _points_and_ends()
    features = Features([Points(u)], [sigma])
    given_back = (features.block(slice(0, len(u))) + features.mean[:, None]).T @ features.mean
    np.testing.assert_allclose(given_back, uniform_mean(u, sigma), rtol=0, atol=1e-12)


def test_polynomial_means_are_those_of_the_uniform_law():
    nodes, weights = np.polynomial.legendre.leggauss(40)
    quadrature = polynomials((nodes + 1) / 2, 60) @ weights / 2
    np.testing.assert_allclose(polynomial_means(60), quadrature, rtol=0, atol=1e-13)


@pytest.mark.parametrize("sigma", BANDWIDTHS)
def test_uniform_eigenvalues_are_those_of_the_integral_operator(sigma):
    values = uniform_eigenvalues(sigma)
    overall = bin_kernel(0.0, 1.0, 0.0, 1.0, sigma)
    assert values.sum() == pytest.approx(1 - overall, abs=1e-12)
    u = (np.arange(1500) + 0.5) / 1500
    kernel = gaussian(u, sigma)
    kernel -= kernel.mean(axis=0)
    kernel -= kernel.mean(axis=1, keepdims=True)
    nystrom = np.linalg.eigvalsh(kernel / len(u))[::-1]
    np.testing.assert_allclose(values[:3], nystrom[:3], rtol=1e-5)


def test_the_median_bandwidth_has_the_known_mean_kernel():
    assert 1 - uniform_eigenvalues(MEDIAN_BANDWIDTH).sum() == pytest.approx(0.562637, abs=5e-7)


@pytest.mark.parametrize("sigma", BANDWIDTHS)
def test_interval_features_are_the_exact_bin_means(sigma):
    rng = np.random.default_rng(1)
    low = 0.5 * rng.random(60)
    # Wide enough for the closed form of the reference not to lose digits to cancellation.
    high = low + 0.2 + 0.3 * rng.random(60)
    phi = _uncentred(Intervals(low, high), sigma)
    np.testing.assert_allclose(phi.T @ phi, interval_kernel(low, high, sigma), rtol=0, atol=2e-12)


def test_narrow_and_empty_intervals_are_points():
    u = _points_and_ends()[2:]
    exact = _uncentred(Points(u), 0.1)
    np.testing.assert_allclose(_uncentred(Intervals(u, u), 0.1), exact, rtol=0, atol=1e-13)
    narrow = _uncentred(Intervals(u, np.minimum(u + 1e-14, 1)), 0.1)
    np.testing.assert_allclose(narrow, exact, rtol=0, atol=1e-12)


@pytest.mark.parametrize("sigma", BANDWIDTHS)
@pytest.mark.parametrize("weights", [[1], [1, 3], [1, 1, 1, 1], [2, 1, 1, 3], [0.1, 0.2, 0.3, 0.4]])
def test_the_order_free_kernel_is_the_mean_over_all_orders(weights, sigma):
    np.testing.assert_allclose(
        order_free_kernel(np.array(weights), sigma), order_free_levels(weights, sigma), atol=2e-12
    )


@pytest.mark.parametrize("sigma", BANDWIDTHS)
def test_level_features_reproduce_the_order_free_kernel(sigma):
    weights = np.array([2.0, 1.0, 1.0, 3.0])
    index = np.arange(4)
    phi = _uncentred(Categories(index, weights), sigma)
    np.testing.assert_allclose(phi.T @ phi, order_free_levels(weights, sigma), atol=2e-12)
    centred = Features([Categories(index, weights)], [sigma]).block(slice(0, 4))
    np.testing.assert_allclose(centred @ weights, 0.0, atol=1e-12)


@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=7), st.randoms(use_true_random=False))
def test_relabelling_the_levels_permutes_the_order_free_kernel(weights, random):
    order = list(range(len(weights)))
    random.shuffle(order)
    kernel = order_free_kernel(np.array(weights), MEDIAN_BANDWIDTH)
    relabelled = order_free_kernel(np.array(weights)[order], MEDIAN_BANDWIDTH)
    np.testing.assert_allclose(relabelled, kernel[np.ix_(order, order)], atol=1e-13)


def test_many_levels_of_one_weight_cost_nothing_and_are_alike():
    kernel = order_free_kernel(np.ones(40), MEDIAN_BANDWIDTH)
    off_diagonal = kernel[~np.eye(40, dtype=bool)]
    assert np.ptp(off_diagonal) < 1e-15
    bins = np.linspace(0, 1, 41)
    ordered = interval_kernel(bins[:-1], bins[1:], MEDIAN_BANDWIDTH)
    assert off_diagonal[0] == pytest.approx(ordered[~np.eye(40, dtype=bool)].mean(), abs=1e-12)


def test_blocks_of_rows_add_up_to_the_whole():
    rng = np.random.default_rng(2)
    n = 20_000
    low = rng.integers(0, 5, n) / 5
    columns = [
        Points(rng.random(n)),
        Intervals(low, low + 0.2),
        Categories(rng.integers(0, 3, n), np.ones(3)),
        Points(rng.random(n)),
    ]
    features = Features(columns, [0.1, 0.3, 0.3, 1.0])
    assert features.block_rows < n
    joined = np.concatenate([block for _, block in features.blocks()], axis=1)
    np.testing.assert_allclose(joined, features.block(slice(0, n)), atol=1e-14)
    for i, (column, sigma) in enumerate(zip(columns, [0.1, 0.3, 0.3, 1.0], strict=True)):
        alone = Features([column], [sigma]).block(slice(0, n))
        np.testing.assert_allclose(
            joined[features.starts[i] : features.starts[i + 1]], alone, atol=1e-13
        )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Points([0.1, np.nan]), "u: value 1 is nan"),
        (lambda: Points([0.1, 0.2, 1.5]), "u: value 2 is 1.5; it must be within"),
        (lambda: Points(np.zeros((2, 2))), "u: 2 dimensions"),
        (lambda: Intervals([0.5], [0.4]), "interval 0 is"),
        (lambda: Intervals([0.5], [0.6, 0.7]), "1 and 2 values"),
        (lambda: Categories([0, 3], [1, 1, 1]), "3 levels allow 0 to 2"),
        (lambda: Categories([0.5], [1, 1]), "integers"),
        (lambda: Categories([0], [1, 0]), "one positive number a level"),
        (lambda: as_columns(np.zeros((5, 1, 1))), r"shape \(5, 1, 1\)"),
        (lambda: as_columns([Points([0.1]), Points([0.1, 0.2])]), r"\[1, 2\] trials"),
    ],
)
def test_bad_input_is_named(make, message):
    with pytest.raises(InputError, match=message):
        make()
