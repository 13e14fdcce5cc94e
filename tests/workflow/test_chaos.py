"""Kills at random moments: nothing is lost, nothing is trained twice, the result is the same.

The number of kills is the environment variable CHAOS_KILLS, 3 by default (`make chaos`: 20).
"""

import os
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
    with subprocess.Popen(
        checkout.command("random/trials.nc", trials_per_job=5),
        cwd=checkout.root,
        env=checkout.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return True
    return False


def stored(checkout: Checkout) -> dict[Path, int]:
    """Return the files of finished trainings and when they were written."""
    files = (checkout.results / "trial_files").rglob("[!.]*.json")
    return {path: path.stat().st_mtime_ns for path in files}


def test_a_study_survives_random_kills(fresh: Checkout, finished: Checkout, tmp_path: Path) -> None:
    checkout = fresh.copy(tmp_path / "project")
    rng = np.random.default_rng(20)
    kills, before = 0, {}
    for seconds in rng.uniform(SHORTEST, LONGEST, KILLS):
        kills += killed_after(checkout, seconds)
        now = stored(checkout)
        assert {path: now.get(path) for path in before} == before
        before = now
    printed = checkout.run("random/trials.nc", trials_per_job=5)
    after = stored(checkout)
    assert kills > 0
    assert {path: after[path] for path in before} == before
    assert len(after) == 40, printed
    assert_same_trials(
        finished.results / "random" / "trials.nc", checkout.results / "random" / "trials.nc"
    )
