"""Which trainings of a study have finished, read from its files while it runs."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.files import read_netcdf
from hsic_hpo.problems.data import Stamp, read_stamp
from hsic_hpo.study.plan import Plan, PlannedJob, Slice
from hsic_hpo.study.retry import TRAININGS
from hsic_hpo.training.budget import Budget
from hsic_hpo.training.records import asked_keys, find, read_records
from hsic_hpo.training.rungs import find_until, stopped_key
from hsic_hpo.trials.thresholds import goes_on, lowest_error, read_thresholds

_WITH_ERROR = ("ok", "stopped")


@dataclass(frozen=True)
class Training:
    """A finished training, as far as progress is concerned.

    Attributes
    ----------
    trial, repeat
        Which one it is.
    status, reason
        How it ended.
    error
        Validation error, infinite unless it ended well or was left at a rung.
    seconds
        Wall time.
    flops
        Operations of a forward pass, NaN where they are unknown.
    epochs
        How many it took.
    """

    trial: str
    repeat: int
    status: str
    reason: str
    error: float
    seconds: float
    flops: float
    epochs: int

    @classmethod
    def of(cls, trial: str, repeat: int, record: Mapping[str, Any]) -> "Training":
        """Read it from its record."""
        error = record["validation_error"]
        return cls(
            trial,
            repeat,
            record["status"],
            record["reason"],
            float("inf") if error is None or record["status"] not in _WITH_ERROR else float(error),
            float(record["train_seconds"] or 0.0),
            float("nan") if record["flops"] is None else float(record["flops"]),
            int(record["epochs"]),
        )


class FinishedTrainings:
    """Finds the finished trainings of each job, and reads each of their files once.

    Parameters
    ----------
    folder
        Results of the study.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._designs: dict[str, tuple[int, xr.Dataset, dict[tuple[str, int], str]]] = {}
        self._of_files: dict[str, tuple[int, list[Training]]] = {}
        self._by_key: dict[tuple[str, int | None], Training] = {}
        self._names: dict[str, tuple[int, set[str]]] = {}
        self._data: tuple[int, Stamp] | None = None

    def begin(self) -> None:
        """Look which files there are by now; call it before a series of other calls."""
        for place in _subfolders(self._folder / TRAININGS):
            changed = place.stat().st_mtime_ns
            if self._names.get(place.name, (0,))[0] != changed:
                names = {name[:-5] for name in os.listdir(place.path) if name.endswith(".json")}  # noqa: PTH208
                self._names[place.name] = (changed, names)

    def rows(self, plan: Plan, part: Slice) -> int:
        """Return how many configurations a job trains: a round may propose fewer than it could."""
        design = self.design(plan, part)
        stop = part.stop if design is None else min(part.stop, design.sizes["trial"])
        return max(0, stop - part.first)

    def of(self, plan: Plan, job: PlannedJob, *, is_done: bool) -> list[Training]:
        """Return the finished trainings of a job.

        Parameters
        ----------
        plan
            Of the run.
        job
            One that trains.
        is_done
            Whether its file of records is that of this run.
        """
        part = job.slice
        assert part is not None
        if is_done:
            return self._recorded(job.outputs[0])
        keys = self.keys(plan, part).items()
        stored = (self._stored(named, key, plan, part) for named, key in keys)
        return [training for training in stored if training is not None]

    def keys(self, plan: Plan, part: Slice) -> dict[tuple[str, int], str]:
        """Return the keys of a job's trainings by trial and repeat; empty while unknown."""
        known = self._design(plan, part)
        if known is None:
            return {}
        _, design, keys = known
        trials = map(str, design["trial"].values[part.first : part.stop])
        repeats = range(plan.repeats(part))
        return {(trial, repeat): keys[trial, repeat] for trial in trials for repeat in repeats}

    def design(self, plan: Plan, part: Slice) -> xr.Dataset | None:
        """Return the design that a job trains a part of; None while there is none."""
        known = self._design(plan, part)
        return None if known is None else known[1]

    def _design(
        self, plan: Plan, part: Slice
    ) -> tuple[int, xr.Dataset, dict[tuple[str, int], str]] | None:
        path = self._folder / part.part / "design.nc"
        data = self._data_fingerprint()
        with suppress(OSError, InputError):
            changed = path.stat().st_mtime_ns
            known = self._designs.get(part.part)
            if known is None or known[0] != changed:
                known = (changed, *self._named(plan, part, read_netcdf(path), data))
                self._designs[part.part] = known
            return known
        return None

    def _named(
        self, plan: Plan, part: Slice, design: xr.Dataset, data: str
    ) -> tuple[xr.Dataset, dict[tuple[str, int], str]]:
        study = plan.study
        planned = study["final_budgets"] if part.is_final else [study["budget"]]
        written = json.loads(design.attrs["budget"])
        # A design from before an edit of the config has another one, and is to be made again.
        budget = written if written in planned else planned[0]
        if plan.precision != "32":
            budget = {**budget, "precision": plan.precision}
        return design, asked_keys(
            design,
            budget,
            n_repeats=plan.repeats(part),
            study_seed=study["final_seed" if part.is_final else "seed"],
            data_fingerprint=data,
            code_fingerprint=study["training_code"],
        )

    @property
    def training_samples(self) -> float:
        """Size of the training split, NaN where it is unknown."""
        stamp = self._stamp()
        return float("nan") if stamp is None else stamp.training_samples

    def _data_fingerprint(self) -> str:
        stamp = self._stamp()
        return "" if stamp is None else stamp.fingerprint

    def _stamp(self) -> Stamp | None:
        path = self._folder / "data.nc"
        with suppress(OSError, InputError):
            changed = path.stat().st_mtime_ns
            if self._data is None or self._data[0] != changed:
                self._data = (changed, read_stamp(path))
                self._designs.clear()
            return self._data[1]
        return None

    def _recorded(self, name: str) -> list[Training]:
        path = self._folder / name
        with suppress(OSError, ValueError, KeyError, TypeError):
            changed = path.stat().st_mtime_ns
            known = self._of_files.get(name)
            if known is None or known[0] != changed:
                records = read_records(path)
                found = [Training.of(one["trial"], one["repeat"], one) for one in records]
                self._of_files[name] = known = (changed, found)
            return known[1]
        return []

    def _stored(self, named: tuple[str, int], key: str, plan: Plan, part: Slice) -> Training | None:
        asked = (key, plan.until_epoch(part))
        known = self._by_key.get(asked)
        if known is None:
            record = self.record(plan, part, key)
            if record is not None:
                known = self._by_key[asked] = Training.of(*named, record)
        return known

    def record(self, plan: Plan, part: Slice, key: str) -> dict[str, Any] | None:
        """Return the record of a training as far as a job asks for it; None where it has none."""
        names = self._names.get(key[:2], (0, ()))[1]
        until = plan.until_epoch(part)
        if key not in names and stopped_key(key) in names and part.is_of_search:
            return self._left_for_good(key) if plan.study.get("search_rungs") else None
        if key not in names and (until is None or stopped_key(key) not in names):
            return None
        return find_until(self._folder / TRAININGS, key, until, Budget.of(plan.study["budget"]))

    def _left_for_good(self, key: str) -> dict[str, Any] | None:
        """Return the record of a search's training that a rung ended, by its own error alone."""
        record = find(self._folder / TRAININGS, stopped_key(key))
        if record is None:
            return None
        with suppress(OSError, ValueError, KeyError, TypeError):
            for one in read_thresholds(self._folder / "random" / "thresholds.json"):
                is_there = one.epochs == len(record["learning_curve"])
                if is_there and not goes_on([lowest_error(record)], one):
                    return record
        return None


def _subfolders(folder: Path) -> Iterator[os.DirEntry[str]]:
    with suppress(OSError), os.scandir(folder) as entries:
        yield from (entry for entry in entries if entry.is_dir())
