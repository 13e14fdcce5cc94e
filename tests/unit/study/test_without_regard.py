"""Short trainings that finish first do not bias what is explained before the end."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.sensitivity.explanation import explain_trials
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.study.journal import JOURNAL
from hsic_hpo.study.progress import Watcher
from hsic_hpo.study.so_far import SoFar, finished_so_far
from hsic_hpo.study.without_regard import without_regard_to_length
from study.watched_study import BEGAN, WatchedStudy

N = 400


def long_are_good(configuration: dict[str, Any]) -> tuple[float, float]:
    """From 1 s to 100 s; the longer the better."""
    size = configuration["size"]
    return float(100**size), float(1 - size)


def explained_at(study: WatchedStudy, until: float) -> SoFar:
    study.write(until)
    now = BEGAN + until
    watcher = Watcher(study.folder, lambda: now)
    return finished_so_far(study.folder, watcher.look(), now)


@pytest.mark.parametrize(
    ("workers", "until"),
    [(4, 1000.0), (200, 105.0), (200, 50.0)],
    ids=["few", "all at once", "soon"],
)
def test_what_counts_has_the_lengths_of_all(workers: int, until: float) -> None:
    naive, kept, true = [], [], np.log(100) / 2
    for start in range(100):
        rng = np.random.default_rng(start)
        seconds = 100 ** rng.random(N)
        # Two trials a job, so that jobs differ in when their second one begins.
        ends = np.empty(N)
        begun = np.empty(N)
        free = np.zeros(workers)
        for first in range(0, N, 2):
            worker = free.argmin()
            begun[first] = free[worker]
            begun[first + 1] = ends[first] = begun[first] + seconds[first]
            free[worker] = ends[first + 1] = ends[first] + seconds[first + 1]
        known = np.where(ends <= until, seconds, np.nan)
        began = np.where(begun <= until, begun, np.nan)
        counts = without_regard_to_length(began, known, until)
        assert not np.isnan(known[counts]).any()
        naive += list(np.log(known[np.isfinite(known)]))
        kept += list(np.log(seconds[counts]))
    if until < 100:
        # Nobody knows yet how long the longest take.
        assert not kept
        return
    spread = np.log(100) / np.sqrt(12 * len(kept))
    assert abs(np.mean(kept) - true) < 4 * spread
    if workers == 200:
        assert np.mean(naive) < true - 4 * spread


def test_a_study_whose_long_trainings_are_good_is_explained_as_at_its_end(tmp_path: Path) -> None:
    study = WatchedStudy(tmp_path, N, per_job=4, workers=100, outcome=long_are_good)
    so_far = explained_at(study, 115.0)
    n = so_far.trials.sizes["trial"]
    finished = study.ends <= 115.0
    assert (so_far.n_finished, so_far.n_all) == (finished.sum(), N)
    assert 60 <= n < so_far.n_finished
    size = so_far.trials["value:size"].values
    of_finished = [one["size"] for one in np.array(study.configurations)[finished]]
    assert np.mean(of_finished) < 0.47
    assert abs(size.mean() - 0.5) < 4 / np.sqrt(12 * n)
    assert size.max() > 0.95
    best = explain_trials(so_far.trials, AnalysisSettings(n_permutations=99)).sel(
        group="all", target="error", subset="best"
    )
    assert best["significant"].sel(hyperparameter=["size", "idle"]).values.tolist() == [1, 0]


def test_all_trials_of_a_complete_search_count(tmp_path: Path) -> None:
    study = WatchedStudy(tmp_path, 30, per_job=10, workers=2, outcome=long_are_good)
    so_far = explained_at(study, float(study.ends.max()))
    assert so_far.trials.sizes["trial"] == so_far.n_finished == so_far.n_all == 30


def test_a_search_that_a_look_ended_is_complete(tmp_path: Path) -> None:
    study = WatchedStudy(tmp_path, 60, 10, 2, outcome=long_are_good, settled_at=40)
    so_far = explained_at(study, float(study.ends.max()))
    assert so_far.trials.sizes["trial"] == so_far.n_finished == so_far.n_all == 40


def test_a_stopped_study_is_explained_alike_where_it_was_copied_with_new_times(
    tmp_path: Path,
) -> None:
    study = WatchedStudy(tmp_path, 60, per_job=10, workers=3, outcome=long_are_good)
    stopped = float(study.ends[25:].min()) + 150.0
    study.write(stopped)
    with (tmp_path / JOURNAL).open("a") as journal:
        journal.write(json.dumps({"event": "stop", "time": BEGAN + stopped}) + "\n")
    later = BEGAN + 1e6

    def explained() -> SoFar:
        return finished_so_far(tmp_path, Watcher(tmp_path, lambda: later).look(), later)

    before = explained()
    assert 10 < before.trials.sizes["trial"] < before.n_finished < 60
    for path in tmp_path.rglob("*"):
        os.utime(path, (later, later))
    copied = explained()
    assert copied.n_finished == before.n_finished
    assert copied.trials["trial"].values.tolist() == before.trials["trial"].values.tolist()


def test_too_early_is_said_in_one_line(tmp_path: Path) -> None:
    study = WatchedStudy(tmp_path, 30, per_job=10, workers=2, outcome=long_are_good)
    with pytest.raises(InputError, match="of 30 random trials have finished, none of which counts"):
        explained_at(study, float(study.ends.min()))
    begun = WatchedStudy(tmp_path / "begun", 30, per_job=10, workers=2, outcome=long_are_good)
    with pytest.raises(InputError, match="no random trial has finished yet; wait for more"):
        explained_at(begun, float(begun.ends.min()) / 2)
