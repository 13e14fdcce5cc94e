"""Where the best lie: the strips beside the indices."""

import numpy as np
import pytest

from hsic_hpo.figures.best_values import BestValues, GroupOfTrials
from hsic_hpo.figures.importance import importance
from hsic_hpo.figures.strips import frequencies
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import select_goal, target_values
from hsic_hpo.trials.variables import hyperparameter_values
from small_search import search
from studies_to_draw import study

TRIALS = search(2000)
SPACE: Space = trials_data.space(TRIALS)


def strip(name: str, reached: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return frequencies(GroupOfTrials(TRIALS, reached), SPACE[name])


def test_of_a_level_it_is_the_share_there_over_the_average_on_its_part_of_the_axis() -> None:
    optimizer = hyperparameter_values(TRIALS, "optimizer")
    reached = (optimizer == "adam") & (np.arange(2000) % 2 == 0)
    x, times = strip("optimizer", reached)
    np.testing.assert_allclose(x, np.repeat([0, 1 / 3, 2 / 3, 1], 2)[1:-1])
    # A trial of the average is added to each level.
    n, average = (optimizer == "adam").sum(), reached.mean()
    expected = (reached.sum() + average) / (n + 1) / average
    np.testing.assert_allclose(times[2:4], expected)
    assert times[[0, 1, 4, 5]].max() < 0.01


def test_of_numbers_it_is_highest_where_the_best_are_and_the_average_where_all_are_alike() -> None:
    u = TRIALS["u"].sel(hyperparameter="learning_rate").values
    x, times = strip("learning_rate", (u > 0.6) & (u < 0.7))
    assert 0.6 < x[np.argmax(times)] < 0.7
    # All that are there reach the goal.
    assert times.max() == pytest.approx(1 / ((u > 0.6) & (u < 0.7)).mean(), rel=0.3)
    assert times[np.abs(x - 0.65) > 0.3].max() < 0.01
    _, alike = strip("learning_rate", np.arange(2000) % 10 == 0)
    np.testing.assert_allclose(alike, 1, atol=0.35)


def test_trials_that_crowd_somewhere_make_no_peak_there() -> None:
    u = TRIALS["u"].sel(hyperparameter="learning_rate").values
    crowded = np.flatnonzero((u < 0.2) | (np.arange(2000) % 8 == 0))
    picked = TRIALS.isel(trial=crowded)
    reached = np.arange(len(crowded)) % 5 == 0
    _, times = frequencies(GroupOfTrials(picked, reached), SPACE["learning_rate"])
    np.testing.assert_allclose(times, 1, atol=0.5)


def test_where_no_trial_reaches_the_goal_there_is_no_strip() -> None:
    x, times = strip("optimizer", np.zeros(2000, dtype=bool))
    assert x.size == times.size == 0


def test_best_values_are_those_of_the_group_and_of_its_goal() -> None:
    one = study("usual")
    found = BestValues(one.trials, one.sensitivity).group("optimizer = sgd")
    sgd = hyperparameter_values(one.trials, "optimizer") == "sgd"
    goal = select_goal(target_values(one.trials, "error"), 0.1, "best")
    assert found.trials.sizes["trial"] == sgd.sum()
    assert found.reached.tolist() == goal.reached[sgd].tolist()


def test_values_stand_beside_what_is_found_alone_and_a_strip_beside_each() -> None:
    one = study("usual")
    figure = importance(one.sensitivity, one.trials)
    bars, strips = figure.axes[:2]
    names = [label.get_text() for label in bars.get_yticklabels()]
    texts = {text.get_text() for text in strips.texts}
    values = BestValues(one.trials, one.sensitivity)
    assert {values.text("all", name) for name in ("learning_rate", "optimizer")} < texts
    assert values.text("all", "n_units") not in texts
    assert "where the best 10 % are" in texts
    assert len(strips.collections) >= 3 * len(names)
    assert [label.get_text() for label in strips.get_xticklabels()] == ["low", "high"]
