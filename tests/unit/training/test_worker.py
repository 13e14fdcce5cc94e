"""A process that trains, however it is started, and that ends with the one that asked for it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from hostile import Hostile
from hsic_hpo.errors import InputError
from hsic_hpo.problems.data import Stamp
from hsic_hpo.training.budget import Budget
from hsic_hpo.training.worker import Task, Worker

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
