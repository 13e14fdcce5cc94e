"""Whatever disturbs a study at random moments, nothing is lost, made twice or wrong.

It is killed (``SIGKILL`` to all of its processes), told to end (``SIGTERM``), interrupted
(``SIGINT``, as by Ctrl-C), or its code is edited while it runs and put back. The number of these is
the environment variable CHAOS_KILLS, 3 by default (`make chaos`: 20).
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np

from checkout import Checkout
from test_study_run import assert_same_trials
from wild_study import assert_named, make_wild

KILLS = int(os.environ.get("CHAOS_KILLS", "3"))
# From before the workflow is read to well into the trainings.
SHORTEST, LONGEST = 1.0, 10.0
SIGNALS = {"killed": signal.SIGKILL, "told to end": signal.SIGTERM, "interrupted": signal.SIGINT}
EDITED = "src/hsic_hpo/training/function.py"
BAD = {2: "segfault", 19: "os._exit", 31: "abort", 35: "eat", 44: "raise", 58: "diverge"}


def still_ran_after(
    checkout: Checkout, seconds: float, disturbance: str, rng: np.random.Generator
) -> bool:
    """Run the study and disturb it; tell whether it had still been running."""
    with checkout.start("random/trials.nc", trials_per_job=20) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            if disturbance == "edited":
                edit_for(checkout, rng.uniform(0, 3), process)
            elif disturbance == "told to end":
                process.terminate()
            else:
                os.killpg(process.pid, SIGNALS[disturbance])
            # Whoever is asked to end does so within seconds, even on a machine with other work.
            process.wait(60)
            assert process.returncode != 0 or disturbance == "edited"
            return True
    return False


def edit_for(checkout: Checkout, seconds: float, process: "subprocess.Popen[bytes]") -> None:
    """Edit the code of trainings for some seconds, or until all jobs have refused it."""
    text = (checkout.root / EDITED).read_bytes()
    checkout.append(EDITED)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        pass
    finally:
        (checkout.root / EDITED).write_bytes(text)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)


def disturb(checkout: Checkout, seed: int, complete: Callable[[], None]) -> None:
    """Disturb a study as often as is asked for, then let it come to its end."""
    rng = np.random.default_rng(seed)
    disturbed, before = 0, {}
    while disturbed < KILLS:
        kind = str(rng.choice([*SIGNALS, "edited"]))
        disturbed += still_ran_after(checkout, rng.uniform(SHORTEST, LONGEST), kind, rng)
        now = checkout.finished_trainings
        assert {path: now.get(path) for path in before} == before, kind
        before = now
        if (checkout.results / "random" / "trials.nc").exists():
            # Nothing is left to disturb: the same from the beginning.
            complete()
            shutil.rmtree(checkout.results)
            before = {}
    printed = checkout.run("random/trials.nc", trials_per_job=20)
    after = checkout.finished_trainings
    assert {path: after[path] for path in before} == before, printed
    complete()


def test_a_study_survives_random_disturbances(
    fresh: Checkout, finished: Checkout, tmp_path: Path
) -> None:
    checkout = fresh.copy(tmp_path / "project")

    def complete() -> None:
        # More, if code was edited before it was read.
        assert len(checkout.finished_trainings) >= 40
        assert_same_trials(
            finished.results / "random" / "trials.nc", checkout.results / "random" / "trials.nc"
        )

    disturb(checkout, 20, complete)


def test_so_does_one_with_bad_configurations(fresh: Checkout, tmp_path: Path) -> None:
    checkout = fresh.copy(tmp_path / "project")
    make_wild(checkout, BAD, seconds=0.2)
    disturb(checkout, 21, lambda: assert_named(checkout.results / "random" / "trials.nc", BAD))
