"""Indices of many goals at once, against those of one goal and against sums over all pairs."""

import numpy as np
import pytest

from hsic_hpo.indices.drawn_goals import drawn_indices
from hsic_hpo.indices.features import Categories, Features, Points
from hsic_hpo.indices.gaussian_kernel import MEDIAN_BANDWIDTH
from hsic_hpo.indices.hsic import hsic, joint_hsic, pure_interaction

N = 60
RNG = np.random.default_rng(0)
COLUMNS = (
    Points(RNG.random(N)),
    Points(RNG.random(N)),
    Categories(RNG.integers(0, 3, N), np.array([1.0, 2.0, 1.0])),
)
GOALS = np.stack([COLUMNS[0].u < 0.3, RNG.random(N) < 0.2, COLUMNS[1].u * COLUMNS[0].u < 0.1])


def test_every_goal_has_the_indices_that_it_has_alone() -> None:
    found = drawn_indices(COLUMNS, GOALS, "median", pairs=True)
    off = ~np.eye(len(COLUMNS), dtype=bool)
    for k, goal in enumerate(GOALS):
        np.testing.assert_allclose(found.hsic[k], hsic(COLUMNS, goal), atol=1e-14)
        np.testing.assert_allclose(
            found.hsic_unbiased[k], hsic(COLUMNS, goal, unbiased=True), atol=1e-14
        )
        np.testing.assert_allclose(
            found.r2_hsic[k], hsic(COLUMNS, goal, normalised=True), atol=1e-12
        )
        np.testing.assert_allclose(
            found.pure_interaction[k][off], pure_interaction(COLUMNS, goal)[off], atol=1e-14
        )
        np.testing.assert_allclose(
            found.joint_hsic[k][off], joint_hsic(COLUMNS, goal)[off], atol=1e-14
        )


def test_the_unbiased_interaction_is_the_u_statistic_of_the_product_of_centred_kernels() -> None:
    found = drawn_indices(COLUMNS, GOALS, "median", pairs=True).pure_unbiased
    features = Features(COLUMNS, [MEDIAN_BANDWIDTH] * len(COLUMNS))
    phi = np.split(features.block(slice(0, N)), features.starts[1:-1])
    kernels = [part.T @ part for part in phi]
    for k, goal in enumerate(GOALS):
        for i, j in ((0, 1), (0, 2), (1, 2)):
            expected = _u_statistic(kernels[i] * kernels[j], np.outer(goal, goal).astype(float))
            np.testing.assert_allclose(found[k, i, j], expected, atol=1e-14)
            assert found[k, j, i] == pytest.approx(found[k, i, j], abs=1e-18)


def _u_statistic(kernel: np.ndarray, other: np.ndarray) -> float:
    """Equation 5 of Song et al. (2012), as it is printed."""
    n = len(kernel)
    k, z = kernel - np.diag(np.diag(kernel)), other - np.diag(np.diag(other))
    ones = np.ones(n)
    total = np.trace(k @ z) + (ones @ k @ ones) * (ones @ z @ ones) / ((n - 1) * (n - 2))
    return float((total - 2 / (n - 2) * ones @ k @ z @ ones) / (n * (n - 3)))


def test_a_goal_of_no_points_or_of_all_has_no_index() -> None:
    goals = np.stack([np.zeros(N, dtype=bool), np.ones(N, dtype=bool), GOALS[0]])
    found = drawn_indices(COLUMNS, goals, "median", pairs=True)
    assert np.isnan(found.hsic[:2]).all()
    assert np.isnan(found.pure_unbiased[:2]).all()
    assert np.isfinite(found.hsic[2]).all()


def test_without_pairs_there_are_none() -> None:
    found = drawn_indices(COLUMNS, GOALS, 0.2, pairs=False)
    assert np.isfinite(found.hsic).all()
    assert np.isnan(found.joint_hsic).all()
