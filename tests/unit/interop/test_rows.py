"""Rows of tables as people have them: states, budgets, repeats, directions, prefixes, durations."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.interop.table import trials_from_frame
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.variables import cost_values

SPACE = {
    "lr": {"type": "float", "range": [0, 1]},
    "kind": {"type": "categorical", "levels": ["a", "b"]},
}


def frame(n: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame({"lr": rng.random(n), "kind": ["a", "b"] * (n // 2), "loss": rng.random(n)})


def take(given: pd.DataFrame, **settings: Any) -> Any:
    return trials_from_frame(given, SPACE, **{"error": "loss", **settings})


def notes(found: Any) -> list[str]:
    return found.attrs["notes"].splitlines()


def refusal(given: pd.DataFrame, **settings: Any) -> str:
    with pytest.raises(InputError) as caught:
        take(given, **settings)
    return str(caught.value)


@pytest.mark.parametrize("column", ["state", "State", "status"])
@pytest.mark.parametrize("before", ["", "TrialState."])
def test_a_state_column_is_read_as_a_storage_is(column: str, before: str) -> None:
    given = frame().astype({"loss": object})
    given[column] = f"{before}COMPLETE"
    for row, state in enumerate(["RUNNING", "WAITING", "PRUNED", "FAIL", "FAIL"]):
        given.loc[row, column] = f"{before}{state}"
    given.loc[4, "lr"] = np.nan
    found = take(given)
    assert found.sizes["trial"] == 37
    assert found["reason"].values[:3, 0].tolist() == ["pruned", "failed", ""]
    # A pruned trial has the value that it had when it was pruned.
    assert np.isinf(trials_data.error(found)).tolist() == [True, True, *[False] * 35]
    assert notes(found) == [
        "Left out: 1 running, 1 waiting, 1 failed before all hyperparameters had values.",
        "Without an error, ranked worst: 1 pruned, 1 failed.",
    ]


def test_a_state_column_of_other_words_is_ignored() -> None:
    given = frame().assign(state=["Ohio", "Utah"] * 20)
    assert take(given).sizes["trial"] == 40
    space = {**SPACE, "status": {"type": "categorical", "levels": ["running", "failed"]}}
    given = frame().assign(status=["running", "failed"] * 20)
    found = trials_from_frame(given, space, error="loss")
    assert found.sizes["trial"] == 40
    assert np.isfinite(trials_data.error(found)).all()


def test_more_is_better_is_asked_for_where_the_name_says_so() -> None:
    given = frame().rename(columns={"loss": "val_acc"})
    assert refusal(given, error="val_acc") == (
        "trials: column 'val_acc': is more better? say --maximise or --minimise "
        "(in Python: maximise=True or False)"
    )
    more = take(given, error="val_acc", maximise=True)
    less = take(given, error="val_acc", maximise=False)
    np.testing.assert_array_equal(trials_data.error(more), -given["val_acc"])
    np.testing.assert_array_equal(trials_data.error(less), given["val_acc"])


def seeds() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    repeated = frame().loc[np.repeat(np.arange(40), 3)].reset_index(drop=True)
    return repeated.assign(seed=[0, 1, 2] * 40, loss=rng.random(120))


def test_seeds_are_repeats() -> None:
    found = take(seeds())
    assert dict(found.sizes) == {**dict(found.sizes), "trial": 40, "repeat": 3}
    means = seeds().groupby(np.repeat(np.arange(40), 3))["loss"].mean()
    np.testing.assert_allclose(trials_data.error(found), means, rtol=1e-15)
    np.testing.assert_array_equal(found["validation_error"].values.ravel(), seeds()["loss"].values)


@pytest.mark.parametrize("name", ["epoch", "training_iteration", "budget", "globalStep"])
def test_a_budget_that_differs_between_rows_is_asked_for(name: str) -> None:
    given = seeds().rename(columns={"seed": name})
    assert refusal(given) == (
        f"trials: rows of one configuration differ in column '{name}': --budget {name} takes the "
        "highest of each; if they are repeats, leave out the column"
    )
    found = take(given, budget=name)
    np.testing.assert_array_equal(
        trials_data.error(found), given.loc[given[name] == 2, "loss"].values
    )
    assert notes(found) == ["Of 120 rows, 40 at the highest budget count."]


def test_epochs_of_seeds_that_ended_early_are_no_budget() -> None:
    given = seeds().assign(epochs=np.arange(120) % 7)
    assert take(given).sizes["repeat"] == 3


def test_the_highest_budget_of_each_seed_counts() -> None:
    given = pd.concat([seeds().assign(epoch=epoch) for epoch in (1, 2, 3)], ignore_index=True)
    given["loss"] = np.random.default_rng(2).random(len(given))
    given = given.drop(index=given.index[(given["epoch"] == 3) & (given["seed"] == 1)])
    assert "differ in column 'epoch'" in refusal(given)
    found = take(given, budget="epoch")
    last = given.loc[given.groupby(["lr", "seed"])["epoch"].idxmax()]
    expected = last.groupby("lr")["loss"].mean().loc[frame()["lr"]]
    np.testing.assert_allclose(trials_data.error(found), expected, rtol=1e-15)


def test_configurations_that_did_not_reach_the_highest_budget_are_counted() -> None:
    given = seeds().rename(columns={"seed": "epoch"})
    given = given.drop(index=[2, 5])
    found = take(given, budget="epoch")
    assert notes(found)[1] == (
        "2 configurations of 40 did not reach the highest budget 2: errors are compared as they "
        "are."
    )


def test_texts_of_numpy_are_levels() -> None:
    rng = np.random.default_rng(0)
    records = frame().to_dict("records")
    for record in records:
        record["kind"] = rng.choice(["a", "b"])
    assert isinstance(records[0]["kind"], np.str_)
    found = take(pd.DataFrame(records))
    assert found.sizes["trial"] == 40
    assert found["value:kind"].values.tolist() == [str(one["kind"]) for one in records]


def test_what_failed_before_it_told_a_budget_is_a_failed_trial() -> None:
    given = seeds().rename(columns={"seed": "epoch"}).astype({"epoch": float})
    given.loc[[0, 1, 2, 9, 10, 11], ["epoch", "loss"]] = np.nan
    # The first epochs of this one did, which says that it went on.
    given.loc[[14], ["epoch", "loss"]] = np.nan
    given = given.drop(index=[1, 2, 10, 11])
    found = take(given, budget="epoch")
    assert found.sizes["trial"] == 40
    statuses = found["status"].values[:, 0]
    assert np.flatnonzero(statuses == "failed").tolist() == [0, 3]
    np.testing.assert_allclose(trials_data.error(found)[4], given.loc[13, "loss"])


@pytest.mark.parametrize("prefix", ["params_", "param_", "params.", "config/"])
def test_a_prefix_comes_off_on_either_side(prefix: str) -> None:
    plain = take(frame())
    behind = {name: f"{prefix}{name}" for name in SPACE}
    found = take(frame().rename(columns=behind))
    assert found.identical(plain)
    turned = {behind[name]: definition for name, definition in SPACE.items()}
    found = trials_from_frame(frame(), turned, error="loss")
    assert trials_data.space(found).names == list(behind.values())
    np.testing.assert_array_equal(trials_data.error(found), trials_data.error(plain))


def test_durations_are_costs_in_seconds() -> None:
    given = frame()
    text = given.assign(duration=[f"0 days 00:01:{i:02d}.500000" for i in range(40)])
    typed = given.assign(duration=pd.to_timedelta(text["duration"]))
    for one in (text, typed):
        costs = cost_values(take(one, cost="duration"), "duration")
        np.testing.assert_array_equal(costs, 60.5 + np.arange(40))
    assert np.isnan(cost_values(take(text.assign(duration=""), cost="duration"), "duration")).all()


@pytest.mark.parametrize("cell", ["", "NaN", "None", "null", "-", "N/A", None, np.nan])
def test_an_empty_cell_is_inactive_or_the_level_none(cell: Any) -> None:
    space = {
        **SPACE,
        "momentum": {"type": "float", "range": [0, 1], "when": {"kind": "a"}},
        "penalty": {"type": "categorical", "levels": ["None", "l2"]},
    }
    given = frame().assign(momentum=0.5, penalty=["l2", cell] * 20).astype(object)
    given.loc[given["kind"] == "b", "momentum"] = cell
    found = trials_from_frame(given, space, error="loss")
    first, second = trials_data.configurations(found)[:2]
    assert first == {**first, "momentum": 0.5, "penalty": "l2"}
    assert second.keys() == {"lr", "kind", "penalty"}
    assert second["penalty"] == "None"


@pytest.mark.parametrize(
    ("rows", "taken"),
    [("5:", slice(5, None)), (":35", slice(35)), ("2:38", slice(2, 38)), (":", slice(None))],
)
def test_part_of_the_rows(rows: str, taken: slice) -> None:
    found = take(frame(), rows=rows)
    np.testing.assert_array_equal(trials_data.error(found), frame()["loss"].values[taken])


@pytest.mark.parametrize("rows", ["5", "a:b", "9:3", "3:3", "-5:", "1:2:3", ""])
def test_bad_parts_of_the_rows(rows: str) -> None:
    assert refusal(frame(), rows=rows) == (
        f"rows: {rows!r} is not a range of rows, such as 0:100 (the first hundred) or 100:"
    )


NAMES = ["epochs", "round", "status", "error", "u", "trial", "optim/lr", "a.b", "a b", "x[0]"]


@pytest.mark.parametrize("name", [*NAMES, "50%/2", "value:lr", "repeat", "validation_error"])
def test_hyperparameters_keep_their_own_names(name: str, tmp_path: Any) -> None:
    given = frame().rename(columns={"lr": name, "loss": "measured"})
    space = {name: SPACE["lr"], "kind": SPACE["kind"]}
    found = trials_from_frame(given, space, error="measured")
    trials_data.write_trials(found, tmp_path / "trials.nc")
    read = trials_data.read_trials(tmp_path / "trials.nc")
    assert trials_data.space(read).names == [name, "kind"]
    assert [one[name] for one in trials_data.configurations(read)] == given[name].tolist()


REST = " (39 more of 40 trials do not fit either)"


@pytest.mark.parametrize(
    ("change", "settings", "line"),
    [
        ({}, {"error": "Loss"}, "column 'Loss' is missing; columns: COLUMNS; did you mean 'loss'?"),
        ({}, {"cost": "price"}, "column 'price' is missing; columns: COLUMNS"),
        ({}, {"budget": "epoch"}, "column 'epoch' is missing; columns: COLUMNS"),
        ({"epoch": "many"}, {"budget": "epoch"}, "row 0, column epoch: 'many' is neither"),
        ({"price": "much"}, {"cost": "price"}, "row 0, column price: 'much' is neither"),
        ({"error": 1.0}, {"cost": "error"}, "cost 'error': the error has this name"),
        ({}, {"rows": "100:"}, "0 trials; at least 30 are needed for an analysis"),
        ({}, {"rows": "0:20"}, "20 trials; at least 30 are needed for an analysis"),
        ({"lr": np.nan}, {}, "row 0: lr has no value, though it is active" + REST),
        ({"lr": 7.0}, {}, "row 0: lr is 7.0; allowed: numbers from 0 to 1" + REST),
        ({"lr": "0,5"}, {}, "row 0, column lr: '0,5' is not a number" + REST),
        ({"lr": True}, {}, "row 0, column lr: True is not a number" + REST),
        ({"lr": np.inf}, {}, "row 0, column lr: inf is not allowed"),
        ({"kind": "c"}, {}, "row 0, column kind: 'c' is not a level; allowed: a, b" + REST),
        ({"kind": 3}, {}, "row 0, column kind: '3' is not a level; allowed: a, b" + REST),
        ({"kind": ""}, {}, "row 0: kind has no value, though it is active" + REST),
        ({"loss": "bad"}, {}, "row 0, column loss: 'bad' is not a number"),
        ({"loss": True}, {}, "row 0, column loss: True is not a number"),
        ({"loss": np.inf}, {}, "no trial has a finite error"),
        ({"loss": None}, {}, "no trial has a finite error"),
        ({"loss": 0.5}, {}, "all errors are 0.5; they must differ"),
        ({"state": "PRUNED"}, {}, "no trial has a finite error"),
        ({"state": "WAITING"}, {}, "0 trials, 40 left out; at least 30 are needed"),
    ],
)
def test_a_bad_table_is_one_clear_line(
    change: dict[str, Any], settings: dict[str, Any], line: str
) -> None:
    given = frame().assign(**change)
    found = refusal(given, **settings)
    assert found.startswith(f"trials: {line.replace('COLUMNS', ', '.join(given.columns))}")
    assert "\n" not in found


def test_a_direction_is_a_truth_value() -> None:
    assert refusal(frame(), maximise="no") == "maximise: 'no' is neither True nor False"
