"""A training that ends its process, hangs or eats memory is named; no other one is touched."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch

from hostile import Hostile
from hsic_hpo.errors import InputError
from hsic_hpo.problems.data import Stamp
from hsic_hpo.training import supervisor as supervisors
from hsic_hpo.training.budget import Budget
from hsic_hpo.training.memory import resident
from hsic_hpo.training.stopping import Stop, stoppable
from hsic_hpo.training.supervisor import OutOfJobMemory, Supervisor
from hsic_hpo.training.train import train
from hsic_hpo.training.tries import Tries
from hsic_hpo.training.worker import Task

PROBLEM = Hostile()
KEY = "ab" * 16
Make = Callable[..., Supervisor]


def load() -> tuple[Hostile, Stamp]:
    return PROBLEM, Stamp("data")


@pytest.fixture
def make() -> Iterator[Make]:
    made = []

    def supervisor(**settings: Any) -> Supervisor:
        made.append(Supervisor(load, "data", **settings))
        return made[-1]

    yield supervisor
    for one in made:
        one.close()


def task(max_seconds: float | None = None, **configuration: Any) -> Task:
    return Task(configuration, Budget(epochs=1, max_seconds=max_seconds), seed=1)


def tries_made(path: Path) -> int:
    return len(path.read_text().splitlines())


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        ("segfault", "ended the interpreter: segmentation fault (signal 11)"),
        ("abort", "ended the interpreter: aborted (signal 6)"),
        ("os._exit", "ended the interpreter: exit code 3"),
        ("SystemExit", "ended the interpreter: SystemExit: enough"),
        ("KeyboardInterrupt", "ended the interpreter: KeyboardInterrupt"),
        ("kill", "killed (signal 9)"),
        ("kill the group", "ended the interpreter: terminated (signal 15)"),
        ("eat", "out of memory: MemoryError"),
    ],
)
def test_a_training_that_ends_its_process_is_tried_twice_and_named(
    make: Make, tmp_path: Path, act: str, reason: str
) -> None:
    supervisor = make()
    known = Tries.of(tmp_path, KEY)
    record = supervisor.train(task(does=act, path=str(tmp_path / "tries")), known)
    assert (record["status"], record["reason"]) == ("failed", reason)
    assert record["validation_error"] is None
    assert tries_made(tmp_path / "tries") == 2
    known.forget()
    assert supervisor.train(task(x=0.25), Tries.of(tmp_path, KEY))["validation_error"] == 0.25


def test_an_exception_is_not_tried_again(make: Make, tmp_path: Path) -> None:
    record = make(tries=3).train(
        task(does="raise", path=str(tmp_path / "tries")), Tries.of(tmp_path, KEY)
    )
    assert record["reason"] == "ArithmeticError: no such luck"
    assert tries_made(tmp_path / "tries") == 1


@pytest.mark.parametrize("act", ["hang", "hang in C"])
def test_max_seconds_holds_whatever_the_code_does(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    monkeypatch.setattr(supervisors, "_LEAST_GRACE", 0.2)
    start = time.monotonic()
    record = make().train(task(0.5, does=act), Tries.of(tmp_path, KEY))
    assert record["status"] == "failed"
    assert record["reason"] == "still running after max_seconds 0.5 s"
    assert 1.4 < time.monotonic() - start < 30


def with_its_own_precision() -> tuple[Hostile, Stamp]:
    # As a module that is imported sets it; there is no setting for one operation before torch 2.9.
    if hasattr(torch.backends, "fp32_precision"):
        torch.backends.cuda.matmul.fp32_precision = "tf32"
    return load()


def test_a_problem_that_sets_the_precision_of_products_is_trained(tmp_path: Path) -> None:
    supervisor = Supervisor(with_its_own_precision, "data")
    try:
        record = supervisor.train(task(x=0.25), Tries.of(tmp_path, KEY))
    finally:
        supervisor.close()
    assert (record["status"], record["validation_error"]) == ("ok", 0.25)


def test_records_are_those_of_a_training_in_this_process(make: Make, tmp_path: Path) -> None:
    supervised = make().train(task(x=1 / 3), Tries.of(tmp_path, KEY))
    here = train(PROBLEM, {"x": 1 / 3}, Stamp("data"), {"epochs": 1}, seed=1)
    assert {**supervised, "train_seconds": 0} == {**here, "train_seconds": 0}


def test_what_a_training_left_behind_ends_with_its_process(make: Make, tmp_path: Path) -> None:
    # Other tests in this process may have left workers.
    before = psutil.Process().children(recursive=True)
    supervisor = make()
    assert supervisor.train(task(does="leave things behind"), Tries.of(tmp_path, KEY))
    left = [one for one in psutil.Process().children(recursive=True) if one not in before]
    assert len(left) == 2
    supervisor.close()
    assert psutil.wait_procs(left, timeout=10)[1] == []


def test_a_process_is_renewed_after_some_work(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "processes"
    supervisor = make()
    for _ in range(2):
        supervisor.train(task(path=str(path)), Tries.of(tmp_path, KEY))
    assert len(set(path.read_text().split())) == 1
    monkeypatch.setattr(supervisors, "RENEWED_AFTER", 0.0)
    monkeypatch.setattr(supervisors, "_RENEWED_AFTER_STARTS", 0.0)
    supervisor.train(task(path=str(path)), Tries.of(tmp_path, KEY))
    assert len(set(path.read_text().split())) == 2


def limit() -> float:
    # Other tests in this process may have left workers.
    return resident(os.getpid()) + psutil.Process().memory_info().rss + 700 * 2**20


def test_a_job_with_a_limit_leaves_a_large_training_to_a_larger_job(
    make: Make, tmp_path: Path
) -> None:
    large = task(megabytes=2000, seconds=100)
    with pytest.raises(OutOfJobMemory, match=r"^out of memory: \d+ MB of the \d+ MB of its job$"):
        make(memory_limit=limit()).train(large, Tries.of(tmp_path, KEY))
    # The next job, which may have more memory, tries for the last time.
    record = make(memory_limit=limit()).train(large, Tries.of(tmp_path, KEY))
    assert record["status"] == "failed"
    assert record["reason"].startswith("out of memory: ")
    assert make().train(task(), Tries.of(tmp_path, "cd" * 16))["status"] == "ok"


@pytest.mark.parametrize(
    "act", ["fill the GPU", "fill the GPU for cuBLAS", "fill the GPU for torch"]
)
def test_a_full_gpu_is_tried_again_in_the_same_job_mock(
    make: Make, tmp_path: Path, act: str
) -> None:
    supervisor = make(memory_limit=limit())
    record = supervisor.train(task(does=act, path=str(tmp_path / "tries")), Tries.of(tmp_path, KEY))
    assert record["status"] == "failed"
    assert record["reason"].startswith("out of memory: DeviceMemoryError: CUDA ")
    assert tries_made(tmp_path / "tries") == 2


def test_a_job_told_to_end_while_a_training_holds_its_memory_counts_a_try(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # From far below its limit on, so that the training itself is not ended for it.
    monkeypatch.setattr(supervisors, "_MUCH", 0.01)
    monkeypatch.setattr(supervisors, "_OWN_SHARE", 0.01)
    timer = threading.Timer(2, os.kill, (os.getpid(), signal.SIGTERM))
    timer.start()
    with pytest.raises(Stop), stoppable():
        make(memory_limit=limit()).train(task(megabytes=300, seconds=100), Tries.of(tmp_path, KEY))
    timer.join()
    (end,) = Tries.of(tmp_path, KEY).ends
    assert end.startswith("out of memory: ")


def test_a_stop_is_no_fault_of_the_training(make: Make, tmp_path: Path) -> None:
    before = psutil.Process().children()
    supervisor = make()
    timer = threading.Timer(1, os.kill, (os.getpid(), signal.SIGTERM))
    timer.start()
    start = time.monotonic()
    with pytest.raises(Stop, match="stopped by SIGTERM"), stoppable():
        supervisor.train(task(does="hang in C"), Tries.of(tmp_path, KEY))
    timer.join()
    assert time.monotonic() - start < 5
    assert list(tmp_path.rglob("*.tries")) == []
    assert [one for one in psutil.Process().children() if one not in before] == []


def test_a_killed_job_leaves_a_count_of_its_own(make: Make, tmp_path: Path) -> None:
    for _ in range(4):
        Tries.of(tmp_path, KEY).begin()
    known = Tries.of(tmp_path, KEY)
    assert (known.killed_jobs, known.ends) == (4, [])
    known.begin()
    record = make().train(task(), Tries.of(tmp_path, KEY))
    assert record["reason"] == "its job was killed 5 times while it was under way"


def test_a_problem_that_cannot_be_loaded_is_one_line() -> None:
    supervisor = Supervisor(lambda: os._exit(4), "data")
    with pytest.raises(InputError, match=r"^problem: loading it ended the interpreter: "):
        supervisor.train(task(), Tries(Path("unused")))


def test_other_data_are_not_trained_on(make: Make) -> None:
    supervisor = Supervisor(load, "other data")
    with pytest.raises(InputError, match="the data of the problem were replaced"):
        supervisor.train(task(), Tries(Path("unused")))
    supervisor.close()


def test_sources_that_change_while_they_are_imported_are_imported_again(
    make: Make, tmp_path: Path
) -> None:
    states = iter(["as it was", "being written", "written", "written"])
    supervisor = make(unedited=lambda: next(states, "written"))
    path = tmp_path / "processes"
    assert supervisor.train(task(path=str(path)), Tries.of(tmp_path, KEY))["status"] == "ok"
    assert next(states, None) is None


def test_a_failure_beside_an_edit_is_tried_again(make: Make, tmp_path: Path) -> None:
    states = iter(["before", "before", "after"])
    path = tmp_path / "tries"
    make(unedited=lambda: next(states, "after")).train(
        task(does="raise", path=str(path)), Tries.of(tmp_path, KEY)
    )
    assert tries_made(path) == 2


def test_an_edit_refuses_the_next_training_and_costs_no_try(make: Make, tmp_path: Path) -> None:
    edited = False

    def unedited() -> str:
        if edited:
            raise InputError("my_problem.py: edited")
        return ""

    supervisor = make(unedited=unedited)
    known = Tries.of(tmp_path, KEY)
    supervisor.train(task(), known)
    known.forget()
    edited = True
    with pytest.raises(InputError, match=r"my_problem.py: edited"):
        supervisor.train(task(), Tries.of(tmp_path, KEY))
    assert list(tmp_path.rglob("*.tries")) == []
