"""A job that is killed, or told to end, loses little of a training, and nothing of its result."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from hsic_hpo.problems.base import Problem
from hsic_hpo.problems.data import Stamp
from hsic_hpo.problems.registry import load_problem
from hsic_hpo.spaces.sampling import sample as draw
from hsic_hpo.spaces.space import Space
from hsic_hpo.training.jobs import Progress, train_slice
from hsic_hpo.training.stopping import stoppable
from hsic_hpo.trials.design import make_design
from noisy_line import NoisyProblem

KINDS = ("dense", "lightning")
DENSE = {"name": "runge", "options": {}}
EPOCHS = {"dense": 1500, "lightning": 400}
SPACES = {
    "dense": {"learning_rate": {"type": "float", "range": [1e-3, 1e-2]}},
    "lightning": {"rate": {"type": "float", "range": [1e-3, 1e-2]}},
}


def loaded(kind: str, folder: Path) -> tuple[Problem, Any]:
    if kind == "lightning":
        return NoisyProblem(), Stamp("data")
    problem = load_problem(DENSE, "problem")
    path = folder / "data.nc"
    if not path.exists():
        problem.generate(0).to_netcdf(path)
    return problem, problem.load(path)


def run(kind: str, folder: Path) -> list[dict[str, Any]]:
    space = Space.from_dict(SPACES[kind])
    budget = {"epochs": EPOCHS[kind]}
    records = train_slice(
        lambda: loaded(kind, folder),
        loaded(kind, folder)[1].fingerprint,
        make_design(space, draw(space, 1, seed=0), budget),
        budget,
        n_repeats=1,
        study_seed=0,
        code_fingerprint="code",
        folder=folder,
        progress=Progress("trials 0-1", 1),
        save_every=0.02,
    )
    return list(records)


def job(kind: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, __file__, kind, str(folder)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stderr=subprocess.PIPE,
        text=True,
    )


def state_after(folder: Path, written: float) -> Path:
    """Wait for a state that was written after a time."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        for path in folder.rglob("[!.]*.state"):
            if path.stat().st_mtime > written:
                return path
        time.sleep(0.01)
    raise AssertionError("no state was kept")


@pytest.mark.parametrize("kind", KINDS)
def test_a_training_that_is_killed_and_then_told_to_end_equals_an_undisturbed_one(
    kind: str, tmp_path: Path
) -> None:
    generator = np.random.default_rng()
    folder = tmp_path / "a"
    folder.mkdir()
    begun = time.time()
    with job(kind, folder) as process:
        path = state_after(folder, begun)
        time.sleep(generator.uniform(0.0, 0.3))
        process.kill()
    worker_free(path)
    begun = path.stat().st_mtime
    with job(kind, folder) as process:
        state_after(folder, begun)
        told = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
    assert time.monotonic() - told < 20
    assert process.returncode == 1
    assert said.splitlines() == [
        "stopped by SIGTERM: finished trainings are kept, and the same command goes on with the "
        "others, the one under way from its last state"
    ]
    assert [one.suffix for one in path.parent.iterdir()] == [".state"]
    (whole,) = run(kind, tmp_path / "b" if (tmp_path / "b").mkdir() is None else tmp_path)
    assert whole["status"] == "ok"
    (resumed,) = run(kind, folder)
    assert {**resumed, "train_seconds": 0} == {**whole, "train_seconds": 0}
    assert [one.suffix for one in path.parent.iterdir()] == [".json"]


def worker_free(path: Path) -> None:
    """Wait until the process that trained is gone with its job."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if not any(__file__ in " ".join(_words(one)) for one in psutil.process_iter()):
            return
        time.sleep(0.05)
    raise AssertionError(f"{path}: somebody still trains")


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline() if process.status() != psutil.STATUS_ZOMBIE else []
    except psutil.Error:
        return []


if __name__ == "__main__":
    with stoppable():
        json.dumps(run(sys.argv[1], Path(sys.argv[2])))
