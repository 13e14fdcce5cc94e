"""``hh.choose``: one network by what it may cost, and why."""

import re
from typing import Any

import pytest

import hsic_hpo as hh
from hand_made_trials import A, B, C, trials
from hsic_hpo.search.known_trials import known_trials

ROWS = [(A, 1.05, 100.0), (B, 2.0, 20.0), (C, 1.0, 300.0), ({"kind": "b", "width": 1}, None, 1.0)]
MADE = trials(ROWS)
UNIFORM = [i / 30 for i in range(30)]


@pytest.mark.parametrize(
    ("asked", "error", "choice", "reason"),
    [
        (
            {},
            1.05,
            "cheapest within 10 % of the lowest error",
            "the cheapest by FLOPs per sample of the 2 within 10 % of the lowest error, 1; among 3 "
            "trials that ended well",
        ),
        (
            {"within": 0.01},
            1.0,
            "cheapest within 1 % of the lowest error",
            "the only one within 1 % of the lowest error, 1; among 3 trials that ended well",
        ),
        (
            {"lowest_error": True},
            1.0,
            "lowest error",
            "the lowest error of 3 trials that ended well",
        ),
        (
            {"max_flops": 20},
            2.0,
            "lowest error, at most 20 FLOPs per sample",
            "the lowest error of the 1, of 3 trials that ended well, that cost at most 20 FLOPs "
            "per sample; the lowest of all is 1 with 300 FLOPs per sample",
        ),
        (
            {"max_params": 50, "max_seconds": 0.5},
            1.05,
            "lowest error, at most 50 parameters and 0.5 s of training",
            "the lowest error of the 2, of 3 trials that ended well, that cost at most 50 "
            "parameters and 0.5 s of training; the lowest of all is 1",
        ),
        (
            {"max_cost": 100, "within": 2},
            2.0,
            "cheapest within 200 % of the lowest error, at most 100 FLOPs per sample",
            "the cheapest by FLOPs per sample of the 2 within 200 % of the lowest error, 1.05; "
            "among the 2, of 3 trials that ended well, that cost at most 100 FLOPs per sample",
        ),
        (
            {"knee": True},
            1.05,
            "knee",
            "the knee of the front of error and FLOPs per sample: of its 3 networks farthest below "
            "the straight line between the two ends, in logarithms; among 3 trials that ended well",
        ),
    ],
)
def test_what_is_chosen_and_why(
    asked: dict[str, Any], error: float, choice: str, reason: str
) -> None:
    chosen = hh.choose(MADE, **asked)
    assert (chosen.error, chosen.choice, chosen.reason) == (error, choice, reason)


def test_it_knows_what_it_costs_and_its_neighbours() -> None:
    chosen = hh.choose(known_trials(MADE, []))
    assert chosen.configuration == A
    assert (chosen.cost, chosen.costs) == (
        100.0,
        {"flops": 100.0, "n_params": 50.0, "train_seconds": 0.5},
    )
    assert (chosen.error_std, chosen.n_repeats) == (None, 1)
    assert chosen.cheaper is not None
    assert (chosen.cheaper.configuration, chosen.cheaper.error) == (B, 2.0)
    assert chosen.dearer is not None
    assert chosen.dearer.cost == 300.0
    assert hh.choose(MADE, lowest_error=True).dearer is None
    assert (chosen.n_trials, chosen.n_ended_well) == (4, 3)
    assert chosen.found_by == {"method": "random", "search_repeat": -1, "search_round": 0}


def test_its_error_has_the_spread_of_its_repeats() -> None:
    two = trials(ROWS, n_repeats=2)
    two["validation_error"][2] = [0.9, 1.1]
    chosen = hh.choose(two, lowest_error=True)
    assert chosen.error_std == pytest.approx(0.1 * 2**0.5)
    assert chosen.n_repeats == 2


