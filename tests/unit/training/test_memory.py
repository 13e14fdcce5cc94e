"""The memory of a job, and what its processes hold of it."""

import math
import multiprocessing
import os
import time

import psutil
import pytest

from hsic_hpo.training.memory import job_limit, kernel_kills, resident, resident_above


@pytest.mark.parametrize(
    ("environment", "megabytes"),
    [
        ({}, math.inf),
        ({"SLURM_MEM_PER_NODE": "1500"}, 1500),
        ({"SLURM_MEM_PER_NODE": "0"}, math.inf),
        ({"SLURM_MEM_PER_CPU": "2000", "SLURM_CPUS_ON_NODE": "4"}, 8000),
        ({"SLURM_MEM_PER_CPU": "2000"}, 2000),
        ({"SLURM_MEM_PER_NODE": "plenty"}, math.inf),
    ],
)
def test_the_limit_is_that_of_slurm(environment: dict[str, str], megabytes: float) -> None:
    assert job_limit(environment) == megabytes * 2**20


def test_a_process_counts_with_its_descendants() -> None:
    alone = resident(os.getpid())
    assert alone == pytest.approx(psutil.Process().memory_info().rss, rel=0.1)
    child = multiprocessing.get_context("fork").Process(target=time.sleep, args=(60,))
    child.start()
    try:
        assert resident(os.getpid()) > 1.05 * alone
        assert resident_above(child.pid or 0) >= 0.9 * alone
    finally:
        child.kill()
        child.join()
    assert resident(child.pid or 0) == 0


def test_the_kernel_counts_what_it_ended() -> None:
    assert kernel_kills() >= 0
