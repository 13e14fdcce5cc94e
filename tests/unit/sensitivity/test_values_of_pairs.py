"""How a pair interacts: the values of one among the best depend on the level of the other."""

from hsic_hpo.sensitivity.values_of_pairs import values_given
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
    texts = {one.part: one.values for one in found}
    assert texts["low"].text.startswith("up to 0.")
    assert texts["high"].text.startswith("from 0.")
    assert all(one.at_goal > 0.999 and one.of_all < 0.5 for one in texts.values())
    assert sum(one.n_best for one in found) == 40
