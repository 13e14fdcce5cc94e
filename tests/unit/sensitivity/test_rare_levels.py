"""Levels that the best lack are named, those that chance may have left out are not."""

from hsic_hpo.sensitivity.rare_levels import rare_levels
from hsic_hpo.trials.variables import hyperparameter_values
from small_search import search

SPACE = {
    "kind": {"type": "categorical", "levels": ["good", "fair", "bad"]},
    "x": {"type": "float", "range": [0, 1]},
}
COST = {"good": 0.0, "fair": 0.1, "bad": 5.0}


def by_kind(configuration: dict[str, object]) -> float:
    return COST[str(configuration["kind"])] + float(str(configuration["x"]))


def test_a_level_that_ruins_every_trial_is_never_among_the_best() -> None:
    trials = search(300, spec=SPACE, error=by_kind)
    found = rare_levels(trials, "kind", 0.1)
    share = (hyperparameter_values(trials, "kind") == "bad").mean()
    bad = next(one for one in found if one.level == "bad")
    assert (bad.at_goal, bad.of_all) == (0.0, share)


def test_of_few_trials_and_of_numbers_nothing_is_said() -> None:
    assert rare_levels(search(12, spec=SPACE, error=by_kind), "kind", 0.1) == []
    assert rare_levels(search(300, spec=SPACE, error=by_kind), "x", 0.1) == []
