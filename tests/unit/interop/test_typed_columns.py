"""Texts become the values that a person meant."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.interop.typed_columns import typed


def values(cells: list[Any], beside: list[str] | None = None) -> list[Any]:
    frame = pd.DataFrame({"x": pd.Series(cells, dtype=object)})
    if beside is not None:
        frame["y"] = beside
    return list(typed(frame, "here")["x"])


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1", " 2", "-3"], [1, 2, -3]),
        (["1", "2.5", "1e-3"], [1, 2.5, 1e-3]),
        (["0,5", "1,25", "3", "1,5e-3"], [0.5, 1.25, 3, 1.5e-3]),
        (["12 %", "7%", "0.5"], [0.12, 0.07, 0.5]),
        (["12,5 %", "7%"], [0.125, 0.07]),
        (["true", "False", "TRUE"], [True, False, True]),
        (["1", "", "nan", "NaN", "None", "null", "-", "NA", "n/a"], [1, *[None] * 8]),
        (["inf", "1"], [np.inf, 1]),
        (["relu", "None", ""], ["relu", "None", None]),
        (["relu", "-", "nan"], ["relu", None, None]),
        (["auto", "1", "2"], ["auto", "1", "2"]),
        (["2020-01-01", "1,2,3"], ["2020-01-01", "1,2,3"]),
        (["1_000", "2"], ["1_000", "2"]),
        ([None, np.nan, pd.NA, 3], [None, None, None, 3]),
        ([True, "false", None], [True, False, None]),
        ([[64, 64], (32,)], ["[64, 64]", "(32,)"]),
        ([np.array([64, 64]), np.array([32])], ["[64, 64]", "[32]"]),
        ([Decimal("0.5"), Fraction(1, 4), 3], [0.5, 0.25, 3]),
        ([np.tanh, dict, None], ["tanh", "dict", None]),
    ],
    ids=str,
)
def test_cells_become_values(cells: list[Any], expected: list[Any]) -> None:
    found = values(cells)
    assert found == expected
    assert [isinstance(one, bool) for one in found] == [isinstance(one, bool) for one in expected]


def test_a_comma_that_may_separate_thousands_is_asked_about() -> None:
    with pytest.raises(InputError) as error:
        values(["1,024", "2,048"])
    assert str(error.value) == (
        "here: column 'x': '1,024': does the comma mark decimals or thousands? write 1.024 or 1024"
    )


def test_a_decimal_comma_elsewhere_answers_it() -> None:
    assert values(["1,024", "2,048"], beside=["0,5", "1,5"]) == [1.024, 2.048]


def test_columns_of_names_stay_as_they_are() -> None:
    frame = pd.DataFrame({"version": ["010", "1e3"]})
    assert list(typed(frame, "here", ["version"])["version"]) == ["010", "1e3"]


@pytest.mark.parametrize(
    "cells",
    [
        ['{"lr": 0.1, "opt": {"name": "sgd"}}', '{"lr": 0.2, "opt": {"name": "adam"}}', ""],
        ["{'lr': 0.1, 'opt': {'name': 'sgd'}}", "{'lr': 0.2, 'opt': {'name': 'adam'}}", "nan"],
        ["{'lr': np.float64(0.1), 'opt': {'name': 'sgd'}}", {"lr": 0.2, "opt/name": "adam"}, None],
    ],
    ids=["JSON", "Python", "NumPy"],
)
def test_cells_that_are_mappings_become_columns(cells: list[Any]) -> None:
    frame = typed(pd.DataFrame({"params": pd.Series(cells, dtype=object)}), "here")
    assert frame.to_dict("list") == {
        "params/lr": [0.1, 0.2, None],
        "params/opt/name": ["sgd", "adam", None],
    }


def test_a_text_that_only_looks_like_a_mapping_runs_nothing() -> None:
    text = "{__import__('os').getcwd(): 1}"
    assert values([text, "{'a': 1}"]) == [text, "{'a': 1}"]
