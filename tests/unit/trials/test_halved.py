"""What a halving would have left of whole trainings."""

from pathlib import Path

import numpy as np
import pytest

from curved_search import N_EPOCHS, curved, with_curves
from hsic_hpo.errors import InputError
from hsic_hpo.trials.dataset import check_trials, error, read_trials
from hsic_hpo.trials.halved import halved
from hsic_hpo.trials.rungs import Rung, auto_rungs

PUBLISHED = Path(__file__).parents[3] / "results" / "reference"
RUNGS = (Rung(4, 0.5), Rung(12, 0.25))


@pytest.mark.parametrize("early_stopping", [True, False])
def test_stopped_trials_are_those_that_a_plain_loop_stops(early_stopping):
    whole = curved(60, early_stopping=early_stopping)
    left = halved(whole, RUNGS)
    check_trials(left, "halved")
    curves = whole["learning_curve"].values[:, 0]
    alive, stopped_after = list(range(60)), dict.fromkeys(range(60), 0)
    for number, rung in enumerate(RUNGS, start=1):
        by_error = sorted(alive, key=lambda i: min(curves[i][: rung.epochs]))
        for i in by_error[round(60 * rung.keep) :]:
            stopped_after[i] = number
        alive = by_error[: round(60 * rung.keep)]
    assert left["rung"].values.tolist() == list(stopped_after.values())
    for i, number in stopped_after.items():
        end = RUNGS[number - 1].epochs if number else N_EPOCHS
        until = curves[i][:end]
        one = left.isel(trial=i, repeat=0)
        assert float(one["validation_error"]) == (min(until) if early_stopping else until[-1])
        assert float(one["train_seconds"]) == float(one["epochs"]) == end
        assert one["status"].item() == ("stopped" if number else "ok")
        np.testing.assert_array_equal(one["learning_curve"][:end], until)
        assert not np.isfinite(one["learning_curve"][end:]).any()
        assert np.isnan(one["test_error"]) == bool(number)


def test_a_training_that_ended_before_a_rung_is_never_stopped():
    curves = np.full((4, 1, 10), 0.5)
    curves[:, 0] += np.arange(4)[:, None]
    curves[3, 0, 2:] = np.nan
    left = halved(with_curves(curves), [Rung(5, 0.5)])
    assert left["rung"].values.tolist() == [0, 0, 1, 0]
    assert left["status"].values[3, 0] == "ok"


def test_one_that_diverged_before_a_rung_takes_no_place_in_it():
    whole = with_curves(np.arange(1.0, 5.0)[:, None, None] * np.ones((4, 1, 10)))
    whole["status"][0, 0] = "diverged"
    whole["validation_error"][0, 0] = np.nan
    whole["epochs"][0, 0] = 3
    left = halved(whole, [Rung(5, 0.5)])
    assert left["rung"].values.tolist() == [0, 0, 0, 1]
    assert left["status"].values[0, 0] == "diverged"


def test_repeats_are_compared_by_their_mean():
    curves = np.array([[[1.0, 1.0], [5.0, 5.0]], [[2.0, 2.0], [2.0, 2.0]]])
    assert halved(with_curves(curves), [Rung(1, 0.5)])["rung"].values.tolist() == [1, 0]


def test_without_rungs_nothing_is_stopped():
    whole = curved(20)
    left = halved(whole, [])
    assert not left["rung"].any()
    np.testing.assert_array_equal(error(left), error(whole))


def test_trials_without_learning_curves_cannot_be_halved():
    whole = curved(20)
    whole["learning_curve"] = whole["learning_curve"] * np.nan
    with pytest.raises(InputError, match="no learning curves"):
        halved(whole, RUNGS)


@pytest.mark.parametrize(
    ("rungs", "cost", "same"),
    [
        ((Rung(10, 0.6), Rung(30, 0.35), Rung(80, 0.2)), 0.41, 100),
        ((Rung(10, 0.5), Rung(30, 0.25), Rung(80, 0.15)), 0.34, 98),
        ((Rung(5, 0.5), Rung(15, 0.25), Rung(40, 0.15)), 0.24, 93),
    ],
)
def test_the_published_study_halved_costs_and_keeps_what_is_stated_of_it(rungs, cost, same):
    assert _cost_and_kept("bateman", rungs) == (pytest.approx(cost, abs=0.005), same)


def test_proposed_rungs_keep_the_best_of_the_published_studies():
    cost, same = _cost_and_kept("bateman", auto_rungs(1000, 150, 0.1))
    assert cost <= 0.4
    assert same >= 98
    # Of three epochs the first alone takes a third of the time.
    cost, same = _cost_and_kept("mnist", auto_rungs(1000, 3, 0.1))
    assert cost <= 0.65
    assert same >= 98


def _cost_and_kept(study: str, rungs: tuple[Rung, ...]) -> tuple[float, int]:
    whole = read_trials(PUBLISHED / study / "random" / "trials.nc")
    left = halved(whole, rungs)
    best = [set(np.argsort(error(one), kind="stable")[:100].tolist()) for one in (whole, left)]
    cost = float(left["train_seconds"].sum() / whole["train_seconds"].sum())
    return cost, len(best[0] & best[1])
