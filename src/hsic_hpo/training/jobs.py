"""One job: train a part of a design, store each finished training, reuse those stored before."""

import json
import math
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import xarray as xr

from hsic_hpo.training.budget import Budget, parse_budget
from hsic_hpo.training.exclusive import exclusive
from hsic_hpo.training.keeper import DEFAULT_INTERVAL
from hsic_hpo.training.model_file import Wanted
from hsic_hpo.training.records import network_path, store, training_key, training_seed
from hsic_hpo.training.rungs import as_of, find_until, forget_stopped, store_stopped
from hsic_hpo.training.state import forget_state, state_path
from hsic_hpo.training.stopping import shielded
from hsic_hpo.training.supervisor import MemoryShortError, OutOfJobMemory, Supervisor
from hsic_hpo.training.tries import DEFAULT_TRIES, Tries
from hsic_hpo.training.worker import Load, Task
from hsic_hpo.trials.thresholds import Threshold, goes_on, lowest_error
from hsic_hpo.wording import counted

SECONDS_BETWEEN_LINES = 2.0


@dataclass
class Progress:
    """Print a line for each finished training: the progress, the best error and the time left.

    Parameters
    ----------
    label
        Name of the job, first on each line.
    total
        Trainings of the job.
    """

    label: str
    total: int
    finished: int = 0
    resumed: int = 0
    bad: int = 0
    best: float = float("inf")
    _start: float = field(default_factory=time.monotonic)
    _last_line: float = 0.0

    def update(self, record: Mapping[str, Any], *, resumed: bool) -> None:
        """Count one finished training and print, at most every two seconds and at the end."""
        self.finished += 1
        self.resumed += resumed
        if record["status"] in ("ok", "stopped"):
            self.best = min(self.best, record["validation_error"])
        else:
            self.bad += 1
        now = time.monotonic()
        if self.finished == self.total or now - self._last_line >= SECONDS_BETWEEN_LINES:
            self._last_line = now
            print(self.line(now), file=sys.stderr, flush=True)

    def line(self, now: float) -> str:
        """Say in one line where the job stands at the monotonic time ``now``, in seconds."""
        trained = self.finished - self.resumed
        left = self.total - self.finished
        remaining = f"{left * (now - self._start) / trained:.0f} s left" if trained else "resuming"
        parts = [
            f"{self.label}: {self.finished}/{self.total} trainings",
            f"{self.bad} diverged or failed",
            f"best validation error {self.best:.3g}",
            remaining if left else f"done in {now - self._start:.0f} s",
        ]
        if self.resumed:
            parts.insert(1, f"{self.resumed} taken up from an earlier run")
        return ", ".join(parts)


