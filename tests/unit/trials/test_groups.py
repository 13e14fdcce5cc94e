"""Trials of a group are those whose stored values meet its conditions."""

from typing import Any

import numpy as np
import pytest

import hsic_hpo as hh
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.groups import in_group

LEVELS = ["auto", "sqrt", 0.5]


@pytest.mark.parametrize("when", [0.5, "auto", {"in": ["sqrt", 0.5]}, {"not": 0.5}], ids=str)
def test_levels_that_are_texts_and_numbers_meet_conditions(when: Any) -> None:
    space = hh.Space({"kind": hh.Categorical(LEVELS), "size": hh.Float(0, 1, when={"kind": when})})
    rng = np.random.default_rng(0)
    rows = [{**one, "loss": rng.random()} for one in space.configurations(rng.random((200, 2)))]
    trials = hh.trials_from(rows, space=space, error="loss")
    (group,) = [one for one in space.groups() if one.conditions]
    has_size = ["size" in one for one in trials_data.configurations(trials)]
    assert 0 < sum(has_size) < 200
    np.testing.assert_array_equal(in_group(trials, group), has_size)
    found = hh.explain(trials, n_permutations=19)
    n = found["n"].sel(group=group.label)
    assert int(n) == sum(has_size)
