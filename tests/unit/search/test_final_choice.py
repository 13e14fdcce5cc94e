"""What a search ends with, by hand-made trials."""

import json
from typing import Any

import numpy as np
import pytest

from hand_made_trials import A, B, C, trials
from hsic_hpo.errors import InputError
from hsic_hpo.search.final_choice import choose, choose_among, chosen_design, effort
from hsic_hpo.trials.history import History


def finished(errors: list[float], costs: list[float]) -> History:
    configurations = [{"kind": "b", "width": i + 1} for i in range(len(errors))]
    return History(configurations, np.array(errors), np.array(costs))


@pytest.mark.parametrize(
    ("errors", "costs", "ceiling", "tolerance", "place"),
    [
        ([3, 1, 2], [1, 9, 2], np.inf, None, 1),
        ([3, 1, 1], [1, 9, 2], np.inf, None, 1),
        ([3, 1, 2], [1, 9, 2], 8, None, 2),
        ([3, 1, 2], [1, np.inf, 2], 8, None, 2),
        ([np.inf, np.inf, 2], [1, 1, 2], np.inf, None, 2),
        ([1.0, 1.1, 1.2], [9, 3, 1], np.inf, 0.1, 1),
        ([1.0, 1.1, 1.2], [9, 3, 1], np.inf, 0.2, 2),
        ([1.0, 1.1, 1.2], [9, 3, 1], np.inf, 0.0, 0),
        ([1.2, 1.1, 1.0, 1.05], [3, 2, 9, 2], np.inf, 0.1, 3),
        ([-2.0, -1.9, -1.0], [9, 3, 1], np.inf, 0.1, 1),
        ([1.0, 1.1, 1.2], [9, 3, 1], 5, 0.1, 2),
        ([1.0, np.inf, 1.2], [9, 1, 8], np.inf, 0.5, 2),
    ],
)
def test_the_chosen_trial(
    errors: list[float], costs: list[float], ceiling: float, tolerance: float | None, place: int
) -> None:
    found = finished(errors, costs)
    assert choose(found, ceiling=ceiling, tolerance=tolerance) == place


@pytest.mark.parametrize(
    ("errors", "ceiling", "message"),
    [
        ([np.inf, np.inf], np.inf, "no trial to choose: all diverged or failed"),
        ([1, 2], 0.5, "no trial to choose: all diverged or failed, or cost more than 0.5"),
    ],
)
def test_without_a_trial_to_choose_there_is_a_message(
    errors: list[float], ceiling: float, message: str
) -> None:
    with pytest.raises(InputError) as caught:
        choose(finished(errors, [1.0, 1.0]), ceiling=ceiling)
    assert str(caught.value) == message


def test_effort_is_the_sum_over_all_trainings() -> None:
    first = trials([(A, 1.0, 10.0), (B, 2.0, 400.0)], epochs=2, samples=1000)
    second = trials([(C, 0.5, 7.0)], epochs=5, n_repeats=2, samples=100)
    found = effort([first, second])
    assert found == {
        "n_trainings": 4.0,
        "training_flops": 3 * (1000 * 2 * 410 + 2 * 100 * 5 * 7),
        "train_seconds": 2.0,
    }


def test_failed_trainings_count_with_what_is_known_of_them() -> None:
    found = effort([trials([(A, None, 0.0), (B, 2.0, 400.0)])])
    assert found == {"n_trainings": 2, "training_flops": 3 * 1000 * 2 * 400, "train_seconds": 1.0}


def test_rounds_without_known_operations_leave_the_others_standing() -> None:
    unknown = trials([(A, None, 0.0)])
    known = trials([(B, 2.0, 400.0)])
    assert effort([known, unknown])["training_flops"] == 3 * 1000 * 2 * 400
    assert np.isnan(effort([unknown])["training_flops"])


def test_the_chosen_design_has_a_trial_per_repeat() -> None:
    drawn = trials([(A, 3.0, 10.0), (B, 2.0, 20.0)])
    better, worse = trials([(C, 1.0, 30.0)]), trials([(A | {"width": 9}, 5.0, 1.0)])
    design = chosen_design(drawn, [better, worse], {"epochs": 3}, cost="flops")
    assert [json.loads(text) for text in design["configuration"].values] == [C, B]
    assert design["validation_error"].values.tolist() == [1.0, 2.0]
    assert design["n_trainings"].values.tolist() == [3.0, 3.0]
    operations = [3 * 1000 * 2 * total for total in (60.0, 31.0)]
    assert design["training_flops"].values.tolist() == operations
    assert design["train_seconds"].values.tolist() == [1.5, 1.5]
    for name in ("validation_error", "n_trainings", "training_flops", "train_seconds"):
        assert set(design[name].attrs) == {"long_name", "units"}
    assert json.loads(design.attrs["budget"]) == {"epochs": 3}


