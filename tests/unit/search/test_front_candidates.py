"""Candidates of the search of the front: which are drawn, and which are left out."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from hsic_hpo.search.front_candidates import Candidates, at_random, variations
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.spaces.subspace import Subspace
from hsic_hpo.surrogate.process import features
from small_search import SPACE

SIZES = Space.from_dict({"n": {"type": "integer", "range": [1, 50]}})


def price(configurations: Sequence[dict[str, Any]], z: np.ndarray) -> np.ndarray:
    assert len(z) == len(configurations)
    return np.array([float(one["n"]) for one in configurations])


def test_only_new_configurations_within_the_limit_are_added_once() -> None:
    candidates = Candidates(SIZES, [{"n": 3}], price, 10.0)
    candidates.add([{"n": 2}, {"n": 3}, {"n": 2}, {"n": 11}, {"n": 10}])
    candidates.add([{"n": 10}, {"n": 4}])
    assert candidates.configurations == [{"n": 2}, {"n": 10}, {"n": 4}]
    np.testing.assert_array_equal(candidates.costs, [2, 10, 4])
    np.testing.assert_array_equal(candidates.z, features(SIZES, candidates.configurations))


def test_what_cannot_be_built_is_left_out() -> None:
    candidates = Candidates(SIZES, [], lambda new, z: np.array([np.inf, 1.0, np.nan]), np.inf)
    candidates.add([{"n": 1}, {"n": 2}, {"n": 3}])
    assert candidates.configurations == [{"n": 2}]


def test_what_was_left_out_is_not_added_again() -> None:
    candidates = Candidates(SIZES, [], price, np.inf)
    candidates.add([{"n": 1}, {"n": 2}, {"n": 3}])
    candidates.keep(np.array([2, 0]))
    candidates.add([{"n": 2}, {"n": 5}])
    assert candidates.configurations == [{"n": 3}, {"n": 1}, {"n": 5}]
    np.testing.assert_array_equal(candidates.costs, [3, 1, 5])
    np.testing.assert_array_equal(candidates.z, features(SIZES, candidates.configurations))


def test_nothing_to_add_changes_nothing() -> None:
    candidates = Candidates(SIZES, [{"n": 1}], price, np.inf)
    candidates.add([{"n": 1}])
    candidates.add([])
    assert candidates.configurations == []
    assert candidates.costs.shape == (0,)


@pytest.mark.parametrize("seed", [0, 1])
def test_variations_differ_from_a_parent_in_one_to_three_values(seed: int) -> None:
    space = Space.from_dict({f"x{i}": {"type": "float", "range": [0, 1]} for i in range(8)})
    (parent,) = space.configurations(sample(space, 1, seed))
    drawn = variations([Subspace.of(space, {})], [parent], np.random.default_rng(seed))
    changed = [sum(one[name] != parent[name] for name in space.names) for one in drawn]
    assert set(changed) == {1, 2, 3}


def test_each_part_of_a_space_has_as_many_candidates_of_its_own() -> None:
    space = Space.from_dict(SPACE)
    name, value = next(iter(space.configurations(sample(space, 1, 0))[0].items()))
    whole, part = Subspace.of(space, {}), Subspace.of(space, {name: value})
    rng = np.random.default_rng(0)
    drawn = at_random([part, whole], rng)
    assert len(drawn) == 3000
    assert all(one[name] == value for one in drawn[:1500])
    varied = variations([part, whole], drawn[-20:], rng)
    assert all(one[name] == value for one in varied[: len(varied) // 2])
    for one in (*drawn[:50], *varied[:50]):
        space.check_configuration(json.loads(json.dumps(one)), "candidate")


def test_a_part_that_leaves_nothing_free_has_one_candidate() -> None:
    part = Subspace.of(SIZES, {"n": 7})
    rng = np.random.default_rng(0)
    assert at_random([part], rng) == [{"n": 7}]
    assert variations([part], [{"n": 7}], rng) == []
    assert variations([Subspace.of(SIZES, {})], [], rng) == []
