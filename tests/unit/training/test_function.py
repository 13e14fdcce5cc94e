"""Problems without trainings give records like any other, or say what is wrong with them."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.problems.base import FunctionProblem
from hsic_hpo.problems.data import Stamp
from hsic_hpo.training.train import train


@dataclass(frozen=True)
class Bowl(FunctionProblem):
    """A bowl, plus whatever a test wants returned."""

    name: ClassVar[str] = "bowl"
    error_name: ClassVar[str] = "height"
    error_units: ClassVar[str] = "m"

    def default_space(self) -> dict[str, Any]:
        return {"x": {"type": "float", "range": [-1, 1]}}

    def evaluate(
        self, configuration: Mapping[str, Any], budget: Mapping[str, Any], seed: int
    ) -> Mapping[str, Any]:
        if configuration["x"] == "raise":
            raise ZeroDivisionError("flat\nearth")
        if configuration["x"] == "forget":
            return None  # type: ignore[return-value]
        height = configuration["x"] ** 2
        return {
            "validation_error": height + budget["epochs"],
            "test_error": height + seed,
            **configuration.get("more", {}),
        }


def run(**configuration: Any) -> dict[str, Any]:
    return train(Bowl(), configuration, Stamp("0"), {"epochs": 3}, seed=5)


def test_errors_are_those_of_the_function() -> None:
    record = run(x=0.5)
    assert record.pop("train_seconds") >= 0.0
    assert record == {
        "status": "ok",
        "reason": "",
        "validation_error": 3.25,
        "test_error": 5.25,
        "epochs": 0,
        "n_params": None,
        "flops": None,
        "learning_curve": [],
    }


def test_cost_and_curve_are_taken_over() -> None:
    more = {
        "n_params": 7,
        "flops": 12.0,
        "train_seconds": 90,
        "epochs": 4,
        "learning_curve": [2, None, 1],
    }
    record = run(x=0.0, more=more)
    assert {name: record[name] for name in more} == {**more, "learning_curve": [2.0, None, 1.0]}
    assert json.loads(json.dumps(record, allow_nan=False)) == record


def test_a_function_that_returns_nothing_is_refused() -> None:
    with pytest.raises(InputError, match=r"^bowl.evaluate: returned None; needed: a mapping of "):
        run(x="forget")


@pytest.mark.parametrize("error", [math.nan, math.inf, None], ids=str)
def test_an_error_that_is_not_finite_diverged(error: float | None) -> None:
    record = run(x=0.0, more={"validation_error": error})
    assert record["status"] == "diverged"
    assert record["reason"].startswith("validation error is ")
    assert record["validation_error"] is record["test_error"] is None


def test_a_failure_that_is_told_is_kept_with_its_cost() -> None:
    told = {"status": "failed", "reason": "no\nfuel", "n_params": 3}
    record = run(x=0.0, more=told)
    assert (record["status"], record["reason"], record["n_params"]) == ("failed", "no fuel", 3)
    assert record["validation_error"] is None


def test_a_function_that_raises_failed() -> None:
    record = run(x="raise")
    assert (record["status"], record["reason"]) == ("failed", "ZeroDivisionError: flat earth")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"eror": 1.0}, r"bowl\.evaluate: returned 'eror'; known: validation_error, .*"),
        ({"status": "fine"}, r"bowl\.evaluate: status is 'fine'; allowed: ok, diverged, failed"),
    ],
)
def test_a_broken_contract_is_refused(more: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=f"^{message}$"):
        run(x=0.0, more=more)


@dataclass(frozen=True)
class Half(Bowl):
    """Forgets an error."""

    def evaluate(
        self, configuration: Mapping[str, Any], budget: Mapping[str, Any], seed: int
    ) -> Mapping[str, Any]:
        return {"validation_error": 1.0}


def test_a_missing_error_is_refused() -> None:
    with pytest.raises(InputError, match=r"^bowl\.evaluate: 'test_error' is missing$"):
        train(Half(), {"x": 0.0}, Stamp("0"), {"epochs": 3}, seed=5)
