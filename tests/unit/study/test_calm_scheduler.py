"""Looks of Snakemake's own scheduler do not multiply."""

import threading
import time
from collections.abc import Iterator

import pytest
from snakemake.scheduling.job_scheduler import JobScheduler

from hsic_hpo.study.calm_scheduler import _METHOD, calm_scheduler, one_at_a_time


@pytest.fixture
def scheduler(monkeypatch: pytest.MonkeyPatch) -> Iterator[JobScheduler]:
    """A real one, of which nothing is made but what counts the looks that are due."""
    monkeypatch.setattr(JobScheduler, _METHOD, getattr(JobScheduler, _METHOD))
    made = object.__new__(JobScheduler)
    made._open_jobs = threading.Semaphore(0)
    yield made
    for timer in threading.enumerate():
        if isinstance(timer, threading.Timer):
            timer.join()


def looks_due(scheduler: JobScheduler) -> int:
    count = 0
    while scheduler._open_jobs.acquire(blocking=False):
        count += 1
    return count


@pytest.mark.parametrize(("calm", "looks"), [(False, 5), (True, 1)])
def test_however_often_it_asks_one_look_comes(
    scheduler: JobScheduler, calm: bool, looks: int
) -> None:
    if calm:
        calm_scheduler()
    for _ in range(5):
        getattr(scheduler, _METHOD)(0.2)
    time.sleep(1.0)
    assert looks_due(scheduler) == looks


def test_after_a_look_it_can_ask_for_the_next(scheduler: JobScheduler) -> None:
    calm_scheduler()
    for _ in range(3):
        getattr(scheduler, _METHOD)(0.05)
        assert scheduler._open_jobs.acquire(timeout=10)


def test_a_look_that_must_come_sooner_is_asked_for() -> None:
    asked: list[float] = []
    ask = one_at_a_time(lambda _, delay: asked.append(delay))
    for delay in (10.0, 1.0, 5.0, 1.0):
        ask("scheduler", delay)
    assert asked == [10.0, 1.0]


def test_schedulers_ask_for_themselves() -> None:
    asked: list[str] = []
    ask = one_at_a_time(lambda scheduler, _: asked.append(scheduler))
    for name in ("one", "other", "one"):
        ask(name, 10.0)
    assert asked == ["one", "other"]
