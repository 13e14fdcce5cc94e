"""How far a study is, from its files alone."""

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.files import write_netcdf
from hsic_hpo.study.journal import HEARTBEAT, JOURNAL, Journal, read_journal
from hsic_hpo.study.plan import FINAL, Slice, slice_of
from hsic_hpo.study.progress import BROKEN, ENDED, RUNNING, STOPPED, Watcher
from study.watched_study import BEGAN, WatchedStudy


def by_size(configuration: dict[str, Any]) -> tuple[float, float]:
    return 1 + 9 * configuration["size"], configuration["size"]


@pytest.fixture
def study(tmp_path: Path) -> WatchedStudy:
    reasons = {0: "RuntimeError: down", 10: "RuntimeError: down", 11: "killed"}
    return WatchedStudy(tmp_path, 60, per_job=10, workers=2, outcome=by_size, failing=reasons)


def files(folder: Path) -> dict[Path, tuple[int, int]]:
    return {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in sorted(folder.rglob("*"))}


def test_it_counts_what_is_finished_and_changes_nothing(study: WatchedStudy) -> None:
    until = 100.0
    study.write(until)
    before = files(study.folder)
    progress = Watcher(study.folder, lambda: BEGAN + until).look()
    done = study.ends <= until
    assert 10 < done.sum() < 50
    assert progress.state == RUNNING
    assert progress.trainings == (done.sum(), 60)
    assert [(stage.key, stage.done, stage.total) for stage in progress.stages] == [
        ("random", done.sum(), 60),
        ("steps", 0, 1),
    ]
    assert list(progress.running) == ["train", "train"]
    assert progress.waiting == 1 + sum(begin > until for begin in study.begins)
    failed = [reason for row, reason in study.failing.items() if done[row]]
    assert sorted(progress.failed) == sorted(failed)
    assert progress.best is not None
    good = [one["size"] for row, one in enumerate(study.configurations) if done[row]]
    assert progress.best.training.error == min(
        size for row, size in zip(done.nonzero()[0], good, strict=True) if row not in study.failing
    )
    assert files(study.folder) == before


def test_it_sees_what_is_new_at_the_next_look(study: WatchedStudy) -> None:
    now = [100.0]
    study.write(now[0])
    watcher = Watcher(study.folder, lambda: BEGAN + now[0])
    first = watcher.look()
    now[0] = 200.0
    study.write(now[0])
    second = watcher.look()
    assert second.trainings[0] == (study.ends <= 200).sum() > first.trainings[0]
    assert second == Watcher(study.folder, lambda: BEGAN + now[0]).look()


def test_the_predicted_end_is_near_the_true_one(study: WatchedStudy) -> None:
    total = float(study.ends.max())
    for share in (0.25, 0.5, 0.75):
        study.write(share * total)
        left = Watcher(study.folder, lambda share=share: BEGAN + share * total).look().left
        assert left is not None
        assert abs(share * total + left - total) < 0.3 * total


def test_a_run_that_falls_silent_or_ends_is_told_from_one_that_runs(study: WatchedStudy) -> None:
    study.write(100.0)
    watcher = Watcher(study.folder, lambda: BEGAN + 100 + 10 * HEARTBEAT)
    assert watcher.look().state == STOPPED
    assert watcher.look().elapsed == pytest.approx(100.0)
    for entry, state in (
        ({"event": "end", "ok": True, "time": BEGAN + 101}, ENDED),
        ({"event": "end", "ok": False, "time": BEGAN + 101}, BROKEN),
        ({"event": "stop", "time": BEGAN + 101}, STOPPED),
    ):
        study.write(100.0)
        with (study.folder / JOURNAL).open("a") as file:
            file.write(json.dumps(entry) + "\n")
        found = Watcher(study.folder, lambda: BEGAN + 102).look()
        assert (found.state, found.elapsed) == (state, pytest.approx(101.0))


def test_a_failed_job_is_told_with_its_configuration_and_the_last_line_of_its_log(
    study: WatchedStudy,
) -> None:
    study.write(100.0)
    row = int((study.ends[:20] > 100).nonzero()[0][0]) if (study.ends[:20] > 100).any() else 20
    number = 2 + row // 10
    log = study.folder / "logs" / "train.log"
    log.parent.mkdir()
    log.write_text("Traceback (most recent call last):\nValueError: no such layer\n\n")
    with (study.folder / JOURNAL).open("a") as file:
        entry = {"event": "failed", "jobs": [number], "logs": ["logs/train.log"]}
        file.write(json.dumps({**entry, "time": BEGAN + 100}) + "\n")
    (failure,) = Watcher(study.folder, lambda: BEGAN + 100).look().failures
    assert (failure.rule, failure.reason) == ("train", "ValueError: no such layer")
    part = study.slices[number - 2]
    first = next(i for i in range(*part) if study.ends[i] > 100)
    assert json.loads(failure.configuration) == study.configurations[first]


def test_a_failed_job_past_a_rung_trained_the_largest_network_first(study: WatchedStudy) -> None:
    study.write(100.0)
    sizes = np.arange(60.0)
    write_netcdf(study.design.assign(flops=("trial", sizes)), study.folder / "random" / "design.nc")
    first, stop = study.slices[-1]
    assert study.ends[first] > 100
    with (study.folder / JOURNAL).open("a") as file:
        for event in ("submitted", "failed"):
            entry = {"event": event, "jobs": [7], "logs": ["logs/none.log"], "time": BEGAN + 100}
            file.write(json.dumps(entry) + "\n")
    (failure,) = Watcher(study.folder, lambda: BEGAN + 100).look().failures
    assert json.loads(failure.configuration) == study.configurations[stop - 1]


def test_a_folder_without_a_plan_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no run of a study has left its plan here"):
        Watcher(tmp_path).look()


def test_the_journal_holds_what_snakemake_logs(study: WatchedStudy) -> None:
    (study.folder / JOURNAL).parent.mkdir()
    for run in range(2):
        journal = Journal()
        journal.begin(study.folder, study.plan)
        for event, extra in (
            ("job_started", {"jobs": [2, 3]}),
            ("job_finished", {"job_id": 2}),
            ("job_error", {"jobid": 3, "log": ["logs/x.log"]}),
            ("progress", {"done": 1}),
        ):
            record = logging.LogRecord("snakemake", logging.INFO, "", 0, "", None, None)
            record.__dict__.update(extra, event=event)
            assert journal.filter(record)
        journal.stop()
        journal.end(ok=False)
        history = read_journal(study.folder)
        assert history is not None
        assert {number: one.event for number, one in history.states.items()} == {
            2: "finished",
            3: "failed",
        }
        assert history.states[3].logs == ("logs/x.log",)
        assert (history.is_stopped, history.ended) == (True, None)
        # What the run before had measured helps to tell when this one ends.
        assert set(history.plan.seconds) == ({"train"} if run else set())
    assert list((study.folder / JOURNAL).parent.iterdir()) == [study.folder / JOURNAL]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("random/records/0-20.jsonl", ("random", "random", 0, 20)),
        ("search/hsic-gpbo/1/3/records/8-12.jsonl", ("search/hsic-gpbo/1/3", "hsic-gpbo", 8, 12)),
        ("final/gpbo/records/0-1.jsonl", ("final/gpbo", FINAL, 0, 1)),
        ("random/trials.nc", None),
    ],
)
def test_a_file_of_records_says_what_was_trained(
    path: str, expected: tuple[str, str, int, int] | None
) -> None:
    assert slice_of(path) == (None if expected is None else Slice(*expected))
