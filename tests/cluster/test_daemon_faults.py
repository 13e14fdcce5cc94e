"""Daemons and nodes that go and come back: the study goes on by itself."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cluster_runs import Run
from slurm_cluster import wait_until
from slurm_configuration import NODES
from test_study_run import assert_same_trials

FIRSTS = (0, 10, 20, 30)


@dataclass
class Outage:
    run: Run
    before: dict[Path, int]
    crashed: set[int]


@pytest.fixture(scope="module")
def outage(make_run: Callable[..., Run]) -> Outage:
    """A study during which a node crashes, and the other daemons are killed and come back."""
    run = make_run(slurm_partition="'gpu' if wildcards.first == '0' else 'cpu'")
    cluster = run.cluster
    process = run.start()
    numbers = {first: run.pause(first) for first in FIRSTS}
    before = run.look()
    nodes = {first: cluster.job(number)["NodeList"] for first, number in numbers.items()}
    cluster.crash("gpu01")
    others = [node for node in NODES if node != "gpu01"]
    for daemon in (*others, "slurmctld"):
        cluster.kill(daemon)
    cluster.start_controller()
    for node in others:
        cluster.start_node(node)
    wait_until(lambda: "DOWN" in cluster.node_state("gpu01"), "the crash is noticed")
    cluster.start_node("gpu01")
    crashed = {first for first in FIRSTS if nodes[first] == "gpu01"}
    for first in set(FIRSTS) - crashed:
        trainer = run.trainer(numbers[first])
        assert trainer is not None
        trainer.resume()
    run.finish(process)
    return Outage(run, before, crashed)


def test_jobs_outlive_the_daemons(outage: Outage) -> None:
    assert outage.crashed == {0}
    for first in (10, 20, 30):
        (number,) = outage.run.jobs(first)
        job = outage.run.cluster.job(number)
        assert (job["JobState"], job["Restarts"]) == ("COMPLETED", "0")


def test_a_job_of_a_crashed_node_is_run_again(outage: Outage) -> None:
    job = outage.run.cluster.job(outage.run.jobs(0)[-1])
    assert job["JobState"] == "COMPLETED"
    assert len(outage.run.jobs(0)) + int(job["Restarts"]) == 2
    log = outage.run.checkout.results / "logs" / "train" / "0-10.log"
    assert "taken up from an earlier run" in log.read_text()


def test_nothing_is_lost_or_trained_twice(outage: Outage) -> None:
    assert len(outage.before) >= 4
    after = outage.run.look()
    assert {path: after[path] for path in outage.before} == outage.before
    assert [len(times) for times in outage.run.seen.values()] == [1] * 40


def test_trials_equal_those_of_an_undisturbed_run(outage: Outage, expected: Path) -> None:
    assert_same_trials(expected, outage.run.trials)
