"""A cluster with an accounting database: Snakemake asks sacct for the state of its jobs."""

import tempfile
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest

from checkout import Checkout
from cluster_runs import Run
from slurm_accounting import ACCOUNT, AccountedCluster
from slurm_cluster import Cluster, running_cluster
from test_study_run import assert_same_trials


# It takes the session's cluster first, for its check of what is installed.
@pytest.fixture(scope="module")
def accounted(cluster: Cluster) -> Iterator[Cluster]:
    with (
        tempfile.TemporaryDirectory(prefix="slurm") as folder,
        running_cluster(Path(folder), AccountedCluster) as started,
    ):
        yield started


@pytest.fixture(scope="module")
def run(accounted: Cluster, fresh: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A study that asks sacct for the state of its jobs."""
    checkout = fresh.copy(tmp_path_factory.mktemp("accounted") / "project")
    study = Run(checkout, accounted, status_command="sacct", account=ACCOUNT)
    study.finish(study.start())
    return study


def test_jobs_are_charged_to_the_account(run: Run) -> None:
    numbers = [number for first in (0, 10, 20, 30) for number in run.jobs(first)]
    shown = run.cluster.command(
        *("sacct", "--jobs", ",".join(numbers), "--allocations", "--noheader"),
        *("--parsable2", "--format", "JobID,State,Account"),
    )
    assert len(numbers) == 4
    assert set(shown.split()) == {f"{number}|COMPLETED|{ACCOUNT}" for number in numbers}


def test_results_are_those_of_a_run_without_a_cluster(run: Run, expected: Path) -> None:
    assert_same_trials(run.trials, expected)
    assert {len(times) for times in run.seen.values()} == {1}


def test_the_database_listens_on_the_loopback_address_alone(run: Run) -> None:
    listening = run.cluster.listening()
    assert {"slurmdbd", "mariadbd"} <= set(listening)
    assert not listening["mariadbd"]
    assert all(ip_address(address).is_loopback for address in set().union(*listening.values()))
