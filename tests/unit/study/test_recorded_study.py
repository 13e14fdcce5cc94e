"""The predicted end of a real study, replayed from the times that were recorded while it ran.

``recorded_study.json``: 158 trainings of Bateman networks, two searches, on two cores of a machine
that had much else to do; the times at which its jobs and trainings ended, in seconds from its start.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from hsic_hpo.study.durations import left_of_run
from hsic_hpo.study.finished_trainings import Training
from hsic_hpo.study.journal import History
from hsic_hpo.study.plan import Plan, PlannedJob

RECORDED = json.loads(Path(__file__).with_name("recorded_study.json").read_text())


def plan() -> Plan:
    jobs = tuple(
        PlannedJob(number, rule, (output,) if output else (), "", tuple(needs), True, True)
        for number, rule, output, needs in RECORDED["jobs"]
    )
    budgets = dict.fromkeys(("budget", "final_budget"), {"epochs": RECORDED["epochs"]})
    return Plan(budgets, jobs, tuple(RECORDED["workers"]), 0.0)


def predicted(at: float) -> float | None:
    """Return the end that is predicted from what was known at a time."""
    history = History(plan())
    for time, event, jobs in RECORDED["events"]:
        if time <= at:
            history.note({"event": event, "jobs": jobs, "time": time})
    finished, sizes = {}, {}
    for number, rows in RECORDED["trainings"].items():
        sizes[int(number)] = len(rows)
        finished[int(number)] = [training(*row[1:]) for row in rows if row[0] <= at]
    left = left_of_run(history, finished, sizes, at, history.plan.workers)
    return None if left is None else at + left.seconds


def training(seconds: float, error: float | None) -> Training:
    return Training(
        "", 0, "diverged" if error is None else "ok", "", error or float("inf"), seconds, 1.0
    )


@pytest.mark.parametrize("share", [0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95])
def test_the_predicted_end_is_within_30_percent_from_a_quarter_on(share: float) -> None:
    end: Any = predicted(share * RECORDED["seconds"])
    assert abs(end / RECORDED["seconds"] - 1) < 0.3
