"""Jobs that end badly: each comes back and goes on with what it had finished."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cluster_runs import Run
from test_study_run import assert_same_trials

# The first trial of the job that meets the fault, and how SLURM calls its end. (That a job used too
# much memory is a state of its own only where cgroups enforce it.)
FAULTS = {
    "cancelled": (0, "CANCELLED"),
    "training killed": (10, "FAILED"),
    "over its time": (20, "TIMEOUT"),
    "over its memory": (30, "FAILED"),
}


@dataclass
class Faults:
    run: Run
    before: dict[Path, int]
    jobs: dict[int, dict[str, str]]
    halted: Path


@pytest.fixture(scope="module")
def faults(make_run: Callable[..., Run]) -> Faults:
    """A study whose four jobs meet a fault each."""
    run = make_run(mem_mb="200 if wildcards.first == '30' and attempt == 1 else 1500")
    process = run.start()
    numbers = {first: run.pause(first) for first in (0, 10)}
    numbers[20], halted, _ = run.pause_training(20)
    before = run.look()
    run.cluster.command("scancel", numbers[0])
    trainer = run.trainer(numbers[10])
    assert trainer is not None
    trainer.kill()
    # Had it so little time from the start, it might not train by then, on a slow machine.
    run.cluster.command("scontrol", "update", f"JobId={numbers[20]}", "TimeLimit=1")
    # One of its trainings stays halted until that minute is over.
    run.finish(process)
    firsts = {first: run.cluster.job(run.jobs(first)[0]) for first, _ in FAULTS.values()}
    return Faults(run, before, firsts, halted)


@pytest.mark.parametrize("fault", FAULTS, ids=list(FAULTS))
def test_the_fault_ends_the_job_and_a_second_one_does_its_work(faults: Faults, fault: str) -> None:
    first, state = FAULTS[fault]
    numbers = faults.run.jobs(first)
    assert faults.jobs[first]["JobState"] == state
    assert len(numbers) == 2, faults.run.printed
    assert faults.run.cluster.job(numbers[1])["JobState"] == "COMPLETED"


def test_too_much_memory_is_named_in_the_log_that_stays(faults: Faults) -> None:
    assert "exceeded memory limit" in faults.run.log(faults.run.jobs(30)[0])


@pytest.mark.parametrize("first", [0, 10, 20], ids=list(FAULTS)[:3])
def test_finished_trainings_are_taken_up(faults: Faults, first: int) -> None:
    log = faults.run.checkout.results / "logs" / "train" / f"{first}-{first + 10}.log"
    assert "taken up from an earlier run" in log.read_text()


def test_a_training_amid_which_its_job_is_out_of_time_keeps_its_state(faults: Faults) -> None:
    assert faults.halted in faults.run.states
    assert list(faults.halted.parent.parent.rglob("*.state")) == []


def test_nothing_is_lost_or_trained_twice(faults: Faults) -> None:
    assert len(faults.before) >= 3
    after = faults.run.look()
    assert {path: after[path] for path in faults.before} == faults.before
    assert [len(times) for times in faults.run.seen.values()] == [1] * 40


def test_trials_equal_those_of_an_undisturbed_run(faults: Faults, expected: Path) -> None:
    assert_same_trials(expected, faults.run.trials)
