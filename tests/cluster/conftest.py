"""A SLURM cluster for the session, and the study that runs on it."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from checkout import CONFIG, Checkout, fresh_checkout
from cluster_runs import TRIALS, Run
from slurm_cluster import Cluster, running_cluster

# Long enough for a fault to find its trainings at work.
LONGER = CONFIG.replace("{epochs: 3}", "{epochs: 100}")
PROGRAMS = ("slurmctld", "slurmd", "munged", "squeue", "slurmdbd", "mariadbd")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Two nodes and one with graphics cards, on this machine."""
    if os.geteuid() != 0:
        pytest.exit("SLURM's daemons need root: run `make cluster-test` as root", returncode=1)
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        pytest.exit(f"not installed: {', '.join(missing)}: run `make cluster-test`", returncode=1)
    # A socket's path may not be longer than 108 characters: no place for pytest's own folders.
    with (
        tempfile.TemporaryDirectory(prefix="slurm") as folder,
        running_cluster(Path(folder)) as started,
    ):
        yield started


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout in which nothing has run: copy it, do not run in it."""
    return fresh_checkout(tmp_path_factory.mktemp("fresh") / "project", LONGER)


@pytest.fixture(scope="session")
def expected(fresh: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trials after an uninterrupted run without a cluster."""
    checkout = fresh.copy(tmp_path_factory.mktemp("expected") / "project")
    checkout.run(TRIALS)
    return checkout.results / TRIALS


@pytest.fixture(scope="module")
def make_run(
    cluster: Cluster, fresh: Checkout, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Run]]:
    """Prepare a run of the study with its own settings of the rule ``train``."""

    def make(retries: int = 3, **resources: object) -> Run:
        checkout = fresh.copy(tmp_path_factory.mktemp("run") / "project")
        return Run(checkout, cluster, resources, retries)

    yield make
    cluster.clear()
