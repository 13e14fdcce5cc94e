"""The random trials of a study that runs, is stopped or is over, read without touching it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.files import read_netcdf
from hsic_hpo.problems.data import read_stamp
from hsic_hpo.study.finished_trainings import FinishedTrainings
from hsic_hpo.study.journal import FINISHED, SUBMITTED, History, JobState
from hsic_hpo.study.plan import RANDOM, PlannedJob, rung_stage
from hsic_hpo.study.progress import RUNNING, Progress
from hsic_hpo.study.retry import TRAININGS
from hsic_hpo.study.without_regard import without_regard_to_length
from hsic_hpo.training.rungs import stopped_key
from hsic_hpo.trials.dataset import gather_records
from hsic_hpo.trials.halving import with_rungs

# A file that is so many seconds younger than the job that wrote it is a copy: clocks may differ.
_MARGIN = 10.0


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


@dataclass(frozen=True)
class _Job:
    """A job of the random search, where it stands, and what it has finished, in its order.

    Attributes
    ----------
    finished
        Of each trial up to the first that is not finished, that one included, the records of its
        trainings by their keys.
    """

    planned: PlannedJob
    state: JobState | None
    finished: list[dict[str, dict[str, Any]]]


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
    trainings = FinishedTrainings(folder)
    trainings.begin()
    jobs = [
        _job(history, job, trainings)
        for job in history.plan.jobs
        if job.stage == RANDOM
        # The search may have ended before these trials.
        and (not history.is_done(job) or trainings.of(history.plan, job, is_done=True))
    ]
    ends = _written(folder / TRAININGS, jobs)
    if progress.state != RUNNING:
        now = history.ended_at or history.heard
        if any(
            ends[key] > _over(history, job, now) + _MARGIN for job in jobs for key in _keys(job)
        ):
            # A copy, whose files do not tell when they were written first.
            ends = _reckoned(history, jobs, now)
    found: dict[int, _Trial] = {}
    n_all = 0
    for job in jobs:
        found |= _trials(history, job, ends)
        if job.planned.slice is not None:
            n_all = max(n_all, job.planned.slice.stop)
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


def _job(history: History, job: PlannedJob, trainings: FinishedTrainings) -> _Job:
    part = job.slice
    assert part is not None
    n_repeats = history.plan.repeats(part)
    keys = list(trainings.keys(history.plan, part).items())
    finished: list[dict[str, dict[str, Any]]] = []
    for index in range(0, len(keys), n_repeats):
        records = {}
        for (trial, repeat), key in keys[index : index + n_repeats]:
            record = trainings.record(history.plan, part, key)
            if record is not None:
                records[key] = {"trial": trial, "repeat": repeat, **record}
        finished.append(records)
        if len(records) < n_repeats:
            # A job trains in this order: the first that is missing is under way in it.
            break
    return _Job(job, history.states.get(job.number), finished)


def _trials(history: History, job: _Job, ends: Mapping[str, float]) -> dict[int, _Trial]:
    """Return the trials of a job that have finished and the one that is under way, by row."""
    part, state = job.planned.slice, job.state
    assert part is not None
    last = state.since if state is not None and state.event in (SUBMITTED, FINISHED) else np.nan
    found: dict[int, _Trial] = {}
    for row, of_trial in enumerate(job.finished, part.first):
        records = list(of_trial.values())
        ended = [ends[key] for key in of_trial]
        begun = min(ended) - _seconds(records[0]) if ended else last
        if len(records) < history.plan.repeats(part):
            if np.isfinite(begun):
                found[row] = _Trial(records, begun, np.nan)
            break
        found[row] = _Trial(records, begun, sum(map(_seconds, records)))
        last = max(ended)
    return found


def _keys(job: _Job) -> Iterable[str]:
    return (key for records in job.finished for key in records)


def _seconds(record: Mapping[str, Any]) -> float:
    return float(record["train_seconds"] or 0.0)


def _written(folder: Path, jobs: Iterable[_Job]) -> dict[str, float]:
    """Return when each training had ended, or was left at a rung, by its file."""
    found = {}
    for key in (key for job in jobs for key in _keys(job)):
        names = (key, stopped_key(key))
        paths = [folder / key[:2] / f"{name}.json" for name in names]
        found[key] = next(path.stat().st_mtime for path in paths if path.exists())
    return found


def _over(history: History, job: _Job, now: float) -> float:
    """Return when a job of a run that is over had ended at the latest."""
    if job.state is None:
        # An earlier run trained what is finished of it.
        return history.plan.started
    return now if job.state.event == SUBMITTED else max(job.state.since, job.state.until)


def _reckoned(history: History, jobs: Iterable[_Job], now: float) -> dict[str, float]:
    """Return when each training had ended, by when its job ran: they follow one another."""
    found: dict[str, float] = {}
    for job in jobs:
        records = {key: record for trial in job.finished for key, record in trial.items()}
        took = np.array([_seconds(record) for record in records.values()])
        begun = _over(history, job, now) - took.sum()
        if job.state is not None and job.state.event == SUBMITTED:
            # What follows them was under way in it.
            begun = min(begun, job.state.since)
        found |= dict(zip(records, (begun + took.cumsum()).tolist(), strict=True))
    return found


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
