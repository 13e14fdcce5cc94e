"""What trials of searches must have reached at rungs, and what stopped ones would end with."""

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hsic_hpo.trials.rungs import Rung
from hsic_hpo.trials.rungs_of_searches import expected_ends, thresholds
from hsic_hpo.trials.thresholds import Threshold, goes_on, read_thresholds, write_thresholds

RUNGS = (Rung(1, 0.5), Rung(2, 0.25))


def halved_trials(
    curves: list[list[float]], lengths: list[int], *, failed: tuple[int, ...] = ()
) -> xr.Dataset:
    """Return trials with these learning curves, of which some were stopped."""
    n, most = len(curves), len(curves[0])
    curve = np.full((n, 1, most), np.nan)
    for place, (values, length) in enumerate(zip(curves, lengths, strict=True)):
        curve[place, 0, :length] = values[:length]
    whole = np.array(lengths) == most
    status = np.where(whole, "ok", "stopped").astype(object)
    status[list(failed)] = "failed"
    last = np.array([values[length - 1] for values, length in zip(curves, lengths, strict=True)])
    epochs = np.array(lengths, dtype=float)
    for place in failed:
        curve[place], last[place], epochs[place] = np.nan, np.nan, 0
    return xr.Dataset(
        {
            "learning_curve": (("trial", "repeat", "epoch"), curve),
            "epochs": (("trial", "repeat"), epochs[:, None]),
            "status": (("trial", "repeat"), status[:, None]),
            "validation_error": (("trial", "repeat"), last[:, None]),
            "rung": ("trial", np.where(whole, 0, lengths)),
        },
        coords={"epoch": np.arange(1, most + 1)},
        attrs={
            "rungs": json.dumps([{"epochs": rung.epochs, "keep": rung.keep} for rung in RUNGS]),
            "budget": json.dumps({"epochs": most}),
        },
    )


def test_a_threshold_is_what_the_worst_of_the_best_had_reached(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    curves = np.sort(rng.random((80, 3)), axis=1)[:, ::-1].tolist()
    order = np.argsort([curve[0] for curve in curves])
    second = sorted(order[:40], key=lambda place: curves[place][1])
    lengths = np.ones(80, dtype=int)
    lengths[order[:40]] = 2
    lengths[second[:20]] = 3
    found = thresholds(halved_trials(curves, lengths.tolist()))
    # Of 80 trials the best four.
    best = sorted(second[:20], key=lambda place: curves[place][2])[:4]
    expected = [max(curves[place][rung] for place in best) for rung in range(2)]
    assert [(one.epochs, one.error) for one in found] == [(1, expected[0]), (2, expected[1])]
    write_thresholds(found, tmp_path / "thresholds.json")
    assert read_thresholds(tmp_path / "thresholds.json") == found


def test_all_go_on_where_no_random_trial_ended_well(tmp_path: Path) -> None:
    found = thresholds(halved_trials([[0.5, 0.4, 0.3]] * 4, [3] * 4, failed=(0, 1, 2, 3)))
    assert [one.error for one in found] == [np.inf, np.inf]
    write_thresholds(found, tmp_path / "thresholds.json")
    assert read_thresholds(tmp_path / "thresholds.json") == found
    assert goes_on([1e9], found[0])


@pytest.mark.parametrize(
    ("errors", "expected"),
    [([0.2], True), ([0.3], True), ([0.31], False), ([0.2, 0.39], True), ([0.1, np.nan], False)],
)
def test_the_mean_of_its_repeats_decides(errors: list[float], expected: bool) -> None:
    assert goes_on(errors, Threshold(3, 0.5, 0.3)) is expected


def test_stopped_trials_are_expected_to_end_as_those_that_went_on_did() -> None:
    # At the end an error is half the square of that at the first rung, up to luck.
    rng = np.random.default_rng(1)
    start = rng.uniform(0.05, 0.9, 400)
    end = 0.5 * start**2 * np.exp(rng.normal(0.0, 0.3, 400))
    curves = np.column_stack([start, np.sqrt(start * end), end])
    curves = np.minimum.accumulate(curves, axis=1)
    lengths = np.where(start < np.quantile(start, 0.5), 3, 1)
    trials = halved_trials(curves.tolist(), lengths.tolist(), failed=(0,))
    found = expected_ends([trials.isel(trial=slice(150)), trials.isel(trial=slice(150, None))])
    whole = lengths == 3
    assert found[0] == np.inf
    assert found[1:][whole[1:]].tolist() == curves[1:][whole[1:], 2].tolist()
    # No bias for better or worse: what they would have ended with, on average.
    stopped = ~whole[1:]
    off = np.log(found[1:][stopped] / curves[1:][stopped, 2])
    assert abs(off.mean()) < 0.1
    assert (found[1:][stopped] <= start[1:][stopped]).all()


def test_too_few_that_went_on_say_nothing() -> None:
    trials = halved_trials([[0.5, 0.4, 0.3]] * 5 + [[0.9, 0.8, 0.7]] * 5, [3] * 5 + [1] * 5)
    assert expected_ends([trials]).tolist() == [0.3] * 5 + [0.9] * 5
