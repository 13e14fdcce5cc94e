"""A halved search on a real SLURM, preempted amid a rung: the same trials as without a cluster."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import xarray as xr

from checkout import CONFIG, Checkout, fresh_checkout
from cluster_runs import TRIALS, Run
from hsic_hpo.training.records import find
from hsic_hpo.training.rungs import stopped_key
from hsic_hpo.trials.dataset import read_trials
from slurm_cluster import Cluster, wait_until
from test_study_run import assert_same_trials

# Long enough past the first rung for a fault to find a training at work, on a fast machine, too.
HALVED = CONFIG.replace("{epochs: 3}", "{epochs: 200}").replace(
    "{n_trials: 40}", "{n_trials: 20, rungs: [{epochs: 5, keep: 0.5}, {epochs: 150, keep: 0.3}]}"
)
IN_TRAINING = (20, 10, 6)


@dataclass
class Halved:
    run: Run
    local: Checkout
    restarts: str
    known: dict[str, Any] | None


@pytest.fixture(scope="module")
def halved(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Halved:
    """A run of which the second rung's only job is preempted amid a training, and a local one."""
    root = tmp_path_factory.mktemp("halved")
    run = Run(fresh_checkout(root / "cluster", HALVED), cluster)
    local = run.checkout.copy(root / "local")
    process = run.start()
    number, state, worker = run.pause_training(0, rung=1)
    cluster.command("scancel", "--signal=TERM", number)
    cluster.command("scontrol", "requeue", number)
    worker.resume()
    # SLURM would let it wait for two minutes.
    again = ("scontrol", "update", f"JobId={number}", "StartTime=now")
    wait_until(lambda: not worker.is_running(), f"job {number}: its training leaves", 60)
    known = find(state.parent.parent, stopped_key(state.stem))
    wait_until(lambda: cluster.job(number)["JobState"] == "PENDING", f"job {number} queues", 60)
    wait_until(lambda: cluster.ask(*again).returncode == 0, f"job {number} may begin", 60)
    run.finish(process)
    restarts = cluster.job(number)["Restarts"]
    local.run(TRIALS, trials_per_job=20)
    return Halved(run, local, restarts, known)


def test_a_halved_search_equals_that_without_a_cluster(halved: Halved) -> None:
    there, here = halved.run.trials, halved.local.results / TRIALS
    assert_same_trials(here, there)
    first, second = read_trials(here), read_trials(there)
    for name in ("rung", "epochs"):
        xr.testing.assert_identical(first[name], second[name])
    assert first.attrs["rungs"] == second.attrs["rungs"]
    stopped = np.bincount(second["rung"].values)
    assert stopped.tolist() == [IN_TRAINING[2], *-np.diff(IN_TRAINING)]
    for rung in (1, 2):
        name = f"random/rungs/{rung}/design.nc"
        assert trials_in(halved.run.checkout, name) == trials_in(halved.local, name)


def trials_in(checkout: Checkout, design: str) -> list[str]:
    with xr.open_dataset(checkout.results / design) as opened:
        return [str(name) for name in opened["trial"].values]


def test_each_rung_has_its_jobs_of_its_own_resources(halved: Halved) -> None:
    run = halved.run
    jobs = {rung: [*run.jobs(0, rung), *run.jobs(10, rung)] for rung in range(3)}
    assert [len(numbers) for numbers in jobs.values()] == [2, 1, 1], run.printed
    for numbers in jobs.values():
        for number in numbers:
            assert run.cluster.job(number)["MinMemoryNode"] == "1500M"


def test_a_training_preempted_amid_a_rung_goes_on_from_its_state(halved: Halved) -> None:
    assert halved.restarts == "1"
    # When it was told to leave it had come past the first rung and not to the second.
    assert halved.known is not None
    assert halved.known["epochs"] == 5
    states = list((halved.run.checkout.results / "trial_files").rglob("[!.]*.state"))
    assert len(states) == IN_TRAINING[0] - IN_TRAINING[2]
