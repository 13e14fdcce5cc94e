"""Columns come under the names of the space, given or inferred."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.interop.raw_table import RawTable
from hsic_hpo.interop.table_space import given_columns, inferred_columns
from hsic_hpo.spaces.space import Space

N = 60
RNG = np.random.default_rng(0)
UNIT = {"type": "float", "range": [0, 1]}


def raw(columns: dict[str, Any], **settings: Any) -> RawTable:
    labels = [f"line {i}" for i in range(2, 2 + N)]
    return RawTable(pd.DataFrame(columns, labels, dtype=object), "here", **settings)


def unit() -> list[float]:
    return RNG.random(N).tolist()


def test_a_name_of_a_given_space_is_found_with_a_dot_for_a_slash() -> None:
    table = raw({"opt/lr": unit(), "loss": unit()})
    taken = given_columns(table, Space({"opt.lr": UNIT}), None, None, None)
    assert list(taken.frame) == ["opt.lr", "loss"]
    assert taken.error == "loss"


def test_levels_of_a_given_space_stay_texts() -> None:
    space = Space({"version": {"type": "categorical", "levels": ["010", "1e3"]}})
    table = raw({"version": ["010", "1e3"] * (N // 2), "loss": list(map(str, unit()))})
    taken = given_columns(table, space, "loss", None, None)
    assert taken.frame["version"].to_list() == ["010", "1e3"] * (N // 2)


def test_an_error_of_the_space_is_not_taken_for_the_error() -> None:
    space = Space({"loss": {"type": "categorical", "levels": ["hinge", "log"]}})
    table = raw({"loss": ["hinge", "log"] * (N // 2), "val_loss": unit()})
    assert given_columns(table, space, None, None, None).error == "val_loss"


def test_prefixes_come_off_and_what_was_taken_is_said() -> None:
    columns = {"run": list("ab") * (N // 2), "params.lr": unit(), "metrics.val_loss": unit()}
    taken, space = inferred_columns(raw(columns), None, None, None)
    assert space.names == ["lr"]
    assert taken.error == "val_loss"
    assert set(taken.frame) == {"lr", "val_loss", "run"}
    assert "Column metrics.val_loss was taken as the error." in taken.notes
    assert "Columns that were not taken as hyperparameters: run." in taken.notes


def test_a_hyperparameter_called_as_the_error_keeps_its_prefix() -> None:
    columns = {"config/loss": unit(), "config/lr": unit(), "loss": unit()}
    taken, space = inferred_columns(raw(columns), "loss", None, None)
    assert space.names == ["config/loss", "config/lr"]
    assert taken.error == "loss"


def test_a_hyperparameter_called_as_another_column_takes_its_place() -> None:
    columns = {"config/epochs": [1, 2, 3] * (N // 3), "config/lr": unit()}
    columns |= {"epochs": list(range(N)), "loss": unit()}
    taken, space = inferred_columns(raw(columns), None, None, None)
    assert space.names == ["epochs", "lr"]
    assert taken.frame["epochs"].to_list() == columns["config/epochs"]


def test_costs_and_budgets_are_no_hyperparameters() -> None:
    columns = {"lr": unit(), "size": unit(), "steps": unit(), "loss": unit()}
    taken, space = inferred_columns(raw(columns), None, "size", "steps")
    assert space.names == ["lr"]
    assert taken.used == ["loss", "size", "steps"]


def test_trials_that_failed_decide_no_condition() -> None:
    opt = ["adam", "sgd"] * (N // 2)
    momentum = [None if one == "adam" else RNG.random() for one in opt]
    state = ["COMPLETE"] * N
    for i in (1, 3, 5, 7):
        momentum[i], state[i] = None, "FAIL"
    columns = {"opt": opt, "momentum": momentum, "loss": unit(), "state": state}
    _, space = inferred_columns(raw(columns), None, None, None)
    assert space["momentum"].definition["when"] == {"opt": "sgd"}


@pytest.mark.parametrize("name", ["cost", "budget"])
def test_a_column_that_is_missing_is_one_line(name: str) -> None:
    table = raw({"lr": unit(), "seconds": unit(), "loss": unit()})
    settings: dict[str, str | None] = {"error": "loss", "cost": None, "budget": None}
    with pytest.raises(InputError) as error:
        inferred_columns(table, **{**settings, name: "second"})
    assert str(error.value) == (
        "here: column 'second' is missing; columns: lr, seconds, loss; did you mean 'seconds'?"
    )
