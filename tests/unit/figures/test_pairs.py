"""Pictures of pairs that interact."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from hsic_hpo.figures.pairs import pairs
from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.trials.goals import select_goal, target_values
from hsic_hpo.trials.values_of_pairs import interacting_pairs
from small_search import SETTINGS, search
from studies_to_draw import study

SPEC = {
    "x": {"type": "float", "range": [0.0, 1.0]},
    "kind": {"type": "categorical", "levels": ["a", "b"]},
    "idle": {"type": "float", "range": [0.0, 1.0]},
}


def other_way_round(configuration: Mapping[str, Any]) -> float:
    """With a, low values of x are good, with b high ones."""
    x = float(configuration["x"])
    return 0.1 + (x if configuration["kind"] == "a" else 1 - x)


def test_the_picture_holds_all_trials_the_best_and_their_share_of_each_cell() -> None:
    trials = search(400, spec=SPEC, error=other_way_round)
    sensitivity = analyse(trials, SETTINGS)
    assert [set(pair) for pair in interacting_pairs(sensitivity)] == [{"x", "kind"}]
    figure = pairs(trials, sensitivity)
    axes = figure.axes[0]
    u = trials["u"].values
    best = select_goal(target_values(trials, "error"), 0.1, "best").reached
    others, reached = axes.lines
    # The one with levels is across.
    for line, picked in ((others, ~best), (reached, best)):
        np.testing.assert_allclose(line.get_xydata(), u[picked][:, [1, 0]])
    cells = np.ma.filled(axes.collections[0].get_array(), np.nan).reshape(5, 2)
    inside = (u[:, 1] < 0.5) & (u[:, 0] < 0.2)
    assert cells[0, 0] == (best & inside).sum() / inside.sum()
    assert [label.get_text() for label in axes.get_xticklabels()] == ["a", "b"]
    title = axes.get_title("left").replace("\n", " ")
    assert "best with kind a:" in title
    assert "x up to" in title
    said = figure.get_suptitle().replace("\n", " ")
    assert said == "What matters together for the best 10 %: kind with x"


def test_without_a_pair_it_says_so_and_shows_no_picture() -> None:
    one = study("nothing significant")
    assert not interacting_pairs(one.sensitivity)
    (axes,) = pairs(one.trials, one.sensitivity).axes
    text = axes.texts[0].get_text().replace("\n", " ")
    assert text.startswith("No pair is found to matter for the best 10 %")
    assert not axes.axison
