"""Records of trainings keep what is known, as JSON."""

import json
import math

import pytest

from hsic_hpo.training.outcome import Diverged, Outcome


def test_a_training_that_ended_well() -> None:
    outcome = Outcome(learning_curve=[3.0, 1.0], n_params=5, flops=8)
    outcome.finish(1.0, 2.0)
    assert outcome.record(4.5) == {
        "status": "ok",
        "reason": "",
        "validation_error": 1.0,
        "test_error": 2.0,
        "epochs": 2,
        "train_seconds": 4.5,
        "n_params": 5,
        "flops": 8,
        "learning_curve": [3.0, 1.0],
    }


@pytest.mark.parametrize("errors", [(math.nan, 1.0), (1.0, -math.inf)])
def test_errors_have_to_be_finite(errors: tuple[float, float]) -> None:
    outcome = Outcome()
    with pytest.raises(Diverged, match=r"^(validation error is nan|test error is -inf)$"):
        outcome.finish(*errors)
    assert outcome.validation_error is outcome.test_error is None


def test_a_training_that_did_not_keeps_its_curve_and_one_line() -> None:
    outcome = Outcome(learning_curve=[3.0, math.inf], validation_error=1.0, test_error=2.0)
    outcome.end("diverged", "to\n  the stars")
    record = outcome.record(0.0)
    assert (record["status"], record["reason"]) == ("diverged", "to the stars")
    assert record["validation_error"] is record["test_error"] is None
    assert record["learning_curve"] == [3.0, None]
    assert json.loads(json.dumps(record, allow_nan=False)) == record


def test_what_the_problem_tells_counts_more_than_what_was_measured() -> None:
    record = Outcome(epochs=7, train_seconds=99.0).record(0.5)
    assert (record["epochs"], record["train_seconds"]) == (7, 99.0)
