"""Which trials go on after a rung, and the rungs that are proposed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsic_hpo.errors import InputError
from hsic_hpo.trials.goals import number_selected
from hsic_hpo.trials.rungs import Rung, auto_rungs, check_rungs, n_kept, survivors


def test_the_lowest_errors_go_on_and_of_equal_ones_the_first():
    errors = np.array([0.5, 0.2, 0.5, 0.1, 0.5])
    assert survivors(errors, 3).tolist() == [True, True, False, True, False]


def test_failed_and_diverged_trials_never_go_on():
    errors = np.array([np.nan, 0.3, np.inf, 0.1])
    assert survivors(errors, 4).tolist() == [False, True, False, True]
    assert not survivors(np.full(3, np.nan), 2).any()


def test_no_error_of_a_survivor_is_above_one_of_a_stopped_trial():
    errors = np.random.default_rng(0).standard_normal(200)
    going_on = survivors(errors, 37)
    assert going_on.sum() == 37
    assert errors[going_on].max() < errors[~going_on].min()


@given(
    n_trials=st.integers(1, 3000),
    epochs=st.integers(1, 5000),
    goal=st.floats(0.005, 0.9),
)
def test_proposed_rungs_follow_each_other_and_keep_the_goal_with_a_margin(n_trials, epochs, goal):
    rungs = auto_rungs(n_trials, epochs, goal)
    check_rungs(rungs, n_trials, epochs, goal, "rungs")
    kept = [n_kept(rung, n_trials) for rung in rungs]
    assert kept == sorted(kept, reverse=True)
    assert all(n > number_selected(goal, n_trials) for n in kept)


def test_what_the_goal_needs_with_its_margin_is_enough():
    check_rungs([Rung(10, 0.12)], 1000, 150, 0.1, "rungs")


def test_one_epoch_has_no_rung_and_a_short_budget_has_two_early_ones():
    assert auto_rungs(1000, 1, 0.1) == ()
    assert [rung.epochs for rung in auto_rungs(1000, 2, 0.1)] == [1]
    assert [rung.epochs for rung in auto_rungs(1000, 3, 0.1)] == [1, 2]


def test_rungs_are_not_proposed_where_nearly_all_trials_would_go_on():
    assert auto_rungs(1000, 150, 0.93) == ()


@pytest.mark.parametrize(
    ("rungs", "said"),
    [
        ([Rung(150, 0.5)], r"rungs\[0\]\.epochs: 150 does not lie between 0 and 150"),
        ([Rung(20, 0.5), Rung(10, 0.3)], r"rungs\[1\]\.epochs: 10 does not lie between 20"),
        ([Rung(10, 0.4), Rung(20, 0.4)], r"rungs\[1\]\.keep: 0\.4 does not lie between 0 and 0\.4"),
        ([Rung(10, 0.05)], r"rungs\[0\]\.keep: 0\.05 keeps 50 of 1000 .*at least 120, the 100 of"),
        ([Rung(10, 0.119)], r"rungs\[0\]\.keep: 0\.119 keeps 119 of 1000 .*at least 120"),
    ],
)
def test_rungs_that_cannot_be_are_refused_with_their_place(rungs, said):
    with pytest.raises(InputError, match=said):
        check_rungs(rungs, 1000, 150, 0.1, "rungs")
