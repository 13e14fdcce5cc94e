"""Snakemake killed, and trial files damaged, while jobs are under way."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from cluster_runs import Run
from hsic_hpo.training.records import find
from slurm_cluster import Cluster, wait_until
from test_study_run import assert_same_trials

FIRSTS = (0, 10, 20, 30)


@dataclass
class Restart:
    run: Run
    before: dict[Path, int]
    truncated: Path
    altered: Path


@pytest.fixture(scope="module")
def restart(make_run: Callable[..., Run]) -> Restart:
    """A study whose Snakemake is killed, and run again while the jobs of the first still train."""
    run = make_run()
    first = run.start()
    halted = {trial: run.pause(trial) for trial in FIRSTS}
    first.kill()
    first.wait()
    before = run.look()
    truncated, altered = sorted(before)[:2]
    truncated.write_bytes(truncated.read_bytes()[:50])
    content = bytearray(altered.read_bytes())
    content[len(content) // 2] ^= 4
    altered.write_bytes(content)
    second = run.start()
    for trial in FIRSTS:
        wait_until(
            lambda trial=trial: (
                len(run.jobs(trial)) == 2 and run.trainer(run.jobs(trial)[-1]) is not None
            ),
            f"the second job of trial {trial} trains",
        )
    run.seen = {path: {written} for path, written in before.items()}
    for number in halted.values():
        trainer = run.trainer(number)
        assert trainer is not None
        trainer.resume()
    run.finish(second)
    return Restart(run, before, truncated, altered)


def test_no_lock_is_in_the_way(restart: Restart) -> None:
    assert "LockException" not in restart.run.printed
    assert "Traceback" not in restart.run.printed


def test_nothing_is_lost_or_trained_twice_beside_the_jobs_of_the_first(restart: Restart) -> None:
    damaged = {restart.truncated, restart.altered}
    sound = {path: time for path, time in restart.before.items() if path not in damaged}
    assert len(sound) >= 2
    after = restart.run.look()
    assert {path: after[path] for path in sound} == sound
    times = {path: len(seen) for path, seen in restart.run.seen.items() if path not in damaged}
    assert list(times.values()) == [1] * 38


@pytest.mark.parametrize("damage", ["truncated", "altered"])
def test_a_damaged_trial_file_is_trained_again(restart: Restart, damage: str) -> None:
    path = getattr(restart, damage)
    assert path.stat().st_mtime_ns > restart.before[path]
    assert find(restart.run.checkout.results / "trial_files", path.stem) is not None


def test_trials_equal_those_of_an_undisturbed_run(restart: Restart, expected: Path) -> None:
    assert_same_trials(expected, restart.run.trials)


@contextmanager
def first_call_held(cluster: Cluster, command: str) -> Iterator[None]:
    """Let the first call of one of SLURM's commands wait until the block ends."""
    script, first, released = (
        cluster.folder / name for name in (f"bin/{command}", "first", "released")
    )
    script.write_text(
        f"#!/bin/sh\nif mkdir '{first}' 2>/dev/null; then\n"
        f"  until [ -e '{released}' ]; do sleep 0.1; done\nfi\n"
        f'exec {shutil.which(command)} "$@"\n'
    )
    script.chmod(0o755)
    try:
        yield
    finally:
        released.touch()
        script.unlink()


def test_sigterm_cancels_the_jobs_with_one_line_and_the_same_command_completes(
    make_run: Callable[..., Run], expected: Path
) -> None:
    run = make_run()
    # Snakemake does not cancel jobs whose state it is just asking for.
    with first_call_held(run.cluster, "squeue"):
        first = run.start()
        wait_until(lambda: len(run.look()) >= 3, "some trainings are finished")
        numbers = re.findall(r"SLURM jobid (\d+) ", run.printed)
        assert numbers
        first.terminate()
        assert first.wait(60) == 1
    _, _, said = run.printed.partition("Stopped by ")
    assert said.startswith("SIGTERM; to go on: python -m snakemake")
    assert said.count("\n") == 1
    assert "Traceback" not in run.printed
    wait_until(
        lambda: not any(run.cluster.processes(SLURM_JOB_ID=number) for number in numbers),
        "all jobs have ended",
    )
    before = run.look()
    assert len(before) < 40
    run.finish(run.start())
    after = run.look()
    assert {path: after[path] for path in before} == before
    assert_same_trials(expected, run.trials)