def test_repeats_that_choose_the_same_are_retrained_apart() -> None:
    drawn = trials([(A, 3.0, 10.0), (B, 2.0, 20.0)])
    design = chosen_design(drawn, [trials([]), trials([])], {"epochs": 2}, cost="flops")
    assert len(set(design["trial"].values)) == 2
    assert design["trial"].values[0] == drawn["trial"].values[1]


def test_ceiling_and_tolerance_reach_the_choice() -> None:
    drawn = trials([(A, 1.0, 30.0), (B, 1.05, 20.0), (C, 2.0, 10.0)])
    for keywords, chosen in (
        ({}, A),
        ({"ceiling": 25.0}, B),
        ({"ceiling": 15.0, "tolerance": 0.1}, C),
        ({"tolerance": 0.1}, B),
        ({"tolerance": 2.0}, C),
    ):
        design = chosen_design(drawn, [], {}, cost="flops", **keywords)
        assert json.loads(design["configuration"].values[0]) == chosen


def test_each_repeat_chooses_among_the_trials_that_it_knew() -> None:
    drawn = trials([(A, 1.0, 30.0), (B, 2.0, 20.0)])
    design = chosen_design(drawn, [trials([]), trials([])], {}, cost="flops", initial_trials=1)
    assert [json.loads(text) for text in design["configuration"].values] == [A, B]
    assert design["n_trainings"].values.tolist() == [1.0, 1.0]


TWO = [trials([(A, 3.0, 10.0), (B, 2.0, 20.0)]), trials([(C, 1.0, 400.0), (A, 1.0, 300.0)])]


@pytest.mark.parametrize(
    ("told", "place"),
    [
        ({"tolerance": None}, 2),
        # Of equal errors the cheapest.
        ({"tolerance": 0.0}, 3),
        ({"tolerance": 1.0}, 1),
        ({"tolerance": 0.0, "limits": {"flops": 20.0}}, 1),
        ({"tolerance": 0.5, "limits": {"flops": 20.0}}, 0),
        # Its parameters are half of its operations here, its time half a second.
        ({"tolerance": 0.0, "limits": {"n_params": 5.0, "train_seconds": 0.5}}, 0),
        ({"tolerance": 0.0, "limits": {"n_params": 4.0}}, None),
        ({"tolerance": 0.0, "limits": {"train_seconds": 0.4}}, None),
        ({"tolerance": 0.0, "limits": {"n_params": 9.0}, "ceiling": 5.0}, None),
        # Of (10, 3), (20, 2) and (300, 1): the second.
        ({"tolerance": 0.0, "knee": True}, 1),
        ({"tolerance": 0.0, "knee": True, "limits": {"flops": 20.0}}, 1),
        ({"tolerance": 0.0, "knee": True, "ceiling": 10.0}, 0),
    ],
)
def test_limits_and_the_knee_choose(told: dict[str, Any], place: int | None) -> None:
    assert choose_among(TWO, "flops", **told) == place


def test_an_unknown_cost_is_within_no_limit() -> None:
    unknown = trials([(A, 1.0, np.nan), (B, 2.0, 20.0)])
    assert choose_among([unknown], "flops", tolerance=0.0, limits={"flops": 1e9}) == 1


def test_a_repeat_of_which_all_trials_cost_too_much_has_no_network() -> None:
    drawn = trials([(A, 3.0, 10.0), (B, 2.0, 20.0)])
    searches = [trials([(C, 1.0, 30.0)]), trials([(C, 1.0, 5.0)])]
    told = {"tolerance": 0.0, "limits": {"flops": 9.0}}
    design = chosen_design(drawn, searches, {"epochs": 3}, cost="flops", **told)
    assert [json.loads(text) for text in design["configuration"].values] == [C]
    assert design["search_repeat"].values.tolist() == [1]
    assert design.attrs["choice"] == "lowest error, at most 9 FLOPs per sample"
    none = chosen_design(drawn, searches[:1], {}, cost="flops", **told)
    assert none.sizes["trial"] == 0


def test_choices_of_one_configuration_ask_for_the_same_training() -> None:
    """The name of a trial decides its seeds, and with its configuration which training it is."""
    drawn = trials([(A, 3.0, 10.0), (B, 2.0, 20.0)])
    told = ({"tolerance": 0.0}, {"tolerance": 0.0, "knee": True}, {"tolerance": 0.1})
    names = [
        chosen_design(drawn, [], {"epochs": 3}, cost="flops", **one)["trial"].values.tolist()
        for one in told
    ]
    assert names[0] == names[1] == names[2]
