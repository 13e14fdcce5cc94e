"""The random trials of a study that runs, is stopped or is over, read without touching it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.files import read_netcdf
from hsic_hpo.problems.data import read_stamp
from hsic_hpo.study.finished_trainings import FinishedTrainings
from hsic_hpo.study.journal import FINISHED, SUBMITTED, History
from hsic_hpo.study.plan import RANDOM, PlannedJob, rung_stage
from hsic_hpo.study.progress import RUNNING, Progress
from hsic_hpo.study.retry import TRAININGS
from hsic_hpo.study.without_regard import without_regard_to_length
from hsic_hpo.training.rungs import stopped_key
from hsic_hpo.trials.dataset import gather_records
from hsic_hpo.trials.halving import with_rungs


@dataclass(frozen=True)
class SoFar:
    """What can be explained of a study by now.

    Attributes
    ----------
    trials
        Trials Dataset of the random trials that count.
    n_finished
        How many random trials have finished, those that do not count yet included.
    n_all
        How many there will be.
    rung_epoch
        Epoch of the rung that all trials have reached while the best of them train on; None where
        there is no such rung, and once the search is complete.
    """

    trials: xr.Dataset
    n_finished: int
    n_all: int
    rung_epoch: int | None = None


@dataclass(frozen=True)
class _Trial:
    """A trial of the design: its records, when it began and how long it took."""

    records: list[dict[str, Any]]
    begun: float
    seconds: float


def finished_so_far(folder: Path, progress: Progress, now: float) -> SoFar:
    """Return the random trials of a study that were not chosen by their length.

    Parameters
    ----------
    folder
        Results of the study.
    progress
        How far it is.
    now
        In seconds since the epoch.

    Raises
    ------
    InputError
        When no trial counts yet.
    """
    history = progress.history
    if progress.state != RUNNING:
        now = max(history.ended_at, history.heard)
    trainings = FinishedTrainings(folder)
    trainings.begin()
    found: dict[int, _Trial] = {}
    n_all = 0
    for job in (job for job in history.plan.jobs if job.stage == RANDOM):
        # The search may have ended before these trials.
        if history.is_done(job) and not trainings.of(history.plan, job, is_done=True):
            continue
        found |= _of_job(folder, history, job, trainings)
        if job.slice is not None:
            n_all = max(n_all, job.slice.stop)
    if not n_all:
        raise InputError(f"{folder}: its last run planned no random search")
    rows = sorted(found)
    begun, seconds = np.full(n_all, np.nan), np.full(n_all, np.nan)
    begun[rows] = [found[row].begun for row in rows]
    seconds[rows] = [found[row].seconds for row in rows]
    kept = np.flatnonzero(without_regard_to_length(begun, seconds, now))
    n_finished = int(np.isfinite(seconds).sum())
    if not n_finished:
        raise InputError(f"{folder}: no random trial has finished yet; wait for more")
    if not kept.size:
        raise InputError(
            f"{folder}: {n_finished} of {n_all} random trials have finished, none of which counts "
            "yet: all began no longer ago than the longest training took, so that long ones of "
            "the same start are missing; wait for more"
        )
    records = [record for row in kept for record in found[int(row)].records]
    rung_epoch = None
    if n_finished == n_all:
        records, rung_epoch = _at_last_rung(history, trainings, records)
    return SoFar(_dataset(folder, history, kept, records), n_finished, n_all, rung_epoch)


def _at_last_rung(
    history: History, trainings: FinishedTrainings, records: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], int | None]:
    """Return the records of trainings as of the last rung that all who are to reach it reached.

    With them comes its epoch, None once all trainings have ended.
    """
    plan = history.plan
    found = {(record["trial"], record["repeat"]): record for record in records}
    for rung in range(1, len(plan.rungs) + 1):
        further: dict[tuple[str, int], dict[str, Any]] = {}
        for job in (job for job in plan.jobs if job.stage == rung_stage(rung)):
            assert job.slice is not None
            keys = trainings.keys(plan, job.slice)
            for (trial, repeat), key in keys.items():
                record = trainings.record(plan, job.slice, key)
                if record is None:
                    return list(found.values()), plan.rungs[rung - 1].epochs
                further[trial, repeat] = {"trial": trial, "repeat": repeat, **record}
            if not keys:
                return list(found.values()), plan.rungs[rung - 1].epochs
        found |= further
    return list(found.values()), None


def _of_job(
    folder: Path, history: History, job: PlannedJob, trainings: FinishedTrainings
) -> dict[int, _Trial]:
    """Return the trials of a job that have finished and the one that is under way, by row."""
    part = job.slice
    assert part is not None
    n_repeats = history.plan.repeats(part)
    keys = list(trainings.keys(history.plan, part).items())
    state = history.states.get(job.number)
    last = state.since if state is not None and state.event in (SUBMITTED, FINISHED) else np.nan
    found: dict[int, _Trial] = {}
    for index in range(0, len(keys), n_repeats):
        records, ends = [], []
        for (trial, repeat), key in keys[index : index + n_repeats]:
            record = trainings.record(history.plan, part, key)
            if record is not None:
                records.append({"trial": trial, "repeat": repeat, **record})
                ends.append(_written(folder / TRAININGS, key))
        row = part.first + index // n_repeats
        if len(records) < n_repeats:
            # A job trains in this order: the first that is missing is under way in it.
            begun = last if not ends else min(ends) - float(records[0]["train_seconds"] or 0.0)
            if np.isfinite(begun):
                found[row] = _Trial(records, begun, np.nan)
            break
        seconds = sum(float(record["train_seconds"] or 0.0) for record in records)
        found[row] = _Trial(records, min(ends) - float(records[0]["train_seconds"] or 0.0), seconds)
        last = max(ends)
    return found


def _written(folder: Path, key: str) -> float:
    """Return when a training had ended, or was left at a rung."""
    names = (key, stopped_key(key))
    paths = [folder / key[:2] / f"{name}.json" for name in names]
    return next(path.stat().st_mtime for path in paths if path.exists())


def _dataset(
    folder: Path, history: History, rows: np.ndarray, records: list[dict[str, Any]]
) -> xr.Dataset:
    study: Mapping[str, Any] = history.plan.study
    stamp = read_stamp(folder / "data.nc")
    gathered = gather_records(
        read_netcdf(folder / "random" / "design.nc").isel(trial=rows),
        records,
        {
            "study": study["name"],
            "problem": json.dumps(study["config"]["problem"]),
            "seed": study["seed"],
            "versions": json.dumps(study["versions"]),
            "git_commit": study["git_commit"],
            "code_fingerprint": study["training_code"],
            "data_fingerprint": stamp.fingerprint,
            "training_samples": stamp.training_samples,
        },
        n_repeats=study["repeats"],
        error_name=study["error_name"],
        error_units=study["error_units"],
    )
    return with_rungs(gathered, history.plan.rungs)
