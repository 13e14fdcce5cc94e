"""The same study on a real SLURM: the same results, on the loopback address alone."""

import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import pytest

from checkout import Checkout
from cluster_runs import PROFILE, TRIALS, Run
from slurm_cluster import Cluster
from test_study_run import assert_same_trials


def test_graphics_cards_are_given_to_jobs_that_ask(cluster: Cluster) -> None:
    shown = cluster.command(
        *("srun", "--partition=gpu", "--gres=gpu:1", "--mem=100"),
        *("bash", "-c", "echo $SLURMD_NODENAME $CUDA_VISIBLE_DEVICES"),
    )
    assert shown.split() == ["gpu01", "0"]


SEARCH = "search:\n  gpbo: {rounds: 1, batch_size: 2, repeats: 1}"
OF_SEARCH = ("search/gpbo/0/trials.nc", "final/gpbo/lowest-error/trials.nc")


@dataclass
class Finished:
    run: Run
    listening: dict[str, set[str]]
    job: dict[str, str]
    environment: dict[str, str]
    printed: str
    preempted: Path
    watched: str


@pytest.fixture(scope="module")
def finished(make_run: Callable[..., Run]) -> Finished:
    """A run of which one job asks for a graphics card, others queue, and one is preempted."""
    run = make_run(
        slurm_partition="'gpu' if wildcards.first == '0' else 'cpu'",
        gpu="1 if wildcards.first == '0' else 0",
        device="'cpu'",
    )
    run.cluster.command("scontrol", "update", "PartitionName=cpu", "State=DOWN")
    process = run.start()
    number = run.pause(0)
    watched = run.watch()
    run.cluster.command("scontrol", "update", "PartitionName=cpu", "State=UP")
    trainer = run.trainer(number)
    assert trainer is not None
    listening = run.cluster.listening()
    environment, printed = trainer.environ(), run.log(number)
    trainer.resume()
    other, preempted, worker = run.pause_training(10)
    # As SLURM preempts: it tells a job to end, and puts it back into the queue.
    run.cluster.command("scancel", "--signal=TERM", other)
    run.cluster.command("scontrol", "requeue", other)
    worker.resume()
    run.finish(process)
    assert run.cluster.job(other)["Restarts"] == "1"
    job = run.cluster.job(number)
    return Finished(run, listening, job, environment, printed, preempted, watched)


@pytest.fixture(scope="module")
def without_cluster(finished: Finished, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A search that goes on from the run on the cluster, and beside it without one."""
    run = finished.run
    run.checkout.edit("config/tiny.yaml", "search: {}", SEARCH)
    local = run.checkout.copy(tmp_path_factory.mktemp("local") / "project")
    local.run(OF_SEARCH[-1])
    run.finish(run.start_with_live_view(OF_SEARCH[-1]))
    return local


def test_daemons_and_jobs_listen_on_the_loopback_address_alone(finished: Finished) -> None:
    listening = finished.listening
    assert {"slurmctld", "slurmd", "slurmstepd", "srun", "python"} <= set(listening)
    assert {name for name, addresses in listening.items() if addresses} >= {"slurmctld", "slurmd"}
    assert all(ip_address(each).is_loopback for each in set.union(*listening.values())), listening


def test_trials_equal_those_without_a_cluster(finished: Finished, expected: Path) -> None:
    run = finished.run
    assert all(len(run.jobs(first)) == 1 for first in (0, 10, 20, 30)), run.printed
    assert len(run.seen) == 40
    assert_same_trials(expected, run.trials)


def test_a_training_amid_which_its_job_is_preempted_keeps_its_state(finished: Finished) -> None:
    assert finished.preempted in finished.run.states
    assert list(finished.preempted.parent.parent.rglob("*.state")) == []


def test_a_finished_study_has_nothing_to_do(finished: Finished) -> None:
    run = finished.run
    planned = subprocess.run(
        [*run.checkout.command(TRIALS, profile=PROFILE), "--dry-run"],
        cwd=run.checkout.root,
        env={**run.checkout.environment, **run.cluster.environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Nothing to be done" in planned.stdout + planned.stderr


def test_graphics_cards_of_the_profile_reach_the_training(finished: Finished) -> None:
    assert finished.job["NodeList"] == "gpu01"
    assert finished.environment["CUDA_VISIBLE_DEVICES"] == "0"
    assert "device=cpu" in finished.printed


def test_jobs_ask_for_the_memory_and_time_of_the_profile(finished: Finished) -> None:
    assert finished.job["MinMemoryNode"] == "1500M"
    assert finished.job["TimeLimit"] == "00:15:00"


def test_searches_go_on_as_without_a_cluster(finished: Finished, without_cluster: Checkout) -> None:
    log = max((finished.run.checkout.root / ".snakemake" / "log").glob("*.snakemake.log"))
    for rule in ("train_round", "train_final"):
        assert f"/rule_{rule}/" in log.read_text()
    for name in OF_SEARCH:
        assert_same_trials(without_cluster.results / name, finished.run.checkout.results / name)


def test_a_watcher_without_slurm_sees_what_runs_and_what_queues(finished: Finished) -> None:
    assert "running for" in finished.watched
    assert re.search(r"1 running \(train\), 3 queued, \d+ to come", finished.watched)
    assert re.search(r"\b[1-9] of 40 trainings", finished.watched)


def test_the_live_view_tells_of_the_jobs_of_the_cluster(
    finished: Finished, without_cluster: Checkout
) -> None:
    said = finished.run.printed.partition("Results: ")[2].splitlines()
    assert len(said) < 40
    assert any(re.search(r"; jobs: \d+ running, \d+ queued; ", line) for line in said)
    assert "whole: 43 of 43 done" in said[-1]
    end = finished.run.watch()
    assert "finished after" in end
    assert "100 %, all done" in end
