"""Search spaces: who exists where, conditional groups, round trips, checks."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from hsic_hpo.errors import InputError
from hsic_hpo.spaces.space import Space, allowed
from hsic_hpo.study import config
from random_spaces import exists, grid, specs
from small_search import SPACE

some_spaces = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


def truth(spec: dict[str, Any], space: Space, u: np.ndarray) -> np.ndarray:
    """Who exists at each point, from the YAML form alone."""
    columns = [p.scalars(u[:, i]) for i, p in enumerate(space.hyperparameters)]
    rows = [dict(zip(spec, values, strict=True)) for values in zip(*columns, strict=True)]
    return np.array([[exists(spec, row, name) for name in spec] for row in rows])


@some_spaces
@given(spec=specs())
def test_activity_is_the_recursive_definition(spec: dict[str, Any]) -> None:
    space = Space.from_dict(spec)
    u = grid(space)
    expected = truth(spec, space, u)
    np.testing.assert_array_equal(space.active(u), expected)
    np.testing.assert_array_equal(space.mask(u), np.where(expected, u, np.nan))
    # What stands in inactive columns does not matter.
    np.testing.assert_array_equal(space.active(space.mask(u)), expected)


@some_spaces
@given(spec=specs())
def test_configurations_hold_the_active_values_and_lead_back(spec: dict[str, Any]) -> None:
    space = Space.from_dict(spec)
    u = grid(space)[::7]
    expected = truth(spec, space, u)
    for row, active, configuration in zip(u, expected, space.configurations(u), strict=True):
        assert list(configuration) == [n for n, is_on in zip(spec, active, strict=True) if is_on]
        assert configuration == space.configuration(row)
        space.check_configuration(configuration, "trial 1")
        low, high = space.intervals(configuration).T
        point = (low + high) / 2
        np.testing.assert_allclose(point, np.where(active, row, np.nan), rtol=1e-9)
        discrete = [n for n in configuration if space[n].is_discrete]
        again = space.configuration(np.where(active, point, 0.5))
        assert [again[n] for n in discrete] == [configuration[n] for n in discrete]
        assert np.array_equal(np.isnan(low), ~active)
        drawn = space.point(configuration)
        assert np.array_equal(~np.isnan(drawn), active & (low == high))
        assert np.array_equal(drawn[~np.isnan(drawn)], point[~np.isnan(drawn)])
        assert ((low <= point) & (point <= high))[active].all()
    configurations = space.configurations(u)
    np.testing.assert_allclose(
        space.points(configurations), [space.point(c) for c in configurations], rtol=1e-14
    )


@some_spaces
@given(spec=specs())
def test_groups_hold_exactly_those_that_exist_under_their_conditions(spec: dict[str, Any]) -> None:
    space = Space.from_dict(spec)
    u = grid(space)
    active = truth(spec, space, u)
    values = [dict(zip(spec, row, strict=True)) for row in _values(space, u)]
    groups = space.groups()
    assert groups[0].label == "all"
    assert len({group.label for group in groups}) == len(groups)
    for group in groups:
        within = np.array([all(c.holds(v[c.parent]) for c in group.conditions) for v in values])
        assert within.any()
        always = active[within].all(axis=0)
        assert group.members == tuple(n for n, is_on in zip(spec, always, strict=True) if is_on)


@some_spaces
@given(spec=specs())
def test_every_hyperparameter_has_the_group_in_which_it_exists(spec: dict[str, Any]) -> None:
    space = Space.from_dict(spec)
    u = grid(space)
    active = truth(spec, space, u)
    values = [dict(zip(spec, row, strict=True)) for row in _values(space, u)]
    for i, name in enumerate(spec):
        where = [
            tuple(all(c.holds(v[c.parent]) for c in group.conditions) for v in values)
            for group in space.groups()
            if name in group.members
        ]
        assert tuple(active[:, i]) in where


def _values(space: Space, u: np.ndarray) -> list[tuple[Any, ...]]:
    columns = [p.scalars(u[:, i]) for i, p in enumerate(space.hyperparameters)]
    return list(zip(*columns, strict=True))


@some_spaces
@given(spec=specs())
def test_round_trips(spec: dict[str, Any]) -> None:
    space = Space.from_dict(spec)
    u = grid(space)[::5]
    again = [
        Space.from_dict(space.to_dict()),
        Space.from_json(space.to_json()),
        Space.from_dict(yaml.safe_load(yaml.safe_dump(space.to_dict(), sort_keys=False))),
    ]
    for other in again:
        assert other.to_dict() == spec
        assert other.names == list(spec)
        assert other.groups() == space.groups()
        assert other.configurations(u) == space.configurations(u)


def test_round_trip_through_a_yaml_file(tmp_path: Path) -> None:
    path = tmp_path / "space.yaml"
    path.write_text(yaml.safe_dump(SPACE, sort_keys=False))
    assert Space.from_dict(config.read_yaml(path)).to_dict() == SPACE


def test_what_a_space_hands_out_is_a_copy() -> None:
    space = Space.from_dict(SPACE)
    space.to_dict()["n_layers"]["range"][1] = 99
    assert space.to_dict() == SPACE


def test_groups_of_a_usual_space() -> None:
    space = Space.from_dict(SPACE)
    main = ("n_layers", "n_units", "activation", "optimizer", "learning_rate")
    assert [(group.label, group.members) for group in space.groups()] == [
        ("all", main),
        ("optimizer = sgd", (*main, "momentum")),
        ("optimizer = sgd, momentum > 0.3", (*main, "momentum", "nesterov")),
        ("optimizer in {adam, rmsprop}, n_layers ≥ 3", (*main, "decay")),
    ]


@pytest.mark.parametrize(
    ("parent", "known", "other", "is_member"),
    [
        ({"type": "categorical", "levels": ["a", "b", "c"]}, "a", {"in": ["a", "b"]}, True),
        ({"type": "categorical", "levels": ["a", "b", "c"]}, {"in": ["a", "b"]}, "a", False),
        ({"type": "categorical", "levels": ["a", "b", "c"]}, "a", {"not": "c"}, True),
        ({"type": "categorical", "levels": ["a", "b"]}, {"not": "b"}, "a", True),
        ({"type": "boolean"}, True, {"not": False}, True),
        ({"type": "integer", "range": [1, 9]}, {">=": 5}, {">": 3}, True),
        ({"type": "integer", "range": [1, 9]}, {">": 3}, {">=": 4}, True),
        ({"type": "integer", "range": [1, 9]}, {">": 3}, {">=": 5}, False),
        ({"type": "integer", "range": [1, 9]}, 7, {"in": [3, 7]}, True),
        ({"type": "integer", "range": [1, 9]}, {">": 3, "<": 5}, 4, True),
        ({"type": "integer", "range": [0, 10**12]}, {">": 500.2}, {">": 502.7}, False),
        ({"type": "integer", "range": [0, 10**12]}, {">": 502.2}, {">": 502.7}, True),
        ({"type": "integer", "range": [0, 10**12]}, {">=": 503}, {">": 502}, True),
        ({"type": "float", "range": [0, 1]}, {">": 0.5}, {">": 0.3}, True),
        ({"type": "float", "range": [0, 1]}, {">": 0.3}, {">": 0.5}, False),
        ({"type": "float", "range": [0, 1]}, {">": 0.3}, {">=": 0.3}, True),
        ({"type": "float", "distribution": {"name": "norm"}}, {"<": -1}, {"<": 2}, True),
        ({"type": "float", "distribution": {"name": "norm"}}, {"<": 2}, {"<": -1}, False),
        ({"type": "float", "distribution": {"name": "expon"}}, {">": 9}, {">": 8}, True),
    ],
)
def test_a_condition_may_imply_another(
    parent: dict[str, Any], known: Any, other: Any, is_member: bool
) -> None:
    space = Space.from_dict(
        {
            "p": parent,
            "x": {"type": "boolean", "when": {"p": known}},
            "y": {"type": "boolean", "when": {"p": other}},
        }
    )
    assert ("y" in space.groups()[1].members) is is_member


def test_equal_conditions_share_a_group_whatever_their_order() -> None:
    space = Space.from_dict(
        {
            "a": {"type": "boolean"},
            "b": {"type": "boolean"},
            "x": {"type": "boolean", "when": {"a": True, "b": False}},
            "y": {"type": "boolean", "when": {"b": False, "a": True}},
        }
    )
    assert [group.label for group in space.groups()] == ["all", "a = true, b = false"]
    assert space.groups()[1].members == ("a", "b", "x", "y")


def test_looking_up() -> None:
    space = Space.from_dict(SPACE)
    assert len(space) == len(space.names) == 8
    assert space["momentum"].name == "momentum"
    with pytest.raises(KeyError):
        space["absent"]


SMALL = Space.from_dict(
    {
        "n": {"type": "integer", "range": [1, 9]},
        "c": {"type": "categorical", "levels": ["a", "b"]},
        "x": {"type": "float", "range": [0, 0.5], "when": {"c": "a", "n": {">": 3}}},
        "b": {"type": "boolean", "when": {"x": {">": 0.1}}},
    }
)


@pytest.mark.parametrize(
    ("configuration", "line"),
    [
        ({"n": 1, "c": "b", "d": 3}, "unknown hyperparameter 'd'; known: n, c, x, b"),
        ({"n": 1}, "c has no value, though it is active"),
        ({"n": 4, "c": "a"}, "x has no value, though it is active"),
        ({"n": 4, "c": "a", "x": 0.2}, "b has no value, though it is active"),
        ({"n": 3, "c": "a", "x": 0.2}, "x is 0.2, but it is inactive: not n > 3"),
        ({"n": 4, "c": "b", "b": True}, "b is True, but it is inactive: not x > 0.1"),
        ({"n": 10, "c": "b"}, "n is 10; allowed: integers from 1 to 9"),
        ({"n": 2.5, "c": "b"}, "n is 2.5; allowed: integers from 1 to 9"),
        ({"n": 1, "c": "A"}, "c is 'A'; allowed: a, b"),
        ({"n": 4, "c": "a", "x": 0.6}, "x is 0.6; allowed: numbers from 0 to 0.5"),
        ({"n": 4, "c": "a", "x": 0.2, "b": 1}, "b is 1; allowed: false, true"),
    ],
)
def test_bad_configurations(configuration: dict[str, Any], line: str) -> None:
    with pytest.raises(InputError) as error:
        SMALL.check_configuration(configuration, "t.csv: row 3")
    assert str(error.value) == f"t.csv: row 3: {line}"


def test_values_in_words() -> None:
    assert allowed(SMALL["n"]) == "integers from 1 to 9"
    large = Space.from_dict({"n": {"type": "integer", "range": [0, 4294967295]}})
    assert allowed(large["n"]) == "integers from 0 to 4294967295"
    normal = Space.from_dict({"x": {"type": "float", "distribution": {"name": "norm"}}})
    assert allowed(normal["x"]) == "numbers from -inf to inf"


def test_conditions_on_large_ranges_are_checked_without_listing_them() -> None:
    spec = {
        "n": {"type": "integer", "range": [0, 10**12], "scale": "linear"},
        "x": {"type": "boolean", "when": {"n": {">=": 999_999_999_999.5}}},
    }
    assert Space.from_dict(spec).groups()[1].members == ("n", "x")
    spec["x"]["when"] = {"n": {">": 10**12}}
    with pytest.raises(InputError, match="n > 1000000000000 never holds"):
        Space.from_dict(spec)


@pytest.mark.parametrize(
    ("spec", "line"),
    [
        ([], "s.yaml: space: [] is not a mapping from names to definitions"),
        ({}, "s.yaml: space: empty; at least one hyperparameter is needed"),
        (
            {"a": {"type": "boolean", "when": {"b": True}}, "b": {"type": "boolean"}},
            "s.yaml: space.a.when.b: no hyperparameter 'b' stands before it",
        ),
    ],
)
def test_bad_spaces(spec: Any, line: str) -> None:
    with pytest.raises(InputError) as error:
        Space.from_dict(spec, "s.yaml: space")
    assert str(error.value) == line