def train_slice(
    load: Load,
    data_fingerprint: str,
    design: xr.Dataset,
    budget: Mapping[str, Any],
    *,
    n_repeats: int,
    study_seed: int,
    code_fingerprint: str,
    folder: Path,
    progress: Progress,
    tries: int = DEFAULT_TRIES,
    unedited: Callable[[], str] = lambda: "",
    memory_limit: float = math.inf,
    save_every: float = DEFAULT_INTERVAL,
    until_epoch: int | None = None,
    thresholds: Sequence[Threshold] = (),
    networks_of: Mapping[str, Any] | None = None,
    device: str = "cpu",
    precision: str = "32",
) -> Iterator[dict[str, Any]]:
    """Train every configuration of ``design``, each ``n_repeats`` times.

    Each finished training is stored under ``folder`` before the next one starts. What an earlier
    run stored for the same configuration, budget, seed, data and code is reused instead of trained
    again; when another job is training the same thing, this job waits for its result. A training
    that was left goes on from its last state, as if it had not been; where the state is lost it
    begins anew, with the same result. Trainings run in a process of
    their own: one that ends it is tried again, then called failed.

    Trainings follow one another on one thread, so that no order of them, such as large networks
    first, would end the job sooner. Jobs of fewer trainings each differ less in their total time.

    Parameters
    ----------
    load
        Gives the learning problem and its data, in that process.
    data_fingerprint
        Fingerprint of the data.
    design
        The rows of a design that this job trains.
    budget
        Training budget as a study config writes it.
    n_repeats
        Trainings per configuration, with different seeds.
    study_seed
        Seed of the study.
    code_fingerprint
        Fingerprint of the code that trains.
    folder
        Where finished trainings are kept.
    progress
        Prints the progress.
    tries, unedited, memory_limit
        See :class:`hsic_hpo.training.supervisor.Supervisor`.
    save_every
        Seconds between two states of a training, kept beside its record to be; 0: none is kept but
        at the end of a rung.
    until_epoch
        Epoch after which trainings are left, for a later job that takes them up; None: they come
        to their end.
    thresholds
        Of a search with rungs, in their order: what does not reach one is left there for good,
        so that no later job takes it up.
    networks_of
        The problem, as a study config names it: of each configuration the network with the lowest
        validation error is kept beside the records, and its record says so in ``network``. None: no
        network is kept.
    device, precision
        Of the machine, see :func:`hsic_hpo.training.machine.machine`.

    Yields
    ------
    dict
        The record of a training, with its ``trial`` and ``repeat``, and with the key of what was
        ``asked`` for, which is that of the training in single precision.

    Raises
    ------
    MemoryShortError
        After all others, when a training needs a job with more memory.
    """
    limits = parse_budget(budget)
    # A training in another precision has another result.
    decisive = dict(budget) if precision == "32" else {**budget, "precision": precision}
    supervisor = Supervisor(
        load, data_fingerprint, tries=tries, unedited=unedited, memory_limit=memory_limit
    )
    ends = [*(one.epochs for one in thresholds), None] if thresholds else [until_epoch]
    too_large: list[str] = []
    resumed: dict[str, bool] = {}
    try:
        for trial, text in zip(design["trial"].values, design["configuration"].values, strict=True):
            configuration = json.loads(text)
            trained: list[tuple[dict[str, Any], Task, str]] = []
            trainings: list[tuple[str, str, Task]] = []
            for repeat in range(n_repeats):
                seed = training_seed(study_seed, trial, repeat)
                asked, key = (
                    training_key(configuration, limit, seed, data_fingerprint, code_fingerprint)
                    for limit in (dict(budget), decisive)
                )
                wanted = None
                if networks_of is not None:
                    told = {"problem": dict(networks_of), "trial": str(trial), "repeat": repeat}
                    wanted = Wanted(network_path(folder, key), told)
                task = Task(
                    configuration,
                    limits,
                    seed,
                    device,
                    precision,
                    save_every=save_every or math.inf,
                    network=wanted,
                )
                trainings.append((asked, key, task))
            records: dict[int, dict[str, Any]] = {}
            for number, end in enumerate(ends):
                for repeat, (_, key, task) in enumerate(trainings):
                    state = state_path(folder, key)
                    with_state = save_every or end is not None or state.exists()
                    until = replace(task, state=state if with_state else None, until_epoch=end)
                    try:
                        record, resumed[key] = _trained_until(until, key, folder, supervisor)
                    except OutOfJobMemory as reason:
                        too_large.append(str(reason))
                        records.pop(repeat, None)
                        continue
                    records[repeat] = record
                    if end == ends[-1]:
                        progress.update(record, resumed=resumed[key])
                if number < len(thresholds) and not (
                    len(records) == n_repeats and _go_on(records.values(), thresholds[number])
                ):
                    for repeat, record in records.items():
                        progress.update(record, resumed=resumed[trainings[repeat][1]])
                    break
            for repeat, record in records.items():
                asked, key, task = trainings[repeat]
                row = {"trial": str(trial), "repeat": repeat, "asked": asked, **record}
                if networks_of is None:
                    yield row
                else:
                    trained.append((row, task, key))
            try:
                yield from _with_best_network(trained, supervisor, folder)
            except OutOfJobMemory as reason:
                too_large.append(str(reason))
    finally:
        supervisor.close()
    if too_large:
        raise MemoryShortError(
            f"{counted(len(too_large), 'trainings')} ended for want of memory ({too_large[0]}): "
            "tried again by the next job, which may have more"
        )


def _trained_until(
    task: Task, key: str, folder: Path, supervisor: Supervisor
) -> tuple[dict[str, Any], bool]:
    """Return the record of a training as far as it is asked for, and whether it was known."""
    state = state_path(folder, key)
    with exclusive(folder / ".lock", key):
        record = find_until(folder, key, task.until_epoch, task.budget)
        if record is not None:
            if record["status"] != "stopped":
                # A job that is killed may leave it.
                state.unlink(missing_ok=True)
            return record, True
        known = Tries.of(folder, key, state)
        record = supervisor.train(task, known)
        with shielded():
            record = _kept(record, folder, key, task.until_epoch, task.budget)
            known.forget()
        return record, False


def _go_on(records: Collection[Mapping[str, Any]], threshold: Threshold) -> bool:
    """Tell whether a configuration goes on after a rung, if anything of it is left to train."""
    unfinished = any(record["status"] == "stopped" for record in records)
    return unfinished and goes_on([lowest_error(record) for record in records], threshold)


def _kept(
    record: dict[str, Any], folder: Path, key: str, until_epoch: int | None, budget: Budget
) -> dict[str, Any]:
    """Keep a record, and a state only where the training was left; return what was asked for."""
    if record["status"] == "stopped":
        store_stopped(record, folder, key)
    else:
        store(record, folder, key)
        forget_stopped(folder, key)
        forget_state(state_path(folder, key))
    then = None if until_epoch is None else as_of(record, until_epoch, budget)
    return then or record


def _with_best_network(
    trained: list[tuple[dict[str, Any], Task, str]], supervisor: Supervisor, folder: Path
) -> Iterator[dict[str, Any]]:
    """Yield the records of one configuration, whose best network is kept and no other one."""
    ended_well = [
        (row["validation_error"], key) for row, _, key in trained if row["status"] == "ok"
    ]
    # Of equal ones the first seed's.
    _, best = min(ended_well, key=lambda one: one[0], default=(None, ""))
    for row, task, key in trained:
        path = network_path(folder, key)
        if key != best:
            path.unlink(missing_ok=True)
            yield row
            continue
        if not path.exists():
            # Trained when networks were not kept, or removed since.
            with exclusive(folder / ".lock", key):
                again = Tries.of(folder, key)
                supervisor.train(task, again)
                again.forget()
        yield {**row, "network": key} if path.exists() else row
