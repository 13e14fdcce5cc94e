"""Every form of JSON that trials are kept in is a table; known tools are recognised."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.interop.reading import of_columns, of_frame, read_file

ROWS = [{"lr": 0.1, "loss": 1.0}, {"lr": 0.2, "loss": 2.0}]
FRAME = pd.DataFrame(ROWS)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(ROWS),
        json.dumps({"trials": ROWS}),
        json.dumps(FRAME.to_dict("list")),
        FRAME.to_json(),
        FRAME.to_json(orient="split"),
        FRAME.to_json(orient="records", lines=True),
        FRAME.to_csv(index=False),
        FRAME.to_csv(),
    ],
)
def test_each_form_of_a_table_is_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "trials"
    path.write_text(text)
    frame = read_file(path).frame.astype(float)
    assert frame.to_dict("records") == ROWS


def test_nested_records_are_written_out(tmp_path: Path) -> None:
    path = tmp_path / "trials.json"
    path.write_text(json.dumps([{"config": {"lr": 1, "opt": {"name": "sgd"}}, "loss": 2}]))
    assert list(read_file(path).frame) == ["config/lr", "config/opt/name", "loss"]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("{", "not JSON (Expecting property name enclosed in double quotes"),
        ("[]", "not a list of trials, each of which has keys and values"),
        ("[1, 2]", "not a list of trials, each of which has keys and values"),
        ('{"a": [1, 2], "b": [1]}', "columns have different lengths, or there are none"),
        ('{"a": 1}', "columns have different lengths, or there are none"),
        ('{"hyperparameters": [], "conditions": []}', "a search space, not trials"),
    ],
)
def test_other_json_is_one_line(tmp_path: Path, content: str, line: str) -> None:
    path = tmp_path / "trials.json"
    path.write_text(content)
    with pytest.raises(InputError) as error:
        read_file(path)
    assert str(error.value).startswith(f"{path}: {line}")
    assert "\n" not in str(error.value)


def test_masked_columns_are_empty_where_they_are_masked() -> None:
    columns: dict[str, Any] = {"x": np.ma.MaskedArray([1.0, 2.0], [True, False]), "y": [3, 4]}
    assert of_columns(columns, "here").frame.to_dict("list") == {"x": [None, 2.0], "y": [3, 4]}


def test_runs_of_mlflow_stand_in_the_order_in_which_they_started() -> None:
    # mlflow.search_runs() lists the last run first.
    frame = pd.DataFrame(
        {
            "run_id": ["b", "a"],
            "start_time": ["2026-01-02 10:00:00+00:00", "2026-01-01 09:00:00+00:00"],
            "params.lr": ["0.2", "0.1"],
        }
    )
    assert of_frame(frame, "runs").frame["params.lr"].to_list() == ["0.1", "0.2"]
