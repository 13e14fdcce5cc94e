"""Trainings that are left at rungs and taken up again: the same results, and nothing made twice."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from hsic_hpo.problems.bateman import Bateman
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.training import jobs
from hsic_hpo.training.budget import parse_budget
from hsic_hpo.training.records import store, training_seed
from hsic_hpo.training.rungs import as_of, find_until, stopped_key, store_stopped
from hsic_hpo.training.train import train
from hsic_hpo.trials.design import make_design
from hsic_hpo.trials.halving import design_of_survivors
from hsic_hpo.trials.rungs import Rung, n_kept, survivors
from hsic_hpo.trials.thresholds import Threshold

SPACE = Space.from_dict(
    {
        "n_units": {"type": "integer", "range": [4, 16]},
        "learning_rate": {"type": "float", "range": [1e-4, 1e-1], "scale": "log"},
    }
)
BUDGET = {"epochs": 6}
RUNGS = (Rung(1, 0.7), Rung(3, 0.4))


@dataclass(frozen=True)
class Counted(Bateman):
    """Notes each epoch that is trained, and each test of a trained network."""

    counts: str = ""

    def error(self, predicted: np.ndarray, true: np.ndarray) -> float:
        if self.counts:
            with Path(self.counts).open("a") as file:
                file.write("x")
        return super().error(predicted, true)


@pytest.fixture(scope="module")
def problem(tmp_path_factory: pytest.TempPathFactory) -> tuple[Counted, Any]:
    folder = tmp_path_factory.mktemp("data")
    found = Counted(n_species=3, n_trajectories=32, counts=str(folder / "counts"))
    found.generate(seed=0).to_netcdf(folder / "data.nc")
    return found, found.load(folder / "data.nc")


def design(n: int) -> xr.Dataset:
    return make_design(SPACE, sample(SPACE, n, seed=1), BUDGET)


def halve(
    problem: tuple[Counted, Any], folder: Path, n: int, rungs: Sequence[Rung]
) -> tuple[dict[str, dict[str, Any]], int]:
    """Train a halved search; return the last record of each trial, and the epochs trained."""
    counts = Path(problem[0].counts)
    counts.write_text("")
    rows, found = design(n), {}
    for place, rung in enumerate([*rungs, None]):
        records = list(
            jobs.train_slice(
                lambda: problem,
                problem[1].fingerprint,
                rows,
                BUDGET,
                n_repeats=1,
                study_seed=0,
                code_fingerprint="code",
                folder=folder,
                progress=jobs.Progress("trials", rows.sizes["trial"]),
                save_every=0,
                until_epoch=None if rung is None else rung.epochs,
            )
        )
        found |= {record["trial"]: record for record in records}
        if rung is not None:
            rows = design_of_survivors(rows, records, rung, n_kept(rung, n))
        assert place < len(rungs) or {one["status"] for one in records} == {"ok"}
    ended = sum(record["status"] == "ok" for record in found.values())
    return found, len(counts.read_text()) - ended


@pytest.fixture(scope="module")
def whole(problem: tuple[Counted, Any]) -> dict[str, dict[str, Any]]:
    """Each trial trained in one piece."""
    rows = design(12)
    return {
        trial: train(
            problem[0], json.loads(text), problem[1], BUDGET, seed=training_seed(0, trial, 0)
        )
        for trial, text in zip(rows["trial"].values, rows["configuration"].values, strict=True)
    }


def expected(
    whole: dict[str, dict[str, Any]], n: int, rungs: Sequence[Rung]
) -> dict[str, list[float]]:
    """Return how far each trial's curve goes, by what the rules say of whole curves."""
    names = list(whole)[:n]
    curves = {name: whole[name]["learning_curve"] for name in names}
    found = {}
    for rung in rungs:
        errors = np.array([curves[name][rung.epochs - 1] for name in names])
        going_on = survivors(errors, n_kept(rung, n))
        for name, goes_on in zip(names, going_on, strict=True):
            if not goes_on:
                found[name] = curves[name][: rung.epochs]
        names = [name for name, goes_on in zip(names, going_on, strict=True) if goes_on]
    return found | {name: curves[name] for name in names}


def same(found: dict[str, dict[str, Any]], curves: dict[str, list[float]]) -> bool:
    return {name: one["learning_curve"] for name, one in found.items()} == curves


