"""The predicted end of real studies, replayed from the times that were recorded while they ran.

``recorded_study.json``: 158 trainings of Bateman networks, two searches, on two cores of a machine
with much else to do. ``recorded_halved_study.json``: config/quick.yaml when it had 300 trials of 30
epochs with rungs, two searches of two repeats, and retrainings of up to 300 epochs under a limit of
operations; two cores to itself. Times at which jobs and trainings ended are in seconds from the
start.
"""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from hsic_hpo.study.durations import left_of_run
from hsic_hpo.study.finished_trainings import Training
from hsic_hpo.study.journal import History
from hsic_hpo.study.plan import Plan, PlannedJob

RECORDED = {
    name: json.loads(Path(__file__).with_name(f"{name}.json").read_text())
    for name in ("recorded_study", "recorded_halved_study")
}


def plan(recorded: dict[str, Any]) -> Plan:
    jobs = tuple(
        PlannedJob(number, rule, (output,) if output else (), "", tuple(needs), True, True)
        for number, rule, output, needs in recorded["jobs"]
    )
    return Plan(recorded["study"], jobs, tuple(recorded["workers"]), 0.0)


def predicted(recorded: dict[str, Any], at: float) -> float | None:
    """Return the end that is predicted from what was known at a time."""
    history = History(plan(recorded))
    for time, event, jobs in recorded["events"]:
        if time <= at:
            history.note({"event": event, "jobs": jobs, "time": time})
    finished, sizes = {}, {}
    for number, rows in recorded["trainings"].items():
        sizes[int(number)] = len(rows)
        finished[int(number)] = [training(*row[1:]) for row in rows if row[0] <= at]
    samples = recorded["training_samples"] or math.nan
    workers = history.plan.workers
    left = left_of_run(history, finished, sizes, at, workers, samples)
    return None if left is None else at + left.seconds


def training(
    trial: int, seconds: float, error: float | None, status: str, epochs: int, flops: float | None
) -> Training:
    return Training(
        str(trial), 0, status, "", error or math.inf, seconds, flops or math.nan, epochs
    )


@pytest.mark.parametrize("name", list(RECORDED))
@pytest.mark.parametrize("share", [0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95])
def test_the_predicted_end_is_within_30_percent_from_a_quarter_on(name: str, share: float) -> None:
    recorded = RECORDED[name]
    end: Any = predicted(recorded, share * recorded["seconds"])
    assert abs(end / recorded["seconds"] - 1) < 0.3
