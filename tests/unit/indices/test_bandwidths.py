"""Bandwidth rules one by one; how indices use them is tested with the indices."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsic_hpo.errors import InputError
from hsic_hpo.indices.bandwidths import (
    SEARCH_GRID,
    MaximumSearch,
    feature_sums,
    median_distance,
    moments,
    resolve,
)
from hsic_hpo.indices.features import Categories, Column, Features, Intervals, Points
from hsic_hpo.indices.gaussian_kernel import MEDIAN_BANDWIDTH, MIN_BANDWIDTH, factor

RNG = np.random.default_rng(0)
N = 80
LOW = RNG.integers(0, 4, N) / 4
COLUMNS: list[Column] = [
    Points(RNG.random(N)),
    Intervals(LOW, LOW + 0.25),
    Categories(RNG.integers(0, 3, N), np.array([1.0, 2.0, 3.0])),
]
Z = RNG.random(N) < 0.3


@given(st.lists(st.floats(0, 1), min_size=2, max_size=30), st.booleans())
def test_the_median_is_that_of_all_distances(values: list[float], with_self: bool) -> None:
    distances = np.abs(np.subtract.outer(values, values))
    pairs = distances.ravel() if with_self else distances[np.triu_indices(len(values), 1)]
    found = median_distance(np.array(values), with_self=with_self)
    assert found == pytest.approx(np.median(pairs), abs=1e-12)


def test_the_sample_median_is_that_of_points_and_of_midpoints() -> None:
    found = resolve(COLUMNS, Z, "sample-median")
    first, second = COLUMNS[0].u, LOW + 0.125
    for value, u in zip(found, (first, second), strict=False):
        expected = np.median(np.abs(u[:, None] - u)[np.triu_indices(N, 1)])
        assert value == pytest.approx(expected, abs=1e-12)
    assert found[2] == MEDIAN_BANDWIDTH


def test_the_authors_median_counts_each_trial_with_itself() -> None:
    found = resolve(COLUMNS[:1], Z, "authors-median")
    u = COLUMNS[0].u
    assert found[0] == pytest.approx(np.median(np.abs(u[:, None] - u)), abs=1e-12)
    assert found[0] < resolve(COLUMNS[:1], Z, "sample-median")[0]


@pytest.mark.parametrize("rule", ["sample-median", "authors-median"])
def test_ties_and_crowds_still_have_a_kernel(rule: Any) -> None:
    tied = Points(np.r_[np.full(9, 0.5), 0.1])
    crowded = Points(0.5 + 1e-6 * np.arange(10))
    assert resolve([tied, crowded], np.arange(10) < 3, rule).tolist() == [
        MEDIAN_BANDWIDTH,
        MIN_BANDWIDTH,
    ]


@pytest.mark.parametrize("bandwidth", [0.02, MEDIAN_BANDWIDTH, 5.0])
@pytest.mark.parametrize("column", COLUMNS, ids=["points", "intervals", "levels"])
def test_moments_give_the_sums_of_the_features_at_every_bandwidth(
    column: Column, bandwidth: float
) -> None:
    weights = np.random.default_rng(1).normal(size=(N, 3))
    sums = moments(column, weights, len(factor(0.02)[0]) - 1)
    features = Features([column], [bandwidth]).block(slice(0, N))
    np.testing.assert_allclose(
        feature_sums(column, sums, bandwidth), features @ weights, atol=1e-11
    )


def test_many_sets_are_searched_as_one_by_one() -> None:
    sets = np.random.default_rng(2).random((N, 5)) < 0.3
    search = MaximumSearch(COLUMNS)
    positions, indices = search.maximise(search.moments(sets), sets.sum(axis=0))
    assert positions.shape == indices.shape == (3, 5)
    for p, z in enumerate(sets.T):
        np.testing.assert_array_equal(SEARCH_GRID[positions[:, p]], resolve(COLUMNS, z, "max"))
        for d, column in enumerate(COLUMNS):
            contrast = (z - z.mean()) / N
            block = Features([column], [SEARCH_GRID[positions[d, p]]]).block(slice(0, N))
            assert indices[d, p] == pytest.approx(((block @ contrast) ** 2).sum(), abs=1e-13)


def test_the_authors_search_stays_where_kernels_exist() -> None:
    found = resolve(COLUMNS, Z, "authors-max")
    assert ((found >= MIN_BANDWIDTH) & (found <= 5.0)).all()


@pytest.mark.parametrize(
    ("bandwidth", "line"),
    [
        (0.0, "bandwidth: 0.0; a finite number >= 0.005 is needed"),
        (-1, "bandwidth: -1; a finite number >= 0.005 is needed"),
        (np.inf, "bandwidth: inf; a finite number >= 0.005 is needed"),
        (np.nan, "bandwidth: nan; a finite number >= 0.005 is needed"),
        (
            "medain",
            "bandwidth: 'medain' is not a rule; a number or one of median, sample-median, max, "
            "authors-median, authors-max is allowed; did you mean 'median'?",
        ),
    ],
)
def test_a_bad_bandwidth_is_one_line(bandwidth: Any, line: str) -> None:
    with pytest.raises(InputError) as caught:
        resolve(COLUMNS, Z, bandwidth)
    assert str(caught.value) == line