def test_a_halved_search_equals_trainings_in_one_piece(
    problem: tuple[Counted, Any], whole: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    found, epochs = halve(problem, tmp_path, 10, RUNGS)
    curves = expected(whole, 10, RUNGS)
    assert same(found, curves)
    assert epochs == sum(map(len, curves.values()))
    for name, record in found.items():
        ended = record["status"] == "ok"
        assert len(curves[name]) == (6 if ended else record["epochs"])
        assert record["validation_error"] == curves[name][-1]
        assert record["test_error"] == (whole[name]["test_error"] if ended else None)
    assert len(list(tmp_path.rglob("*.state"))) == sum(len(one) < 6 for one in curves.values())


def test_other_rungs_and_more_trials_train_nothing_twice(
    problem: tuple[Counted, Any], whole: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    before, _ = halve(problem, tmp_path, 10, RUNGS)
    again, epochs = halve(problem, tmp_path, 10, RUNGS)
    assert (again, epochs) == (before, -4)  # Each of four networks was tested before.
    reached = {name: len(record["learning_curve"]) for name, record in before.items()}
    for n, rungs in ((10, (RUNGS[0], Rung(2, 0.5))), (12, RUNGS), (12, ()), (10, (Rung(4, 0.3),))):
        tested = sum(length == 6 for length in reached.values())
        found, epochs = halve(problem, tmp_path, n, rungs)
        curves = expected(whole, n, rungs)
        assert same(found, curves)
        new = sum(max(0, len(curve) - reached.get(name, 0)) for name, curve in curves.items())
        known = sum(reached.get(name) == 6 and len(curve) == 6 for name, curve in curves.items())
        assert epochs == new - known, (n, rungs, tested)
        reached |= {name: max(len(curve), reached.get(name, 0)) for name, curve in curves.items()}


@pytest.mark.parametrize("damage", ["lost", "truncated"])
def test_without_its_state_a_training_begins_anew_with_the_same_result(
    damage: str, problem: tuple[Counted, Any], whole: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    halve(problem, tmp_path, 10, RUNGS)
    for state in tmp_path.rglob("*.state"):
        if damage == "lost":
            state.unlink()
        else:
            state.write_bytes(state.read_bytes()[:-100])
    found, _ = halve(problem, tmp_path, 10, (Rung(2, 0.8),))
    assert same(found, expected(whole, 10, (Rung(2, 0.8),)))


RECORD = {
    "status": "ok",
    "reason": "",
    "validation_error": 0.1,
    "test_error": 0.2,
    "epochs": 4,
    "train_seconds": 8.0,
    "n_params": 3,
    "flops": 6,
    "learning_curve": [0.4, 0.1, 0.3, 0.2],
}


def test_a_finished_training_is_seen_as_it_was_at_a_rung() -> None:
    early = parse_budget({"epochs": 9, "early_stopping": {}})
    plain = parse_budget({"epochs": 9})
    assert as_of(RECORD, 4, plain) == as_of(RECORD, 7, plain) == RECORD
    then = as_of(RECORD, 3, plain)
    assert then == RECORD | {
        "status": "stopped",
        "reason": "stopped after epoch 3",
        "validation_error": 0.3,
        "test_error": None,
        "epochs": 3,
        "train_seconds": 6.0,
        "learning_curve": [0.4, 0.1, 0.3],
    }
    lowest = as_of(RECORD, 3, early)
    assert lowest is not None
    assert lowest["validation_error"] == 0.1


@pytest.mark.parametrize(
    ("status", "epochs", "then"),
    [
        ("diverged", 3, "stopped"),
        ("diverged", 4, "diverged"),
        ("failed", 4, "stopped"),
        ("failed", 5, "failed"),
        ("stopped", 4, "stopped"),
        ("stopped", 5, None),
    ],
)
def test_a_training_that_ended_badly_was_well_before(
    status: str, epochs: int, then: str | None
) -> None:
    record = RECORD | {"status": status, "validation_error": None, "test_error": None}
    found = as_of(record, epochs, parse_budget({"epochs": 9}))
    assert (found and found["status"]) == then


def test_a_record_is_found_as_far_as_it_is_asked_for(tmp_path: Path) -> None:
    key, budget = "ab" + "0" * 30, parse_budget({"epochs": 9})
    assert find_until(tmp_path, key, 2, budget) is None
    store_stopped(RECORD | {"status": "stopped"}, tmp_path, key)
    assert find_until(tmp_path, key, None, budget) is None
    assert find_until(tmp_path, key, 5, budget) is None
    assert [find_until(tmp_path, key, n, budget)["epochs"] for n in (2, 4)] == [2, 4]
    store(RECORD, tmp_path, key)
    assert find_until(tmp_path, key, None, budget) == RECORD
    assert stopped_key(key).startswith(key)


def search(
    problem: tuple[Counted, Any], folder: Path, n: int, thresholds: Sequence[Threshold]
) -> tuple[dict[str, dict[str, Any]], int]:
    """Train a round of a search with rungs; return its records, and the epochs trained."""
    counts = Path(problem[0].counts)
    counts.write_text("")
    rows = design(n)
    records = list(
        jobs.train_slice(
            lambda: problem,
            problem[1].fingerprint,
            rows,
            BUDGET,
            n_repeats=1,
            study_seed=0,
            code_fingerprint="code",
            folder=folder,
            progress=jobs.Progress("trials", rows.sizes["trial"]),
            save_every=0,
            thresholds=thresholds,
        )
    )
    return {record["trial"]: record for record in records}, len(counts.read_text())


def test_a_trial_of_a_search_is_left_where_it_does_not_reach_a_threshold(
    problem: tuple[Counted, Any], whole: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    names = list(whole)[:8]
    curves = {name: whole[name]["learning_curve"] for name in names}
    strict, loose = (
        [
            Threshold(end, 0.5, float(np.quantile([min(curves[name][:end]) for name in names], q)))
            for end, q in ((1, share + 0.3), (4, share))
        ]
        for share in (0.3, 0.6)
    )

    def lengths(thresholds: Sequence[Threshold]) -> dict[str, int]:
        return {
            name: next(
                (one.epochs for one in thresholds if min(curve[: one.epochs]) > one.error),
                len(curve),
            )
            for name, curve in curves.items()
        }

    assert len(set(lengths(strict).values())) == 3
    furthest = dict.fromkeys(names, 0)
    # Once more, with what more random trials make of the thresholds, and back again.
    for thresholds in (strict, strict, loose, strict):
        found, written = search(problem, tmp_path, len(names), thresholds)
        expected = lengths(thresholds)
        # Each epoch is trained once, and each whole network tested once.
        new = {name: range(furthest[name], expected[name]) for name in names}
        ended = sum(
            len(epochs) > 0 and epochs.stop == len(curves[name]) for name, epochs in new.items()
        )
        assert written == sum(map(len, new.values())) + ended
        furthest = {name: max(furthest[name], expected[name]) for name in names}
        assert same(found, {name: curves[name][:end] for name, end in expected.items()})
        for name, record in found.items():
            is_whole = expected[name] == len(curves[name])
            assert record["status"] == ("ok" if is_whole else "stopped")
            assert (record["test_error"] is None) is not is_whole
