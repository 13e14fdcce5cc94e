"""Trials of a group are those whose stored values meet its conditions."""

from typing import Any

import numpy as np
import pytest

import hsic_hpo as hh
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.groups import in_group
from small_search import search

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


def test_a_group_whose_parent_no_trial_has_is_empty() -> None:
    space = hh.Space(
        {
            "opt": hh.Categorical(["adam", "sgd"]),
            "nesterov": hh.Boolean(when={"opt": "sgd"}),
            "extra": hh.Float(0, 1, when={"nesterov": True}),
            "lr": hh.Float(0, 1),
        }
    )
    rates = np.random.default_rng(0).random(40)
    absent = {"nesterov": None, "extra": None}
    rows = [{"opt": "adam", **absent, "lr": rate, "loss": rate} for rate in rates]
    trials = hh.trials_from(rows, space=space, error="loss")
    assert [int(in_group(trials, group).sum()) for group in space.groups()][1:] == [0, 0]
    assert hh.explain(trials, n_permutations=19)["n"].values.tolist() == [40, 0, 0]
    explained = hh.explain_by_budget(hh.example_trials(60), budgets=[1.0], drawn="adaptive")
    assert not explained["hsic"].notnull().any()


def test_the_space_is_read_once_for_all_conditions(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = {
        "a": {"type": "boolean"},
        "b": {"type": "boolean", "when": {"a": True}},
        "x": {"type": "float", "range": [0, 1], "when": {"b": True}},
    }
    trials, read = search(40, spec=spec, error=lambda _: 1.0), []
    groups = trials_data.space(trials).groups()
    once = hh.Space.from_json
    monkeypatch.setattr(hh.Space, "from_json", lambda text: read.append(text) or once(text))
    for group, times in zip(groups, (0, 1, 1), strict=True):
        read.clear()
        in_group(trials, group)
        assert len(read) == times
