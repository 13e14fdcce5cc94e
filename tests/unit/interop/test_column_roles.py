"""Hyperparameters are told from results and bookkeeping by name, type and content."""

import numpy as np
import pandas as pd
import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.interop.column_roles import column_roles, error_column, result_column

N = 40
RNG = np.random.default_rng(0)


def table(**columns: object) -> pd.DataFrame:
    return pd.DataFrame(columns, index=range(N), dtype=object)


def numbers() -> list[float]:
    return RNG.random(N).tolist()


@pytest.mark.parametrize("prefix", ["params_", "param_", "params.", "config/", "params/"])
def test_a_prefix_decides(prefix: str) -> None:
    frame = table(**{"width": numbers(), f"{prefix}lr": numbers(), "loss": numbers()})
    roles = column_roles(frame, ["loss"], "here")
    assert (roles.hyperparameters, roles.prefix) == ((f"{prefix}lr",), prefix)
    assert roles.others == ("width",)


def test_without_a_prefix_results_and_bookkeeping_are_named_as_such() -> None:
    taken = {
        "lr": numbers(),
        "epochs": RNG.integers(1, 9, N).tolist(),
        "loss": ["hinge", "log"] * (N // 2),
        "loss_weight": numbers(),
        "rank": RNG.integers(1, 9, N).tolist(),
    }
    others = {
        "number": list(range(N)),
        "Unnamed: 0": numbers(),
        "seed": numbers(),
        "state": ["COMPLETE"] * N,
        "datetime_start": ["2026-01-01"] * N,
        "duration": ["0 days"] * N,
        "when": pd.date_range("2026-01-01", periods=N).to_list(),
        "val_acc": numbers(),
        "test_score": numbers(),
        "user_attrs_x": numbers(),
        "counter": list(range(5, 5 + N)),
        "path": [f"runs/{i}" for i in range(N)],
    }
    frame = table(**taken, **others, val_loss=numbers())
    frame["when"] = pd.to_datetime(frame["when"])
    roles = column_roles(frame, ["val_loss"], "here")
    assert roles.hyperparameters == tuple(taken)
    assert roles.others == tuple(others)
    assert roles.prefix == ""


def test_no_hyperparameter_is_one_line() -> None:
    with pytest.raises(InputError) as error:
        column_roles(table(number=list(range(N)), loss=numbers()), ["loss"], "here")
    assert str(error.value) == (
        "here: no column is a hyperparameter; columns: number, loss; a search space (--space) "
        "says which are"
    )


@pytest.mark.parametrize(
    ("columns", "error"),
    [
        (["lr", "loss"], "loss"),
        (["number", "value", "params_x", "state"], "value"),
        (["params.x", "metrics.val_loss", "metrics.acc"], "metrics.val_loss"),
        (["config/lr", "Error"], "Error"),
    ],
)
def test_the_one_column_that_is_called_so_is_the_error(columns: list[str], error: str) -> None:
    assert error_column(columns, "here") == error


@pytest.mark.parametrize(
    ("columns", "candidates"),
    [
        (["lr", "loss", "val_loss", "test_acc"], "loss, val_loss, test_acc"),
        (["lr", "accuracy", "train_rmse"], "accuracy, train_rmse"),
        (["a", "b"], "a, b"),
    ],
)
def test_else_the_candidates_are_listed(columns: list[str], candidates: str) -> None:
    with pytest.raises(InputError) as error:
        error_column(columns, "here")
    assert str(error.value) == (
        f"here: which column is the error? name it (--error); candidates: {candidates}"
    )


def test_a_result_is_found_behind_what_tools_put_in_front() -> None:
    assert result_column(["x", "metrics.acc"], "acc", "here") == "metrics.acc"
    assert result_column(["acc", "metrics.acc"], "acc", "here") == "acc"
    with pytest.raises(InputError, match=r"^here: column 'loss' stands twice$"):
        result_column(["loss", "loss"], "loss", "here")
    with pytest.raises(InputError) as error:
        result_column(["lr", "loss"], "los", "here")
    assert str(error.value) == (
        "here: column 'los' is missing; columns: lr, loss; did you mean 'loss'?"
    )
