"""A disk that fills up amid the trainings: one clear line, and on with it once there is room."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from cluster_runs import Run
from slurm_cluster import wait_until
from test_study_run import assert_same_trials

FULL = "no space left on this disk"


@dataclass
class Full:
    run: Run
    code: int
    printed: str
    before: dict[Path, int]


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32M", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        for size in (2**20, 2**12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


@pytest.fixture(scope="module")
def full(make_run: Callable[..., Run]) -> Iterator[Full]:
    """A study whose results folder is full for a while."""
    run = make_run(retries=0)
    ballast = run.checkout.results / "ballast"
    with small_disk(run.checkout.results):
        process = run.start()
        wait_until(lambda: len(run.look()) >= 4, "some finished trainings")
        fill(ballast)
        before = run.look()
        code = process.wait(480)
        printed = run.printed
        ballast.unlink()
        run.finish(run.start())
        yield Full(run, code, printed, before)


def test_it_stops_with_one_clear_line(full: Full) -> None:
    assert full.code == 1
    (line,) = [line for line in full.printed.splitlines() if FULL in line]
    assert line.startswith(f"{full.run.checkout.results}: {FULL}")
    assert "Traceback" not in full.printed


def test_it_completes_once_there_is_room_and_loses_nothing(full: Full, expected: Path) -> None:
    assert 4 <= len(full.before) < 40
    after = full.run.look()
    assert {path: after[path] for path in full.before} == full.before
    assert len(after) == 40
    assert_same_trials(expected, full.run.trials)
