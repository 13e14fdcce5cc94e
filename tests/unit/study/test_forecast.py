"""The simulation of what is left, against schedules that are known."""

import pytest

from hsic_hpo.study.forecast import remaining
from hsic_hpo.study.plan import PlannedJob


def job(number: int, *needs: int, local: bool = True) -> PlannedJob:
    return PlannedJob(number, "rule", (f"{number}",), "", needs, True, local)


@pytest.mark.parametrize(
    ("jobs", "workers", "seconds"),
    [
        ([job(i) for i in range(10)], (2, 0), 10.0),
        ([job(i) for i in range(10)], (20, 0), 2.0),
        ([job(0), job(1, 0), job(2, 1)], (8, 0), 6.0),
        ([job(0, 1, 2), job(1), job(2), job(3, 0)], (2, 0), 6.0),
        # What it waits for is not among them: finished before.
        ([job(1, 0)], (1, 0), 2.0),
        ([job(i, local=False) for i in range(6)] + [job(6)], (1, 3), 4.0),
    ],
    ids=["two workers", "enough workers", "chain", "join", "finished before", "cluster"],
)
def test_known_schedules(jobs: list[PlannedJob], workers: tuple[int, int], seconds: float) -> None:
    left = remaining(jobs, lambda _: 2.0, set(), workers)
    assert left.seconds == seconds
    assert left.work == 2.0 * len(jobs)


def test_jobs_that_run_keep_their_machines() -> None:
    left = remaining([job(0), job(1)], lambda one: (5.0, 1.0)[one.number], {1}, (1, 0))
    assert left.seconds == 6.0
    assert remaining([], lambda _: 1.0, set(), (1, 0)).seconds == 0.0
