"""A job that is killed, or told to end, loses little of a training, and nothing of its result."""

import os
import signal
import sys
import time
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import numpy as np
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
EPOCHS = {"dense": 400, "lightning": 150}
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


def job(kind: str, folder: Path) -> BaseProcess:
    """Start a process that trains, as a job does."""
    process = get_context("fork").Process(target=_work, args=(kind, folder))
    process.start()
    return process


def _work(kind: str, folder: Path) -> None:
    os.dup2(os.open(folder / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
    sys.stderr = os.fdopen(2, "w")
    with stoppable():
        run(kind, folder)


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
    folder = tmp_path / "a"
    folder.mkdir()
    killed = job(kind, folder)
    path = state_after(folder, 0.0)
    time.sleep(np.random.default_rng().uniform(0.0, 0.2))
    killed.kill()
    killed.join()
    written = path.stat().st_mtime
    told = job(kind, folder)
    state_after(folder, written)
    os.kill(told.pid or 0, signal.SIGTERM)
    told.join(60)
    assert told.exitcode == 1
    assert (folder / "said").read_text().splitlines() == [
        "stopped by SIGTERM: finished trainings are kept, and the same command goes on with the "
        "others, the one under way from its last state"
    ]
    assert [one.suffix for one in path.parent.iterdir()] == [".state"]
    (tmp_path / "b").mkdir()
    (whole,) = run(kind, tmp_path / "b")
    assert whole["status"] == "ok"
    (resumed,) = run(kind, folder)
    assert {**resumed, "train_seconds": 0} == {**whole, "train_seconds": 0}
    assert [one.suffix for one in path.parent.iterdir()] == [".json"]
