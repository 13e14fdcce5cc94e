"""A study as it lies on disk at some moment: simulated in time, written by the library itself."""

import heapq
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.files import write_netcdf
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.study.journal import JOURNAL
from hsic_hpo.study.plan import Plan, PlannedJob
from hsic_hpo.training.records import store, training_key, training_seed, write_records
from hsic_hpo.trials.design import make_design
from hsic_hpo.trials.drawn import RANDOM, RANDOM_SEARCH, drawn_attributes

BEGAN = 1.7e9
SPACE = Space.from_dict(
    {
        "size": {"type": "float", "range": [0, 1]},
        "idle": {"type": "float", "range": [0, 1]},
    }
)
BUDGET = {"epochs": 3}


@dataclass
class WatchedStudy:
    """A random search, cut into jobs that run side by side.

    Attributes
    ----------
    folder
        Its results.
    n_trials, per_job, workers
        Trials, trials of a job, jobs that run at once.
    outcome
        Seconds and error of a training, from its configuration.
    failing
        By number of the trial, why it failed.
    settled_at
        Trials after which a look settled all, so that the jobs of the others train nothing.
    """

    folder: Path
    n_trials: int
    per_job: int
    workers: int
    outcome: Callable[[dict[str, Any]], tuple[float, float]]
    failing: dict[int, str] = field(default_factory=dict)
    settled_at: int | None = None

    def __post_init__(self) -> None:
        """Draw the design and simulate when each training ends."""
        self.design = make_design(SPACE, sample(SPACE, self.n_trials, 5), BUDGET).assign_attrs(
            drawn_attributes(RANDOM, RANDOM_SEARCH)
        )
        self.configurations = [json.loads(text) for text in self.design["configuration"].values]
        self.seconds = np.array([self.outcome(one)[0] for one in self.configurations])
        self.ends = np.empty(self.n_trials)
        self.slices = [
            (first, min(first + self.per_job, self.n_trials))
            for first in range(0, self.n_trials, self.per_job)
        ]
        free = [0.0] * self.workers
        self.begins = []
        for first, stop in self.slices:
            begin = heapq.heappop(free)
            self.begins.append(begin)
            self.ends[first:stop] = begin + np.cumsum(self.seconds[first:stop])
            heapq.heappush(free, self.ends[stop - 1])

    @property
    def records(self) -> list[str]:
        return [f"random/records/{first}-{stop}.jsonl" for first, stop in self.slices]

    @property
    def plan(self) -> Plan:
        jobs = [
            PlannedJob(
                2 + i, "train", (f"random/records/{first}-{stop}.jsonl",), "", (), True, True
            )
            for i, (first, stop) in enumerate(self.slices)
        ]
        every = tuple(job.number for job in jobs)
        gather = PlannedJob(1, "gather", ("random/trials.nc",), "", every, True, True)
        study = {
            "name": "watched",
            "problem": "none",
            "error_name": "loss",
            "error_units": "1",
            "n_hyperparameters": 2,
            "config": {
                "study": "watched",
                "problem": {"name": "bateman", "options": {}},
                "sensitivity": {"min_trials": 5, "min_successes": 2},
            },
            "seed": 0,
            "final_seed": 1,
            "budget": BUDGET,
            "final_budgets": [BUDGET],
            "repeats": 1,
            "final_repeats": 1,
            "training_code": "code",
            "versions": {},
            "git_commit": "unknown",
        }
        return Plan(study, (gather, *jobs), (self.workers, 0), BEGAN, "make study")

    def write(self, until: float) -> None:
        """Write all that there is after so many seconds."""
        write_netcdf(xr.Dataset(attrs={"data_fingerprint": "data"}), self.folder / "data.nc")
        write_netcdf(self.design, self.folder / "random" / "design.nc")
        entries: list[tuple[float, dict[str, Any]]] = []
        for i, (first, stop) in enumerate(self.slices):
            if self.begins[i] > until:
                continue
            entries.append((self.begins[i], {"event": "submitted", "jobs": [2 + i]}))
            if self.settled_at is not None and first >= self.settled_at:
                write_records([], self.folder / self.records[i])
                entries.append((self.begins[i], {"event": "finished", "jobs": [2 + i]}))
                continue
            records = [self._store(row) for row in range(first, stop) if self.ends[row] <= until]
            if len(records) == stop - first:
                write_records(records, self.folder / self.records[i])
                entries.append((self.ends[stop - 1], {"event": "finished", "jobs": [2 + i]}))
        path = self.folder / JOURNAL
        path.parent.mkdir(exist_ok=True)
        lines = [self.plan.to_dict()]
        lines += [
            {**entry, "time": BEGAN + at} for at, entry in sorted(entries, key=lambda one: one[0])
        ]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        os.utime(path, (BEGAN + until, BEGAN + until))

    def _store(self, row: int) -> dict[str, Any]:
        seconds, error = self.outcome(self.configurations[row])
        failed = row in self.failing
        record = {
            "status": "failed" if failed else "ok",
            "reason": self.failing.get(row, ""),
            "validation_error": None if failed else error,
            "test_error": None if failed else error,
            "epochs": 3,
            "train_seconds": seconds,
            "n_params": 10,
            "flops": 20,
            "learning_curve": [1.0, 1.0, error],
        }
        trial = str(self.design["trial"].values[row])
        seed = training_seed(0, trial, 0)
        key = training_key(self.configurations[row], BUDGET, seed, "data", "code")
        store(record, self.folder / "trial_files", key)
        at = BEGAN + self.ends[row]
        os.utime(self.folder / "trial_files" / key[:2] / f"{key}.json", (at, at))
        return {"trial": trial, "repeat": 0, "asked": key, **record}
