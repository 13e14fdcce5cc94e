"""Who goes on after a rung, in which order, and after which rung each trial was stopped."""

import json
from typing import Any

import numpy as np
import pytest
import xarray as xr

from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials.dataset import error, gather_records
from hsic_hpo.trials.design import make_design
from hsic_hpo.trials.goals import select_goal, target_values
from hsic_hpo.trials.halving import design_of_survivors, rung_of, with_rungs
from hsic_hpo.trials.outcomes import outcomes
from hsic_hpo.trials.rungs import Rung
from hsic_hpo.trials.stopped import first_rung_errors, is_stopped, ranked_errors

SPACE = Space.from_dict({"x": {"type": "float", "range": [0, 1]}})
RUNGS = (Rung(2, 0.6), Rung(3, 0.4))


def design(n: int, **budget: Any) -> xr.Dataset:
    return make_design(SPACE, sample(SPACE, n, seed=0), {"epochs": 5} | budget)


def record(
    rows: xr.Dataset, place: int, curve: list[float], status: str = "ok", **more: Any
) -> dict[str, Any]:
    early = "early_stopping" in json.loads(rows.attrs["budget"])
    known = status in ("ok", "stopped")
    return {
        "trial": str(rows["trial"].values[place]),
        "repeat": 0,
        "status": status,
        "reason": "",
        "validation_error": (min(curve) if early else curve[-1]) if known else None,
        "test_error": 0.0 if status == "ok" else None,
        "epochs": len(curve),
        "train_seconds": 1.0,
        "n_params": 1,
        "flops": 10 * place + 10,
        "learning_curve": curve,
        **more,
    }


def gathered(rows: xr.Dataset, records: list[dict[str, Any]], n_repeats: int = 1) -> xr.Dataset:
    known = {"error_name": "error", "error_units": "1", "n_repeats": n_repeats}
    return with_rungs(gather_records(rows, records, {}, **known), RUNGS)


def names(rows: xr.Dataset, *places: int) -> list[str]:
    return [str(rows["trial"].values[place]) for place in places]


def test_the_lowest_errors_go_on_and_failures_never() -> None:
    rows = design(5)
    records = [
        record(rows, 0, [0.5, 0.3], "stopped"),
        record(rows, 1, [0.1, 0.1], "diverged"),
        # The lowest error counts, also where whole trainings are ranked by their last one.
        record(rows, 2, [0.2, 0.6], "stopped"),
        record(rows, 3, [0.3, 0.3], "stopped"),
        record(rows, 4, [0.4, 0.4], "stopped"),
    ]
    going_on = design_of_survivors(rows, records, RUNGS[0], 2)
    # Of equal errors the first trial.
    assert set(going_on["trial"].values) == set(names(rows, 0, 2))
    assert rung_of(going_on) == RUNGS[0]
    everyone = design_of_survivors(rows, records, RUNGS[0], 5)
    assert everyone.sizes["trial"] == 4
    # The order of the one rung is none of the next.
    again = [record(rows, place, [0.1, 0.1, 0.1], "stopped") for place in (0, 2, 3, 4)]
    first = design_of_survivors(everyone, again, RUNGS[1], 1)
    assert first["trial"].values.tolist() == names(rows, 0)
    assert rung_of(first) == RUNGS[1]


@pytest.mark.parametrize("per_job", [7, 20, 33])
def test_any_cut_into_jobs_deals_large_networks_evenly(per_job: int) -> None:
    rows = design(200)
    records = [record(rows, place, [0.1, 0.1], "stopped") for place in range(200)]
    flops = design_of_survivors(rows, records, RUNGS[0], 200)["flops"].values
    assert sorted(flops) == [10 * place + 10 for place in range(200)]

    def spread(order: np.ndarray) -> float:
        cuts = range(0, 200 - per_job, per_job)
        return float(np.ptp([order[i : i + per_job].mean() for i in cuts]))

    rng = np.random.default_rng(0)
    by_chance = np.mean([spread(rng.permutation(flops)) for _ in range(100)])
    assert spread(flops) < 0.5 * by_chance


def test_stopped_trials_rank_by_what_they_had_reached() -> None:
    rows = design(5, early_stopping={"patience": 9})
    trials = gathered(
        rows,
        [
            record(rows, 0, [0.9, 0.5, 0.4, 0.2, 0.3]),
            record(rows, 1, [0.8, 0.85], "stopped"),
            record(rows, 2, [0.7, 0.6, 0.65], "stopped"),
            record(rows, 3, [0.3, 0.3, 0.3, 0.3], "diverged"),
            record(rows, 4, [0.9], "diverged"),
        ],
    )
    assert trials["rung"].values.tolist() == [0, 1, 2, 0, 0]
    assert json.loads(trials.attrs["rungs"])[1] == {"epochs": 3, "keep": 0.4}
    assert is_stopped(trials).tolist() == [False, True, True, False, False]
    assert error(trials).tolist() == [0.2, np.inf, np.inf, np.inf, np.inf]
    assert ranked_errors(trials).tolist() == [0.2, 0.8, 0.6, np.inf, np.inf]
    # As of epoch 2, when the fourth had not diverged yet.
    assert first_rung_errors(trials).tolist() == [0.5, 0.8, 0.6, 0.3, np.inf]
    worst = select_goal(target_values(trials, "error", "worst"), 0.4, "worst")
    assert worst.reached.tolist() == [False, True, False, False, True]
    assert outcomes(trials) == (
        "5 trials: 1 ok, 2 diverged, 0 failed, 2 stopped (1 after epoch 2, 1 after epoch 3)"
    )


def test_a_stopped_trial_ranks_behind_one_whose_error_rose_again() -> None:
    rows = design(4)
    trials = gathered(
        rows,
        [
            record(rows, 0, [0.9, 0.1, 0.1, 0.1, 0.7]),
            record(rows, 1, [0.8, 0.5, 0.6], "stopped"),
            record(rows, 2, [0.8, 0.6], "stopped"),
            record(rows, 3, [0.8, 0.9], "stopped"),
        ],
    )
    errors = ranked_errors(trials)
    assert np.argsort(errors, kind="stable").tolist() == [0, 1, 2, 3]
    assert errors[[1, 2]] == pytest.approx(0.7, abs=1e-9)
    assert errors[0] < errors[1]
    assert select_goal(errors, 0.25, "best").reached.tolist() == [True, False, False, False]
    assert first_rung_errors(trials).tolist() == [0.1, 0.5, 0.6, 0.9]


def test_a_trial_is_stopped_with_all_its_repeats_and_failed_with_one() -> None:
    rows = design(2)
    trials = gathered(
        rows,
        [
            record(rows, 0, [0.9, 0.4], "stopped"),
            record(rows, 0, [0.9, 0.2], "stopped", repeat=1),
            record(rows, 1, [0.9, 0.1], "stopped"),
            record(rows, 1, [], "failed", repeat=1),
        ],
        n_repeats=2,
    )
    assert is_stopped(trials).tolist() == [True, False]
    assert ranked_errors(trials) == pytest.approx([0.3, np.inf])
    assert first_rung_errors(trials) == pytest.approx([0.3, np.inf])


def test_trials_that_were_not_halved_stay_as_they_are() -> None:
    rows = design(2)
    records = [record(rows, place, [0.3, 0.2]) for place in range(2)]
    plain = gather_records(rows, records, {}, n_repeats=1, error_name="error", error_units="1")
    assert with_rungs(plain, ()) is plain
    assert first_rung_errors(plain).tolist() == ranked_errors(plain).tolist() == [0.2, 0.2]
    assert "stopped" not in outcomes(plain)
