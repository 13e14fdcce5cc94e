"""Random designs: uniform, independent, stable when a study grows."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from random_spaces import exists, specs
from small_search import SPACE

MAIN = Space.from_dict({name: what for name, what in SPACE.items() if "when" not in what})
FULL = Space.from_dict(SPACE)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_columns_are_uniform(seed: int) -> None:
    u = sample(MAIN, 5000, seed)
    assert u.shape == (5000, len(MAIN))
    assert ((u >= 0.0) & (u < 1.0)).all()
    for column in u.T:
        assert stats.kstest(column, "uniform").pvalue > 1e-3


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_columns_are_independent(seed: int) -> None:
    u = sample(MAIN, 5000, seed)
    for a, b in combinations(u.T, 2):
        counts = np.histogram2d(a, b, bins=4, range=[[0, 1], [0, 1]])[0]
        assert stats.chi2_contingency(counts).pvalue > 1e-3


def test_rows_are_independent_draws() -> None:
    u = sample(MAIN, 5000, 0)
    for column in u.T:
        counts = np.histogram2d(column[:-1], column[1:], bins=4, range=[[0, 1], [0, 1]])[0]
        assert stats.chi2_contingency(counts).pvalue > 1e-3


def test_conditional_columns_are_uniform_where_they_exist() -> None:
    u = sample(FULL, 20_000, 0)
    for column in u.T:
        assert stats.kstest(column[~np.isnan(column)], "uniform").pvalue > 1e-3


def test_conditional_columns_exist_as_often_as_their_conditions_hold() -> None:
    n = 20_000
    share = np.isfinite(sample(FULL, n, 0)).mean(axis=0)
    # momentum: sgd is one of three; nesterov: momentum above 0.3 of 0.9 too; decay: two of three
    # optimisers and six of eight numbers of layers.
    expected = np.array([1, 1, 1, 1, 1, 1 / 3, 1 / 3 * 2 / 3, 2 / 3 * 6 / 8])
    deviation = np.sqrt(expected * (1 - expected) / n)
    assert (np.abs(share - expected) <= 4 * deviation).all()


def test_more_trials_leave_the_first_ones_as_they_are() -> None:
    np.testing.assert_array_equal(sample(FULL, 1000, 7)[:123], sample(FULL, 123, 7))
    assert sample(FULL, 1, 7).shape == (1, len(FULL))


def test_another_hyperparameter_leaves_the_columns_of_the_others_as_they_are() -> None:
    names = list(SPACE)
    added = {"first": {"type": "boolean"}, **SPACE, "last": {"type": "float", "range": [0, 1]}}
    space = Space.from_dict(added)
    columns = [space.names.index(name) for name in names]
    np.testing.assert_array_equal(sample(space, 200, 3)[:, columns], sample(FULL, 200, 3))
    without = {name: what for name, what in SPACE.items() if name != "n_units"}
    columns = [names.index(name) for name in without]
    np.testing.assert_array_equal(
        sample(FULL, 200, 3)[:, columns], sample(Space.from_dict(without), 200, 3)
    )


def test_another_definition_keeps_the_draws() -> None:
    changed = {**SPACE, "learning_rate": {"type": "float", "range": [0, 1]}}
    np.testing.assert_array_equal(sample(Space.from_dict(changed), 200, 3), sample(FULL, 200, 3))


def test_seeds_and_names_differ() -> None:
    designs = [sample(MAIN, 100, seed) for seed in (0, 1, 2**40)]
    drawn = np.concatenate([u.ravel() for u in designs])
    assert len(np.unique(drawn)) == drawn.size


def test_draws_of_a_published_study_stay_what_they_were() -> None:
    space = Space.from_dict(
        {"a": {"type": "boolean"}, "learning_rate": {"type": "float", "range": [0, 1]}}
    )
    drawn = [[0.7253503288829549, 0.08162386431483748], [0.09954566759974859, 0.14263466853888607]]
    assert sample(space, 2, 0).tolist() == drawn


@settings(deadline=None, max_examples=40)
@given(spec=specs(), seed=st.integers(0, 2**63))
def test_nan_exactly_where_a_hyperparameter_does_not_exist(spec: dict, seed: int) -> None:
    space = Space.from_dict(spec)
    u = sample(space, 50, seed)
    # An inactive parent decides by not existing, so its value does not matter here.
    values = np.where(np.isnan(u), 0.5, u)
    columns = [p.scalars(values[:, i]) for i, p in enumerate(space.hyperparameters)]
    for row, missing in zip(zip(*columns, strict=True), np.isnan(u), strict=True):
        configuration = dict(zip(spec, row, strict=True))
        assert [not exists(spec, configuration, name) for name in spec] == missing.tolist()
