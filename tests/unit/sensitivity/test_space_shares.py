"""The share of a space that a conditional group has."""

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.stats import qmc

from hsic_hpo.sensitivity.space_shares import share_of_space
from hsic_hpo.spaces.space import Space
from random_spaces import specs
from small_search import SPACE


@settings(max_examples=60, deadline=None)
@given(specs())
def test_it_is_how_often_random_configurations_are_in_the_group(spec: dict) -> None:
    space = Space.from_dict(spec)
    u = qmc.Sobol(len(space), rng=np.random.default_rng(0)).random(2**12)
    drawn = space.configurations(np.clip(u, 1e-9, 1 - 1e-9))
    for group in space.groups():
        inside = [all(one.holds_in(point) for one in group.conditions) for point in drawn]
        assert share_of_space(space, group) == pytest.approx(np.mean(inside), abs=0.02)


def test_conditions_on_several_parents_multiply() -> None:
    space = Space.from_dict(SPACE)
    shares = {group.label: share_of_space(space, group) for group in space.groups()}
    assert shares["all"] == 1
    assert shares["optimizer = sgd"] == pytest.approx(1 / 3)
    assert shares["optimizer = sgd, momentum > 0.3"] == pytest.approx(1 / 3 * 2 / 3)
    assert shares["optimizer in {adam, rmsprop}, n_layers ≥ 3"] == pytest.approx(2 / 3 * 6 / 8)


@pytest.mark.parametrize(
    ("test", "share"), [({">": 2.5}, 0.6), ({"<=": 4}, 0.8), ({"not": 3}, 0.8)]
)
def test_of_integers_whole_bins_count(test: dict, share: float) -> None:
    spec = {
        "k": {"type": "integer", "range": [1, 5]},
        "x": {"type": "float", "range": [0, 1], "when": {"k": test}},
    }
    space = Space.from_dict(spec)
    assert share_of_space(space, space.groups()[1]) == pytest.approx(share)
