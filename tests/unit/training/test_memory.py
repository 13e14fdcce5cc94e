"""The memory of a job, and what its processes hold of it."""

import math
import multiprocessing
import os
import time

import psutil
import pytest

from hsic_hpo.training.memory import job_limit, kernel_kills, resident, resident_above


def test_only_slurm_limits_a_job_to_what_it_asked_for() -> None:
    assert job_limit(1500, {"SLURM_JOB_ID": "7"}) == 1500 * 2**20
    assert job_limit(None, {"SLURM_JOB_ID": "7"}) == math.inf
    assert job_limit(1000, {}) == math.inf


def test_a_process_counts_with_its_descendants() -> None:
    alone = resident(os.getpid())
    # Other tests in this process may have left workers.
    own = psutil.Process()
    known = sum(one.memory_info().rss for one in (own, *own.children(recursive=True)))
    assert alone == pytest.approx(known, rel=0.1)
    child = multiprocessing.get_context("fork").Process(target=time.sleep, args=(60,))
    child.start()
    try:
        assert resident(os.getpid()) > 1.05 * alone
        assert resident_above(child.pid or 0) >= 0.9 * own.memory_info().rss
    finally:
        child.kill()
        child.join()
    assert resident(child.pid or 0) == 0


def test_the_kernel_counts_what_it_ended() -> None:
    assert kernel_kills() >= 0
