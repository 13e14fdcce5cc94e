"""Tables of finished trials: exact u, exact indices, and one clear line for every bad table."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.indices.hsic import hsic
from hsic_hpo.interop.table import trials_from_frame, trials_from_table
from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.variables import cost_values, hyperparameter_values
from small_search import SETTINGS, SPACE, search

SEARCH_SPACE = Space.from_dict(SPACE)
TRIALS = search(120)


def table() -> pd.DataFrame:
    """Return the made-up search as the table that a person would have."""
    frame = pd.DataFrame({name: hyperparameter_values(TRIALS, name).copy() for name in SPACE})
    frame["nesterov"] = frame["nesterov"].map({1.0: "true", 0.0: "false"})
    frame["loss"] = TRIALS["validation_error"].values[:, 0]
    frame["seconds"] = TRIALS["train_seconds"].values[:, 0]
    frame["comment"] = "ignored"
    return frame


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "trials.csv"
    table().to_csv(path, index=False)
    return path


def test_values_and_errors_arrive(path: Path) -> None:
    read = trials_from_table(path, SEARCH_SPACE, error="loss", cost="seconds")
    for name in SPACE:
        expected, found = hyperparameter_values(TRIALS, name), hyperparameter_values(read, name)
        if expected.dtype.kind == "f":
            np.testing.assert_array_equal(found, expected)
        else:
            assert list(found) == list(expected)
    seconds = TRIALS["train_seconds"].values[:, 0]
    np.testing.assert_array_equal(cost_values(read, "seconds"), seconds)
    np.testing.assert_array_equal(trials_data.error(read), trials_data.error(TRIALS))


def test_u_is_recovered_where_it_can_be(path: Path) -> None:
    read = trials_from_table(path, SEARCH_SPACE, error="loss")
    for name in SPACE:
        u = read["u"].sel(hyperparameter=name).values
        if SEARCH_SPACE[name].is_discrete:
            assert np.isnan(u).all()
        else:
            np.testing.assert_allclose(
                u, TRIALS["u"].sel(hyperparameter=name).values, rtol=1e-9, equal_nan=True
            )


def test_indices_of_continuous_hyperparameters_are_those_of_u(path: Path) -> None:
    read = trials_from_table(path, SEARCH_SPACE, error="loss", cost="seconds")
    one, other = analyse(read, SETTINGS), analyse(TRIALS, SETTINGS)
    best = {"target": "error", "subset": "best"}
    for group in other["group"].values:
        for name in ("learning_rate", "momentum", "decay"):
            where = {"group": group, "hyperparameter": name, **best}
            assert one["hsic"].sel(where).item() == pytest.approx(
                other["hsic"].sel(where).item(), abs=1e-10, nan_ok=True
            )
    assert list(one["target"].values) == ["error", "seconds"]


def test_a_toy_function_is_explained_as_from_its_draws(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    u = rng.random((400, 2))
    reached = (u < 0.5).all(axis=1)
    error = np.where(reached, 0.1, 0.9) + 1e-6 * rng.random(400)
    spec = {name: {"type": "float", "range": [-1.0, 3.0]} for name in ("x1", "x2")}
    frame = pd.DataFrame({"x1": 4 * u[:, 0] - 1, "x2": 4 * u[:, 1] - 1, "error": error})
    frame.to_csv(tmp_path / "f1.csv", index=False)
    read = trials_from_table(tmp_path / "f1.csv", Space.from_dict(spec), error="error")
    settings = replace(SETTINGS, goal_fraction=float(reached.mean()))
    found = analyse(read, settings)["hsic"].sel(group="all", target="error", subset="best")
    np.testing.assert_allclose(found, hsic(u, reached), atol=1e-12)


@pytest.mark.parametrize("cell", ["", "nan", "inf", "-inf"])
def test_a_trial_without_a_finite_error_failed(path: Path, cell: str) -> None:
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame.loc[4, "loss"] = cell
    frame.to_csv(path, index=False)
    read = trials_from_table(path, SEARCH_SPACE, error="loss")
    assert read["status"].values[4, 0] == "failed"
    assert read["reason"].values[4, 0] == f"error is {cell or 'empty'}"
    assert np.isinf(trials_data.error(read)[4])


def test_a_frame_is_read_as_its_file_is(path: Path) -> None:
    typed = table()
    typed["nesterov"] = typed["nesterov"].map({"true": True, "false": False})
    typed = typed.replace("", None).set_index(pd.Index(range(7, 7 + len(typed))))
    texts = pd.read_csv(path, dtype=str, keep_default_na=False)
    read = trials_from_table(path, SEARCH_SPACE, error="loss", cost="seconds")
    for frame in (typed, typed.convert_dtypes(), texts):
        given = frame.copy()
        found = trials_from_frame(frame, SPACE, error="loss", cost="seconds", name=str(path))
        assert found.identical(read)
        pd.testing.assert_frame_equal(frame, given)


@pytest.mark.parametrize("cell", [None, np.nan, pd.NA, np.inf, ""])
def test_a_row_without_a_finite_error_failed(cell: object) -> None:
    frame = table().astype(object)
    frame.loc[4, "loss"] = cell
    found = trials_from_frame(frame, SEARCH_SPACE, error="loss")
    assert found["status"].values[:, 0].tolist().count("failed") == 1
    assert found["status"].values[4, 0] == "failed"


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("n_layers", 2.5, ", column n_layers: 2.5 is not allowed; allowed: integers from 1 to 8"),
        (
            "n_layers",
            np.inf,
            ", column n_layers: inf is not allowed; allowed: integers from 1 to 8",
        ),
        ("n_layers", True, ", column n_layers: True is not a number"),
        ("n_layers", 9, ": n_layers is 9; allowed: integers from 1 to 8"),
        ("learning_rate", "fast", ", column learning_rate: 'fast' is not a number"),
        ("learning_rate", 0.5, ": learning_rate is 0.5; allowed: numbers from 0.0001 to 0.1"),
        ("learning_rate", None, ": learning_rate has no value, though it is active"),
        ("activation", 3, ", column activation: '3' is not a level; allowed: relu, tanh, elu"),
        (
            "activation",
            "rellu",
            ", column activation: 'rellu' is not a level; allowed: relu, tanh, elu"
            "; did you mean 'relu'?",
        ),
        ("seconds", "long", ", column seconds: 'long' is neither a number nor a duration"),
    ],
)
def test_a_row_that_does_not_fit_is_left_out_with_its_reason(
    column: str, value: object, reason: str
) -> None:
    frame = table().astype(object)
    frame.loc[3, column] = value
    found = trials_from_frame(frame, SEARCH_SPACE, error="loss", cost="seconds", name="mine")
    assert found.sizes["trial"] == len(frame) - 1
    assert found.attrs["notes"] == (
        f"Left out: 1 trial that does not fit the space: row 3{reason}."
    )
    rest = trials_from_frame(
        frame.drop(index=3), SEARCH_SPACE, error="loss", cost="seconds", name="mine"
    )
    assert found.drop_attrs(deep=False).identical(rest.drop_attrs(deep=False))


def test_a_text_in_place_of_an_error_is_a_failure_of_that_name() -> None:
    frame = table().astype(object)
    frame.loc[3, "loss"] = "diverged"
    found = trials_from_frame(frame, SEARCH_SPACE, error="loss")
    assert found["reason"].values[3, 0] == "error is diverged"
    assert np.isinf(trials_data.error(found)[3])


def test_a_frame_with_a_column_twice_and_one_that_is_no_frame() -> None:
    frame = table()
    with pytest.raises(InputError, match=r"^trials: column 'loss' stands twice$"):
        trials_from_frame(pd.concat([frame, frame[["loss"]]], axis=1), SPACE, error="loss")
    with pytest.raises(InputError, match=r"^trials: dict; a pandas DataFrame is needed$"):
        trials_from_frame({}, SPACE, error="loss")  # type: ignore[arg-type]


def spoil(change: Callable[[pd.DataFrame], pd.DataFrame | None]) -> Callable[[Path], None]:
    def apply(path: Path) -> None:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        changed = change(frame)
        (frame if changed is None else changed).to_csv(path, index=False)

    return apply


COLUMNS = ", ".join([*SPACE, "loss", "seconds", "comment"])
MANY = " (119 more of 120 trials do not fit either)"


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            spoil(lambda f: f.rename(columns={"n_units": "units"})),
            f"column 'n_units' is missing; columns: {COLUMNS.replace('n_units', 'units')}"
            "; did you mean 'units'?",
        ),
        (
            spoil(lambda f: f.drop(columns="loss")),
            f"column 'loss' is missing; columns: {COLUMNS.replace('loss, ', '')}",
        ),
        (
            spoil(lambda f: f.assign(learning_rate="5.0")),
            "line 2: learning_rate is 5.0; allowed: numbers from 0.0001 to 0.1" + MANY,
        ),
        (
            spoil(lambda f: f.assign(n_layers="2.5")),
            "line 2, column n_layers: 2.5 is not allowed; allowed: integers from 1 to 8" + MANY,
        ),
        (
            spoil(lambda f: f.assign(n_layers="two")),
            "line 2, column n_layers: 'two' is not a number" + MANY,
        ),
        (
            spoil(lambda f: f.assign(activation="rellu")),
            "line 2, column activation: 'rellu' is not a level; allowed: relu, tanh, elu"
            "; did you mean 'relu'?" + MANY,
        ),
        (
            spoil(lambda f: f.assign(n_layers="")),
            "line 2: n_layers has no value, though it is active" + MANY,
        ),
        (
            spoil(lambda f: f.assign(loss="low")),
            "line 2, column loss: 'low' is not a number",
        ),
        (
            spoil(lambda f: f.assign(loss=[f"{i} %" for i in range(len(f))])),
            "line 2, column loss: '0 %' is not a number",
        ),
        (
            spoil(lambda f: f.drop(columns="optimizer")),
            f"column 'optimizer' is missing; columns: {COLUMNS.replace('optimizer, ', '')}",
        ),
        (
            spoil(lambda f: f.assign(state="RUNNING")),
            "0 trials, 120 left out; at least 30 are needed for an analysis",
        ),
        (
            spoil(lambda f: f.assign(state="FAIL")),
            "no trial has a finite error",
        ),
        (
            spoil(lambda f: pd.concat([f.head(25)] * 4)),
            "100 trials of 25 configurations; at least 30 configurations are needed for an "
            "analysis",
        ),
        (spoil(lambda f: f.assign(loss="nan")), "no trial has a finite error"),
        (spoil(lambda f: f.assign(loss="0.5")), "all errors are 0.5; they must differ"),
        (
            spoil(lambda f: f.head(29)),
            "29 trials; at least 30 are needed for an analysis",
        ),
        (spoil(lambda f: f.head(0)), "0 trials; at least 30 are needed for an analysis"),
        (lambda path: path.write_text(""), "empty; a header and one row per trial are needed"),
        (lambda path: path.write_bytes("é".encode("latin-1") * 9), "not UTF-8 text (byte 0)"),
        (lambda path: path.unlink(), "no such file"),
    ],
)
def test_a_bad_table_is_one_clear_line(
    path: Path, change: Callable[[Path], None], line: str
) -> None:
    change(path)
    with pytest.raises(InputError) as error:
        trials_from_table(path, SEARCH_SPACE, error="loss")
    assert str(error.value) == f"{path}: {line}"


def test_lines_of_different_length(path: Path) -> None:
    with path.open("a") as file:
        file.write("1,2,3,4,5,6,7,8,9,10,11,12,13,14\n")
    with pytest.raises(InputError, match=r"not a CSV table \(.*line 122"):
        trials_from_table(path, SEARCH_SPACE, error="loss")
