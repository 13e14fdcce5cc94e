"""Seconds that ``hsic-hpo watch`` takes for a look at a large study, of which half is finished.

``python benchmarks/watch.py [--trials 10000] [--per-job 200]``; beside the limit that the project
sets itself: 1 s a refresh at 10 000 trials.
"""

import argparse
import json
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import xarray as xr
from rich.console import Console

from hsic_hpo.files import write_netcdf
from hsic_hpo.problems.bateman import Bateman
from hsic_hpo.reports.progress_view import screen
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.study.journal import JOURNAL
from hsic_hpo.study.plan import Plan, PlannedJob
from hsic_hpo.study.progress import Watcher
from hsic_hpo.training.records import store, training_key, training_seed, write_records
from hsic_hpo.trials.design import make_design

BUDGET = {"epochs": 60}


class Study:
    """A random search on disk, of which some trainings have finished."""

    def __init__(self, folder: Path, n_trials: int, per_job: int) -> None:
        self.folder = folder
        space = Space.from_dict(Bateman().default_space())
        self.design = make_design(space, sample(space, n_trials, 0), BUDGET)
        self.trials = [str(name) for name in self.design["trial"].values]
        self.configurations = [json.loads(text) for text in self.design["configuration"].values]
        self.slices = [(i, min(i + per_job, n_trials)) for i in range(0, n_trials, per_job)]
        write_netcdf(xr.Dataset(attrs={"data_fingerprint": "data"}), folder / "data.nc")
        write_netcdf(self.design, folder / "random" / "design.nc")

    def begin(self) -> None:
        """Leave the plan of a run."""
        jobs = [
            PlannedJob(2 + i, "train", (self.records(i),), "", (), True, True)
            for i in range(len(self.slices))
        ]
        gather = tuple(job.number for job in jobs)
        jobs.insert(0, PlannedJob(1, "gather", ("random/trials.nc",), "", gather, True, True))
        study = {
            "budget": BUDGET,
            "final_budgets": [BUDGET],
            **dict.fromkeys(("repeats", "final_repeats"), 1),
            **dict.fromkeys(("seed", "final_seed"), 0),
            **dict.fromkeys(("name", "problem", "error_name", "training_code"), "code"),
            "n_hyperparameters": 20,
        }
        self.journal = self.folder / JOURNAL
        self.journal.parent.mkdir()
        self.note(Plan(study, tuple(jobs), (2, 0), time.time(), "make study").to_dict())

    def records(self, i: int) -> str:
        """Return the file of a job's records."""
        first, stop = self.slices[i]
        return f"random/records/{first}-{stop}.jsonl"

    def note(self, entry: dict) -> None:
        """Add to the journal."""
        with self.journal.open("a") as file:
            file.write(json.dumps(entry) + "\n")

    def finish(self, row: int) -> dict:
        """Store a finished training."""
        curve = np.random.default_rng(row).random(BUDGET["epochs"]).tolist()
        record = {
            **{"status": "ok", "reason": "", "validation_error": curve[-1], "test_error": 1.0},
            **{"epochs": 60, "train_seconds": 5.0, "n_params": 1000, "flops": 2000},
            "learning_curve": curve,
        }
        seed = training_seed(0, self.trials[row], 0)
        key = training_key(self.configurations[row], BUDGET, seed, "data", "code")
        store(record, self.folder / "trial_files", key)
        return {"trial": self.trials[row], "repeat": 0, "asked": key, **record}

    def finish_job(self, i: int) -> None:
        """Store those of a job, and its records."""
        self.note({"event": "submitted", "jobs": [2 + i], "time": time.time()})
        write_records(map(self.finish, range(*self.slices[i])), self.folder / self.records(i))
        self.note({"event": "finished", "jobs": [2 + i], "time": time.time()})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--per-job", type=int, default=200)
    parser.add_argument("--looks", type=int, default=5)
    options = parser.parse_args()
    console = Console(width=100)
    with TemporaryDirectory() as name:
        folder = Path(name)
        study = Study(folder, options.trials, options.per_job)
        study.begin()
        half = len(study.slices) // 2
        for i in range(half):
            study.finish_job(i)
        watcher = Watcher(folder)
        seconds = []
        for look in range(1 + options.looks):
            # A job has ended since the last look, and trainings of another one.
            study.finish_job(half + look)
            for row in range(*study.slices[half + options.looks + 1]):
                if row % (1 + options.looks) == look:
                    study.finish(row)
            start, cpu = time.perf_counter(), time.process_time()
            progress = watcher.look()
            with console.capture():
                console.print(screen(progress, folder, console.width))
            seconds.append((time.perf_counter() - start, time.process_time() - cpu))
    first, *others = seconds
    slowest = max(others)
    print(f"{options.trials} trials, {options.per_job} per job, {progress.trainings[0]} finished")
    print(f"first look {first[0]:.2f} s ({first[1]:.2f} s of CPU time)")
    print(f"slowest of {len(others)} others {slowest[0]:.2f} s ({slowest[1]:.2f} s; limit 1 s)")


if __name__ == "__main__":
    main()
