"""Conditional groups: who belongs, and how a restricted hyperparameter fills [0, 1] again."""

from typing import Any

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from hsic_hpo.indices.features import Categories, Intervals, Points
from hsic_hpo.sensitivity import columns
from hsic_hpo.sensitivity.columns import group_columns
from hsic_hpo.spaces.space import Group, Space, runs
from hsic_hpo.trials.groups import in_group
from hsic_hpo.trials.variables import hyperparameter_values
from small_search import SPACE, search

TRIALS = search(2000)
SEARCH_SPACE = Space.from_dict(SPACE)
GROUPS = {group.label: group for group in SEARCH_SPACE.groups()}
DECAY = "optimizer in {adam, rmsprop}, n_layers ≥ 3"


def members(label: str) -> tuple[xr.Dataset, Group]:
    return TRIALS.isel(trial=in_group(TRIALS, GROUPS[label])), GROUPS[label]


def test_the_groups_are_those_of_the_conditions() -> None:
    assert list(GROUPS) == ["all", "optimizer = sgd", "optimizer = sgd, momentum > 0.3", DECAY]


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("optimizer = sgd", "momentum"),
        ("optimizer = sgd, momentum > 0.3", "nesterov"),
        (DECAY, "decay"),
    ],
)
def test_a_trial_belongs_where_the_conditional_hyperparameter_has_a_value(
    label: str, name: str
) -> None:
    np.testing.assert_array_equal(
        in_group(TRIALS, GROUPS[label]), np.isfinite(hyperparameter_values(TRIALS, name))
    )


def test_a_parent_left_with_one_level_has_no_column() -> None:
    columns = group_columns(
        *[members("optimizer = sgd")[0], SEARCH_SPACE, GROUPS["optimizer = sgd"]]
    )
    assert "optimizer" not in columns.names
    assert {"momentum", "learning_rate", "activation"} <= set(columns.names)


def test_recorded_points_are_used_as_they_are_in_the_main_group() -> None:
    columns = group_columns(TRIALS, SEARCH_SPACE, GROUPS["all"])
    for name, column in zip(columns.names, columns.columns, strict=True):
        assert isinstance(column, Points)
        np.testing.assert_array_equal(column.u, TRIALS["u"].sel(hyperparameter=name))


def test_a_restricted_parent_is_uniform_again() -> None:
    trials, group = members(DECAY)
    columns = group_columns(trials, SEARCH_SPACE, group)
    found = dict(zip(columns.names, columns.columns, strict=True))
    for name in ("optimizer", "n_layers"):
        column = found[name]
        assert isinstance(column, Points)
        assert stats.kstest(column.u, "uniform").pvalue > 0.001
    u = trials["u"].sel(hyperparameter="optimizer").values
    # adam has [1/3, 2/3) and rmsprop [2/3, 1): they become [0, 1/2) and [1/2, 1).
    np.testing.assert_allclose(found["optimizer"].u, (u - 1 / 3) * 1.5, atol=1e-12)


def test_an_ordering_condition_maps_a_continuous_parent_linearly() -> None:
    trials, group = members("optimizer = sgd, momentum > 0.3")
    columns = group_columns(trials, SEARCH_SPACE, group)
    column = columns.columns[columns.names.index("momentum")]
    assert isinstance(column, Points)
    u = trials["u"].sel(hyperparameter="momentum").values
    np.testing.assert_allclose(column.u, (u - 1 / 3) * 1.5, atol=1e-12)


def test_without_a_recorded_point_a_level_counts_as_its_bin() -> None:
    trials = TRIALS.copy(deep=True)
    trials["u"].loc[{"hyperparameter": ["activation", "n_layers"]}] = np.nan
    columns = group_columns(trials, SEARCH_SPACE, GROUPS["all"])
    found = dict(zip(columns.names, columns.columns, strict=True))
    for name in ("activation", "n_layers"):
        column = found[name]
        assert isinstance(column, Intervals)
        u = TRIALS["u"].sel(hyperparameter=name).values
        assert ((column.low <= u) & (u <= column.high)).all()


def test_categorical_columns_know_their_levels_and_weights() -> None:
    columns = group_columns(TRIALS, SEARCH_SPACE, GROUPS["all"])
    column = columns.order_free[columns.names.index("activation")]
    assert isinstance(column, Categories)
    np.testing.assert_allclose(column.weights, [0.25, 0.5, 0.25])
    levels = np.array(["relu", "tanh", "elu"])
    np.testing.assert_array_equal(levels[column.index], hyperparameter_values(TRIALS, "activation"))


@pytest.mark.parametrize(
    ("test", "kept"),
    [
        ({">": 30}, (31, 100)),
        ({"<=": 40.5, "not": 40}, (1, 39)),
        ({"in": [3, 4, 5, 90]}, None),
        ({"not": 50}, None),
        (7, (7, 7)),
    ],
)
@pytest.mark.parametrize("scale", ["linear", "log"])
def test_what_conditions_leave_of_a_long_range_is_what_its_listed_levels_leave(
    test: Any, kept: tuple[int, int] | None, scale: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = {
        "n": {"type": "integer", "range": [1, 100], "scale": scale},
        "x": {"type": "float", "range": [0, 1], "when": {"n": test}},
    }
    trials = search(3000, spec=spec, error=lambda configuration: 1.0)
    space = Space.from_dict(spec)
    group = space.groups()[1]
    within = trials.isel(trial=in_group(trials, group))
    listed = group_columns(within, space, group)
    monkeypatch.setattr(columns, "_MOST_LISTED", 10)
    long = group_columns(within, space, group)
    assert long.names == listed.names == (("x",) if kept == (7, 7) else ("n", "x"))
    if kept != (7, 7):
        np.testing.assert_allclose(long.columns[0].u, listed.columns[0].u, atol=1e-12)
        exact, other = long.order_free[0], listed.order_free[0]
        np.testing.assert_allclose(exact.low, other.low, atol=1e-12)
        np.testing.assert_allclose(exact.high, other.high, atol=1e-12)
        if kept is not None:
            assert runs(space["n"], group.conditions) == [kept]
