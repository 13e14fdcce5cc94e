"""Resampled indices: batches, edge cases and what they spread around."""

import numpy as np
import pytest

from hsic_hpo.indices import bootstrap
from hsic_hpo.indices.bootstrap import resampled_indices
from hsic_hpo.indices.features import Categories, Column, Features, Points
from hsic_hpo.indices.gaussian_kernel import MEDIAN_BANDWIDTH
from hsic_hpo.indices.hsic import hsic


def columns(n: int) -> list[Column]:
    rng = np.random.default_rng(0)
    return [Points(rng.random(n)), Categories(rng.integers(0, 3, n), np.array([1.0, 2.0, 1.0]))]


def features(n: int) -> Features:
    return Features(columns(n), [MEDIAN_BANDWIDTH] * 2)


def resampled(of: Features, z: np.ndarray, count: int, seed: int = 1) -> np.ndarray:
    return resampled_indices(of, z, np.random.default_rng(seed), count)


@pytest.mark.parametrize("rows", [1, 3, 7, 100])
def test_batches_change_nothing(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    of, z = features(50), np.arange(50) < 12
    whole = resampled(of, z, 7)
    monkeypatch.setattr(bootstrap, "_BATCH_BYTES", 8 * 50 * rows)
    np.testing.assert_allclose(resampled(of, z, 7), whole, atol=1e-16)
    assert whole.shape == (7, 2)


def test_columns_do_not_touch_each_other() -> None:
    z = np.arange(60) % 5 == 0
    found = resampled(features(60), z, 5)
    for i, column in enumerate(columns(60)):
        alone = resampled(Features([column], [MEDIAN_BANDWIDTH]), z, 5)
        np.testing.assert_allclose(found[:, [i]], alone, atol=1e-16)


@pytest.mark.parametrize("reached", [True, False])
def test_a_goal_that_all_or_none_reach_has_no_index(reached: bool) -> None:
    found = resampled(features(40), np.full(40, reached), 5)
    np.testing.assert_allclose(found, 0.0, atol=1e-16)


def test_reaching_and_missing_a_goal_are_the_same() -> None:
    of, z = features(40), np.arange(40) < 9
    np.testing.assert_allclose(resampled(of, z, 5), resampled(of, ~z, 5), atol=1e-15)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("matters", [True, False])
def test_resamples_spread_around_the_index_without_its_bias(seed: int, matters: bool) -> None:
    rng = np.random.default_rng(seed)
    u = rng.random((60, 1))
    z = u[:, 0] < 0.3 if matters else np.arange(60) < 20
    found = resampled(Features([Points(u[:, 0])], [MEDIAN_BANDWIDTH]), z, 5000)[:, 0].mean()
    biased, exact = hsic(u, z)[0], hsic(u, z, unbiased=True)[0]
    # A resample has fewer pairs of different trials: a relative change of the order of 1 / n.
    assert found == pytest.approx(exact, abs=0.2 * abs(biased - exact) + 6 / 60 * abs(exact))


def test_the_generator_decides() -> None:
    of, z = features(30), np.arange(30) < 9
    np.testing.assert_array_equal(resampled(of, z, 3), resampled(of, z, 3))
    assert not np.array_equal(resampled(of, z, 3), resampled(of, z, 3, seed=2))