def test_the_stricter_of_two_limits_on_one_cost_holds() -> None:
    for limits in ({"max_flops": 50, "max_cost": 200}, {"max_flops": 200, "max_cost": 50}):
        assert hh.choose(MADE, **limits).choice == "lowest error, at most 50 FLOPs per sample"


def test_what_is_maximised_is_told_as_the_user_knows_it() -> None:
    found = {"accuracy": [0.5, 0.9, 0.8], "seconds": [1.0, 9.0, 2.0]}
    frame = {"x": UNIFORM} | {name: values * 10 for name, values in found.items()}
    taken = hh.trials_from(frame, error="accuracy", cost="seconds", maximise=True)
    assert hh.choose(taken, within=0.2).reason == (
        "the cheapest by seconds of the 20 within 20 % of the highest accuracy, 0.9; among 30 "
        "trials that ended well"
    )


def test_a_limit_under_which_nothing_is_tells_what_the_user_knows() -> None:
    frame = {"x": UNIFORM, "accuracy": [0.5, 0.9, 0.8] * 10, "seconds": [1.0004] * 30}
    taken = hh.trials_from(frame, error="accuracy", cost="seconds", maximise=True)
    with pytest.raises(hh.InputError) as error:
        hh.choose(taken, max_cost=1)
    assert str(error.value) == (
        "none of 30 trials costs at most 1 seconds; the cheapest there is: 1.0004 seconds "
        "(accuracy 0.5)"
    )


def test_what_lies_beyond_a_limit_is_told_apart_from_it() -> None:
    made = trials([(A, 1.0, 100.0), (C, 0.5, 100.4)])
    assert hh.choose(made, max_flops=100).reason.endswith(
        "cost at most 100 FLOPs per sample; the lowest of all is 0.5 with 100.4 FLOPs per sample"
    )


def test_of_an_unknown_cost_beyond_a_limit_nothing_is_said() -> None:
    frame = {"x": UNIFORM, "loss": [3.0, 1.0, 2.0] * 10, "seconds": [1.0, None, 2.0] * 10}
    taken = hh.trials_from(frame, error="loss", cost="seconds")
    reason = hh.choose(taken, max_cost=3).reason
    assert reason.endswith("that cost at most 3 seconds; the lowest of all is 1")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            {"max_flops": 19},
            "none of 3 trials costs at most 19 FLOPs per sample; the cheapest there is: 20 FLOPs "
            "per sample (error 2)",
        ),
        ({"max_flops": 0}, "max_flops: 0 is not a number above 0"),
        ({"within": -0.1}, "within: -0.1 is not a number from 0 to 10"),
        ({"within": 0.1, "knee": True}, "within and knee: allowed: one of them"),
        (
            {"cost": "flop"},
            "cost 'flop': the trials have no such cost; known: train_seconds, epochs, n_params, "
            "flops; did you mean 'flops'?",
        ),
    ],
)
def test_what_cannot_be_chosen_is_told_in_a_line(asked: dict[str, Any], message: str) -> None:
    with pytest.raises(hh.InputError, match=f"^{re.escape(message)}$"):
        hh.choose(MADE, **asked)


def test_trials_without_a_cost_give_the_lowest_error() -> None:
    taken = hh.trials_from({"x": UNIFORM, "loss": [3.0, 1.0, 2.0] * 10}, error="loss")
    chosen = hh.choose(taken)
    assert (chosen.choice, chosen.error, chosen.cost) == ("lowest error", 1.0, None)
    for asked in ({"knee": True}, {"within": 0.1}, {"max_cost": 3}):
        with pytest.raises(hh.InputError, match="the trials have no cost"):
            hh.choose(taken, **asked)


def test_only_trials_are_taken() -> None:
    with pytest.raises(hh.InputError, match="a trials Dataset is needed"):
        hh.choose([1, 2])


def test_all_failed_trials_leave_nothing() -> None:
    failed = trials([(A, None, 10.0)])
    with pytest.raises(hh.InputError, match="all diverged or failed"):
        hh.choose(failed, max_params=3)
