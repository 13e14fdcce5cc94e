"""How a pair interacts: the values of one among the best depend on the level of the other."""

import numpy as np
import pytest

from hsic_hpo.digits import value_in_words
from hsic_hpo.trials.values_of_pairs import values_given
from hsic_hpo.trials.variables import hyperparameter_values
from small_search import search

SPACE = {
    "side": {"type": "categorical", "levels": ["low", "high"]},
    "x": {"type": "float", "range": [0, 1]},
}


def opposed(configuration: dict[str, object]) -> float:
    x = float(str(configuration["x"]))
    return x if configuration["side"] == "low" else 1 - x


def test_the_best_have_small_values_with_one_level_and_large_ones_with_the_other() -> None:
    trials = search(400, spec=SPACE, error=opposed)
    described, parting, found = values_given(trials, "x", "side", 0.1)
    assert (described, parting) == ("x", "side")
    texts = {one.part: one for one in found}
    assert set(texts) == {"low", "high"}
    # The forty of the lowest error have the smallest x with one level and the largest with the
    # other, and nothing else lies between them: the values are theirs alone.
    side, x = (hyperparameter_values(trials, name) for name in ("side", "x"))
    error = np.where(side == "low", x, 1 - x)
    best = error <= np.sort(error)[39]
    for level, one in texts.items():
        inside = side == level
        assert one.n_best == (best & inside).sum()
        assert one.values.at_goal == pytest.approx(1)
        assert one.values.of_all == pytest.approx(one.n_best / inside.sum())
    assert texts["low"].values.text == f"up to {value_in_words(x[best & (side == 'low')].max())}"
    high = x[best & (side == "high")].min()
    assert texts["high"].values.text == f"from {value_in_words(high)} on"
    assert sum(one.n_best for one in found) == 40


def test_parts_that_meet_between_near_numbers_have_different_ends() -> None:
    spec = {
        "rate": {"type": "float", "levels": [5.0011, 5.0012, 5.0013]},
        "x": {"type": "float", "range": [0, 1]},
    }
    trials = search(400, spec=spec, error=lambda configuration: float(str(configuration["x"])))
    _, parting, found = values_given(trials, "rate", "x", 0.2)
    assert parting == "rate"
    assert [one.part for one in found] == ["up to 5.0012", "from 5.0013 on"]
