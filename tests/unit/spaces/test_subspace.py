"""Parts of a search space: what may still vary, and what must then hold."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hsic_hpo.errors import InputError
from hsic_hpo.spaces.hyperparameter import Hyperparameter
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.spaces.subspace import Subspace
from random_spaces import exists, grid, specs

NESTED = {
    "optimizer": {"type": "categorical", "levels": ["sgd", "adam", "rmsprop"]},
    "n_layers": {"type": "integer", "range": [1, 8]},
    "momentum": {"type": "float", "range": [0.0, 0.9], "when": {"optimizer": "sgd"}},
    "nesterov": {"type": "boolean", "when": {"momentum": {">": 0.3}}},
    "decay": {
        "type": "float",
        "range": [0.0, 1.0],
        "when": {"optimizer": {"in": ["adam", "rmsprop"]}, "n_layers": {">=": 3}},
    },
    "clip": {"type": "float", "levels": [0.5, 1.0, 2.0], "when": {"optimizer": {"not": "adam"}}},
}


def subspace(changes: dict[str, Any], spec: dict[str, Any] = NESTED) -> Subspace:
    return Subspace.of(Space.from_dict(spec), changes, "here")


def conditions(part: Subspace, name: str) -> list[str]:
    assert part.free is not None
    return [condition.label for condition in part.free[name].conditions]


def names(part: Subspace) -> list[str]:
    return [] if part.free is None else part.free.names


def drawn(part: Subspace, n: int = 200) -> list[dict[str, Any]]:
    return part.configurations(sample(part.free or part.space, n, 3))


def _changes(space: Space) -> st.SearchStrategy[dict[str, Any]]:
    options = {
        parameter.name: st.one_of(_values(parameter), _definitions(parameter))
        for parameter in space.hyperparameters
    }
    return st.fixed_dictionaries({}, optional=options)


def _values(parameter: Hyperparameter) -> st.SearchStrategy[Any]:
    if parameter.is_discrete:
        return st.sampled_from(parameter.levels)
    return st.floats(0.01, 0.99).map(parameter.value)


def _definitions(parameter: Hyperparameter) -> st.SearchStrategy[Any]:
    if parameter.type == "boolean":
        return st.just({"type": "boolean", "probability": 0.7})
    if parameter.is_discrete:
        some = st.lists(st.sampled_from(parameter.levels), min_size=2, unique=True)
        ordered = some if parameter.type == "categorical" else some.map(sorted)
        return ordered.map(lambda levels: {"levels": levels})
    ends = st.lists(st.sampled_from([0.05, 0.25, 0.55, 0.95]), min_size=2, max_size=2, unique=True)
    return ends.map(lambda us: {"range": [parameter.value(u) for u in sorted(us)]})


@st.composite
def parts(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    spec = draw(specs())
    return spec, draw(_changes(Space.from_dict(spec)))


def _left(part: Hyperparameter | None, value: Any) -> bool:
    return part is not None and part.contains(value)


@settings(max_examples=150, deadline=None)
@given(parts())
def test_every_configuration_is_one_of_the_space_that_keeps_to_the_changes(
    drawn_part: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    spec, changes = drawn_part
    space = Space.from_dict(spec)
    part = Subspace.of(space, changes)
    for configuration in drawn(part, 60):
        space.check_configuration(configuration, "drawn")
        assert list(configuration) == [name for name in space.names if name in configuration]
        for name, value in configuration.items():
            if name in part.fixed:
                assert value == changes[name]
            elif name in changes:
                assert Space.from_dict({name: {"type": space[name].type, **changes[name]}})[
                    name
                ].contains(value)


@settings(max_examples=150, deadline=None)
@given(parts())
def test_what_is_free_can_exist_and_nothing_that_can_is_left_out(
    drawn_part: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    spec, changes = drawn_part
    space = Space.from_dict(spec)
    part = Subspace.of(space, changes)
    possible = set()
    for u in grid(space):
        values = {p.name: p.value(x) for p, x in zip(space.hyperparameters, u, strict=True)}
        values |= {name: part.fixed[name] for name in part.fixed}
        kept = all(
            part.free is None or name not in part.free.names or part.free[name].contains(value)
            for name, value in values.items()
        )
        if kept:
            possible |= {name for name in spec if exists(spec, values, name)}
    free = set(names(part))
    assert not free & set(part.fixed)
    restricted_ranges = {
        name for name, c in changes.items() if isinstance(c, dict) and "range" in c
    }
    if not restricted_ranges:
        # The grid sees every case where no continuous range was narrowed.
        assert free == possible - set(part.fixed)
    else:
        assert free >= possible - set(part.fixed)


@settings(max_examples=150, deadline=None)
@given(parts(), st.integers(0, 2**32))
def test_projecting_a_configuration_of_the_subspace_gives_it_back(
    drawn_part: tuple[dict[str, Any], dict[str, Any]], seed: int
) -> None:
    spec, changes = drawn_part
    part = Subspace.of(Space.from_dict(spec), changes)
    if part.free is None:
        assert part.project(part.complete({})).shape == (0,)
        return
    for configuration in part.configurations(sample(part.free, 20, seed)):
        point = part.project(configuration)
        (back,) = part.configurations(point[None])
        assert list(back) == list(configuration)
        for name, value in back.items():
            if isinstance(value, float):
                assert value == pytest.approx(configuration[name], rel=1e-9, abs=1e-12)
            else:
                assert value == configuration[name]


@settings(max_examples=100, deadline=None)
@given(parts(), st.integers(0, 2**32))
def test_projecting_any_configuration_gives_a_point_of_the_subspace(
    drawn_part: tuple[dict[str, Any], dict[str, Any]], seed: int
) -> None:
    spec, changes = drawn_part
    space = Space.from_dict(spec)
    part = Subspace.of(space, changes)
    for configuration in space.configurations(sample(space, 20, seed)):
        point = part.project(configuration)
        assert point.shape == (len(names(part)),)
        assert np.all(np.isnan(point) | ((point >= 0) & (point <= 1)))
        filled = np.where(np.isnan(point), 0.5, point)
        (projected,) = part.configurations(filled[None])
        space.check_configuration(projected, "projected")


@settings(max_examples=150, deadline=None)
@given(parts(), st.integers(0, 2**32))
def test_what_is_free_is_read_back_as_it_was_written(
    drawn_part: tuple[dict[str, Any], dict[str, Any]], seed: int
) -> None:
    spec, changes = drawn_part
    free = Subspace.of(Space.from_dict(spec), changes).free
    if free is None:
        return
    back = Space.from_json(free.to_json())
    assert back.names == free.names
    assert [p.conditions for p in back.hyperparameters] == [
        p.conditions for p in free.hyperparameters
    ]
    u = sample(free, 30, seed)
    assert back.configurations(u) == free.configurations(u)


N = {"type": "integer", "range": [0, 9]}
R = {"type": "float", "range": [0, 1]}
KIND = {"type": "categorical", "levels": ["a", "b", "c", "d"]}


@pytest.mark.parametrize(
    ("parent", "passed_on", "own", "when"),
    [
        (N, {">": 2}, {">": 4}, {">": 4}),
        (N, {"<": 8}, {">": 4, "<": 6}, {">": 4, "<": 6}),
        (N, {">": 2}, 5, 5),
        (R, {"<=": 0.5, ">": 0.1}, {"<=": 0.7, ">": 0.3}, {"<=": 0.5, ">": 0.3}),
        (KIND, {"in": ["a", "b"]}, {"in": ["b", "c"]}, {"in": ["b"]}),
        (KIND, {"not": "a"}, {"not": "b"}, {"in": ["c", "d"]}),
        (KIND, {"not": "a"}, {"in": ["a", "b"]}, {"not": "a", "in": ["a", "b"]}),
    ],
)
def test_conditions_that_a_fixed_parent_passes_on_join_those_of_its_child(
    parent: dict[str, Any], passed_on: Any, own: Any, when: Any
) -> None:
    spec = {
        "p": parent,
        "middle": {"type": "boolean", "when": {"p": passed_on}},
        "child": {"type": "boolean", "when": {"middle": True, "p": own}},
    }
    free = subspace({"middle": True}, spec).free
    assert free is not None
    assert free.to_dict()["child"] == {"type": "boolean", "when": {"p": when}}
    space = Space.from_dict(spec)
    for configuration in space.configurations(sample(space, 300, 0)):
        value = configuration["p"]
        own_hold = all(c.holds(value) for c in space["child"].conditions if c.parent == "p")
        exists = "middle" in configuration and own_hold
        assert exists == all(c.holds(value) for c in free["child"].conditions)


def test_without_changes_the_whole_space_is_free() -> None:
    part = subspace({})
    assert part.fixed == {}
    assert part.free is not None
    assert part.free.hyperparameters == part.space.hyperparameters


def test_a_fixed_parent_decides_whether_its_children_exist() -> None:
    part = subspace({"optimizer": "sgd"})
    assert names(part) == ["n_layers", "momentum", "nesterov", "clip"]
    assert conditions(part, "momentum") == []
    assert conditions(part, "nesterov") == ["momentum > 0.3"]
    assert conditions(part, "clip") == []
    assert names(subspace({"optimizer": "adam"})) == ["n_layers", "decay"]
    assert conditions(subspace({"optimizer": "adam"}), "decay") == ["n_layers ≥ 3"]


def test_conditions_pass_through_a_fixed_child_to_its_parent() -> None:
    part = subspace({"momentum": 0.5})
    assert conditions(part, "nesterov") == ["optimizer = sgd"]
    assert "nesterov" not in names(subspace({"momentum": 0.2}))
    for configuration in drawn(part):
        assert configuration.get("momentum", 0.5) == 0.5
        assert ("momentum" in configuration) == (configuration["optimizer"] == "sgd")


def test_a_restricted_parent_keeps_what_may_still_hold() -> None:
    part = subspace({"optimizer": {"levels": ["sgd", "adam"]}, "n_layers": {"range": [3, 5]}})
    assert conditions(part, "decay") == ["optimizer in {adam}"]
    assert conditions(part, "clip") == ["optimizer ≠ adam"]
    assert "decay" not in names(subspace({"n_layers": {"range": [1, 2]}}))
    assert conditions(subspace({"optimizer": {"levels": ["adam", "rmsprop"]}}), "decay") == [
        "n_layers ≥ 3"
    ]


def test_conditions_that_hold_apart_but_no_longer_together_leave_nothing() -> None:
    spec = {
        "n": {"type": "integer", "range": [1, 9]},
        "middle": {"type": "boolean", "when": {"n": {">": 2, "<": 8}}},
        "after": {"type": "boolean", "when": {"middle": True}},
    }
    assert names(subspace({"n": {"levels": [1, 9]}}, spec)) == ["n"]


def test_conditions_of_two_parents_that_need_what_is_gone_leave_nothing() -> None:
    spec = {
        "p": {"type": "categorical", "levels": ["a", "b", "c"]},
        "q": {"type": "boolean", "when": {"p": {"in": ["b", "c"]}}},
        "r": {"type": "boolean", "when": {"p": {"in": ["a", "c"]}}},
        "s": {"type": "boolean", "when": {"q": True, "r": True}},
    }
    assert names(subspace({"p": {"levels": ["a", "b"]}}, spec)) == ["p", "q", "r"]
    assert names(subspace({"p": {"levels": ["a", "c"]}}, spec)) == ["p", "q", "r", "s"]


def test_with_everything_fixed_one_configuration_is_left() -> None:
    part = subspace({"optimizer": "adam", "n_layers": 2})
    assert part.free is None
    assert part.configurations(np.empty((3, 6))) == [{"optimizer": "adam", "n_layers": 2}] * 3
    assert part.project({"optimizer": "sgd"}).shape == (0,)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"decay": 0}, '"decay": 0.0'),
        ({"n_layers": 4.0}, '"n_layers": 4,'),
        ({"clip": 1}, '"clip": 1.0'),
        ({"mixed": 2.0}, '"mixed": 2,'),
    ],
)
def test_a_fixed_value_reads_as_a_stored_one_does(changes: dict[str, Any], text: str) -> None:
    """Finished trials are told from proposals by their JSON."""
    spec = {
        "mixed": {"type": "categorical", "levels": [1, 2, "x"]},
        "n_layers": {"type": "integer", "range": [3, 8]},
        "clip": {"type": "float", "levels": [0.5, 1.0]},
        "decay": {"type": "float", "range": [0.0, 1.0]},
    }
    for configuration in drawn(subspace(changes, spec), 5):
        assert text in json.dumps(configuration)[:-1] + ","


def test_values_that_are_gone_project_to_the_nearest_end() -> None:
    part = subspace({"n_layers": {"range": [3, 5]}, "optimizer": {"levels": ["sgd", "adam"]}})
    assert part.free is not None
    low = part.project({"optimizer": "rmsprop", "n_layers": 1})
    high = part.project({"optimizer": "sgd", "n_layers": 8, "momentum": 0.1})
    assert part.free["n_layers"].value(low[1]) == 3
    assert part.free["n_layers"].value(high[1]) == 5
    assert np.isnan(low[0])
    assert high[0] == pytest.approx(0.25)
    assert np.isnan(low[2])
    assert high[2] == pytest.approx(1 / 9)


def test_values_between_levels_project_to_the_nearest_level() -> None:
    spec = {"n_units": {"type": "integer", "range": [8, 64]}}
    part = subspace({"n_units": {"levels": [8, 16, 32]}}, spec)
    assert part.free is not None
    for value, nearest in ((13, 16), (11, 8), (64, 32), (32, 32)):
        assert part.free["n_units"].value(part.project({"n_units": value})[0]) == nearest


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"layers": 2}, "here.layers: not a hyperparameter of the space; known: optimizer, "),
        ({"n_layers": 9}, "here.n_layers: 9 is not a value of it; allowed: integers from 1 to 8"),
        ({"n_layers": 2.5}, "here.n_layers: 2.5 is not a value of it; "),
        ({"nesterov": 1}, "here.nesterov: 1 is not a value of it; allowed: false, true"),
        ({"optimizer": ["sgd"]}, "here.optimizer: ['sgd'] is not a value of it; "),
        ({"n_layers": {"range": [0, 4]}}, "here.n_layers: 0 is outside the space; allowed: "),
        ({"n_layers": {"range": [4, 12]}}, "here.n_layers: 12 is outside the space; allowed: "),
        (
            {"optimizer": {"levels": ["sgd", "adagrad"]}},
            "here.optimizer: 'adagrad' is outside the space; allowed: sgd, adam, rmsprop",
        ),
        (
            {"clip": {"range": [0.5, 2.0]}},
            "here.clip: numbers from 0.5 to 2 are not all in the space; allowed: 0.5, 1, 2",
        ),
        (
            {"n_layers": {"type": "float", "range": [1, 4]}},
            "here.n_layers.type: 'float'; allowed: integer, as in the space",
        ),
        ({"n_layers": {"range": [4, 1]}}, "here.n_layers.range: [4, 1] is not increasing"),
    ],
)
def test_changes_beyond_the_space_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        subspace(changes)
    assert str(caught.value).startswith(message)
