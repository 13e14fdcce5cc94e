"""Which trainings of a running job are over: those of a search that a rung ended, too."""

from pathlib import Path
from typing import Any

import pytest

from hsic_hpo.study.finished_trainings import FinishedTrainings
from hsic_hpo.study.plan import Plan, Slice, slice_of
from hsic_hpo.study.retry import TRAININGS
from hsic_hpo.training.records import training_key
from hsic_hpo.training.rungs import store_stopped
from hsic_hpo.trials.thresholds import Threshold, write_thresholds

KEY = training_key({}, {"epochs": 9}, 0, "data", "code")
ROUND = slice_of("search/gpbo/0/1/records/0-4.jsonl")


def plan(**study: Any) -> Plan:
    return Plan({"budget": {"epochs": 9}, **study}, (), (2, 0), 0.0)


@pytest.mark.parametrize(
    ("curve", "rungs", "is_over"),
    [
        ([0.5, 0.31], True, True),
        # It goes on, or is between two rungs, or of an earlier config.
        ([0.5, 0.3], True, False),
        ([0.5, 0.4, 0.4], True, False),
        ([0.5, 0.31], False, False),
    ],
)
def test_a_training_of_a_search_is_over_where_it_did_not_reach_a_threshold(
    curve: list[float], rungs: bool, is_over: bool, tmp_path: Path
) -> None:
    record = {"status": "stopped", "learning_curve": curve, "epochs": len(curve)}
    store_stopped(record, tmp_path / TRAININGS, KEY)
    needed = [Threshold(2, 0.5, 0.3), Threshold(5, 0.25, 0.1)]
    write_thresholds(needed, tmp_path / "random" / "thresholds.json")
    found = FinishedTrainings(tmp_path)
    found.begin()
    assert isinstance(ROUND, Slice)
    told = plan(search_rungs=True) if rungs else plan()
    assert found.record(told, ROUND, KEY) == (record if is_over else None)
