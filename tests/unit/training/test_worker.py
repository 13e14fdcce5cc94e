"""A process that trains, however it is started, and that ends with the one that asked for it."""

import importlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from pytorch_lightning import LightningModule

from hostile import Hostile
from hsic_hpo.errors import InputError
from hsic_hpo.problems.data import Stamp
from hsic_hpo.training import worker as workers
from hsic_hpo.training.budget import Budget
from hsic_hpo.training.worker import Task, Worker
from noisy_line import NoisyProblem

ONE = Task({"x": 0.125}, Budget(epochs=1), seed=0)
ORPHAN = """\
import sys, time
from pathlib import Path
from hsic_hpo.problems.data import Stamp
from hostile import Hostile
from hsic_hpo.training.worker import Worker
worker = Worker(lambda: (Hostile(), Stamp("data")))
Path(sys.argv[1]).write_text(str(worker.pid))
time.sleep(1000)
"""
STOPPED_AMID_A_FORK = """\
import os, signal
from hsic_hpo.problems.data import Stamp
from hostile import Hostile
from hsic_hpo.training.stopping import stoppable
from hsic_hpo.training.worker import Worker
os.register_at_fork(after_in_parent=lambda: signal.raise_signal(signal.SIGTERM))
with stoppable():
    Worker(lambda: (Hostile(), Stamp("data")))
    print("not stopped")
"""


def load() -> tuple[Hostile, Stamp]:
    return Hostile(), Stamp("data")


def unreadable() -> tuple[Hostile, Stamp]:
    raise FileNotFoundError(2, "No such file or directory", "data.nc")


def unfit() -> tuple[Hostile, Stamp]:
    raise InputError("data.nc: unfit")


def no_watch(_: float) -> None:
    pass


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_a_process_trains_one_configuration_after_another(start: str) -> None:
    worker = Worker(load, start)
    try:
        assert worker.data_fingerprint == "data"
        assert worker.pid != os.getpid()
        for _ in range(2):
            assert worker.train(ONE, no_watch).record["test_error"] == 0.125
        assert 0 < worker.seconds_of_work < 60
    finally:
        worker.end()
    assert not psutil.pid_exists(worker.pid)


def test_the_faults_of_loading_are_passed_on() -> None:
    with pytest.raises(FileNotFoundError) as raised:
        Worker(unreadable)
    assert raised.value.filename == "data.nc"
    with pytest.raises(InputError, match=r"^data.nc: unfit$"):
        Worker(unfit)


def test_it_does_not_outlive_a_job_that_is_killed(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    path = tmp_path / "pid"
    job = subprocess.Popen([sys.executable, "-c", ORPHAN, str(path)], env=environment)
    deadline = time.monotonic() + 60
    while not (path.exists() and path.read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    worker = psutil.Process(int(path.read_text()))
    job.send_signal(signal.SIGKILL)
    job.wait()
    assert psutil.wait_procs([worker], timeout=10)[1] == []


def test_a_signal_amid_the_start_of_the_process_ends_the_job() -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    job = subprocess.run(
        [sys.executable, "-c", STOPPED_AMID_A_FORK],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert job.returncode == 1
    assert job.stdout == ""
    assert job.stderr.startswith("stopped by SIGTERM")


@dataclass(frozen=True)
class ImportsLate(NoisyProblem):
    def module(self, configuration: Mapping[str, Any]) -> LightningModule:
        importlib.import_module("imported_late")
        return super().module(configuration)


@pytest.mark.parametrize(("began", "is_kept"), [(0.0, False), (60.0, True)])
def test_no_state_is_kept_of_a_training_that_imports_what_was_written_since_it_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, began: float, is_kept: bool
) -> None:
    (tmp_path / "imported_late.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    state = tmp_path / "a.state"
    task = Task({"rate": 0.1}, Budget(epochs=2), seed=0, state=state, save_every=1e-9)
    answer = workers._answer(ImportsLate(), Stamp("data"), task, time.time() + began)
    del sys.modules["imported_late"]
    assert answer.record["status"] == "ok"
    assert state.exists() == is_kept
