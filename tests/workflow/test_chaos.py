"""Kills at random moments: nothing is lost, nothing is trained twice, the result is the same.

The number of kills is the environment variable CHAOS_KILLS, 3 by default (`make chaos`: 20).
"""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import numpy as np

from checkout import Checkout
from test_study_run import assert_same_trials

KILLS = int(os.environ.get("CHAOS_KILLS", "3"))
# From before the workflow is read to well into the trainings.
SHORTEST, LONGEST = 1.0, 10.0


def killed_after(checkout: Checkout, seconds: float) -> bool:
    """Run the study, kill all of its processes; tell whether it had still been running."""
    with checkout.start("random/trials.nc") as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return True
    return False


def assert_complete(checkout: Checkout, finished: Checkout) -> None:
    """Check that all was trained, with the results of a run that nobody disturbed."""
    assert len(checkout.finished_trainings) == 40
    assert_same_trials(
        finished.results / "random" / "trials.nc", checkout.results / "random" / "trials.nc"
    )


def test_a_study_survives_random_kills(fresh: Checkout, finished: Checkout, tmp_path: Path) -> None:
    checkout = fresh.copy(tmp_path / "project")
    rng = np.random.default_rng(20)
    kills, before = 0, {}
    while kills < KILLS:
        killed = killed_after(checkout, rng.uniform(SHORTEST, LONGEST))
        now = checkout.finished_trainings
        assert {path: now.get(path) for path in before} == before
        before = now
        kills += killed
        if not killed:
            # Nothing is left to kill: the same from the beginning.
            assert_complete(checkout, finished)
            shutil.rmtree(checkout.results)
            before = {}
    printed = checkout.run("random/trials.nc")
    after = checkout.finished_trainings
    assert {path: after[path] for path in before} == before, printed
    assert_complete(checkout, finished)
