"""The search space as a table, and axes in a hyperparameter's own values."""

import json

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

from hsic_hpo.figures.space import space
from hsic_hpo.figures.values import axis_values, label_values, value_text
from hsic_hpo.spaces.parsing import parse_hyperparameter


def rows(spec: dict[str, dict[str, object]]) -> list[list[str]]:
    """Return the texts of the table, row by row."""
    axes = space(xr.Dataset(attrs={"space": json.dumps(spec)})).axes[0]
    cells: dict[float, list[str]] = {}
    for text in axes.texts:
        cells.setdefault(text.get_position()[1], []).append(text.get_text())
    (title,), *found = (cells[top] for top in sorted(cells))
    assert title.startswith(f"{sum('when' not in one for one in spec.values())} hyperparameters")
    return found


def test_rows_say_type_values_distribution_and_condition() -> None:
    assert rows(
        {
            "n": {"type": "integer", "range": [16, 100000], "scale": "log"},
            "beta": {"type": "float", "range": [0.9, 0.9999]},
            "lr": {"type": "float", "range": [1e-8, 3e-2], "scale": "log"},
            "w": {"type": "float", "distribution": {"name": "norm", "loc": 1, "scale": 0.2}},
            "kind": {"type": "categorical", "levels": ["a", "b"], "weights": [1, 3]},
            "on": {"type": "boolean", "probability": 0.25},
            "rate": {"type": "float", "range": [0, 0.5], "when": {"on": True}},
        }
    ) == [
        ["hyperparameter", "type", "values", "distribution", "exists where"],
        ["n", "integer", "16 to 100000", "log-uniform", "always"],
        ["beta", "float", "0.9 to 0.9999", "uniform", "always"],
        ["lr", "float", "10⁻⁸ to 0.03", "log-uniform", "always"],
        ["w", "float", "-∞ to ∞", "norm: loc 1,\nscale 0.2", "always"],
        ["kind", "categorical", "a, b", "weights 1 : 3", "always"],
        ["on", "boolean", "false, true", "true: 25 %", "always"],
        ["  rate", "float", "0 to 0.5", "uniform", "on = true"],
    ]


def test_children_stand_below_their_parents_however_they_were_listed() -> None:
    names = [
        row[0]
        for row in rows(
            {
                "a": {"type": "boolean"},
                "b": {"type": "boolean"},
                "of a": {"type": "float", "range": [0, 1], "when": {"a": True}},
                "of b": {"type": "boolean", "when": {"b": True}},
                "deep": {"type": "float", "range": [0, 1], "when": {"of b": True}},
            }
        )[1:]
    ]
    assert names == ["a", "  of a", "b", "  of b", "    deep"]


@pytest.mark.parametrize(
    "definition",
    [
        {"type": "float", "range": [1e-8, 1e-3], "scale": "log"},
        {"type": "float", "range": [3e-4, 3e-2], "scale": "log"},
        {"type": "float", "range": [0.11, 0.13], "scale": "log"},
        {"type": "float", "range": [-5, 7]},
        {"type": "integer", "range": [16, 256], "scale": "log"},
        {"type": "integer", "range": [1, 2]},
        {"type": "integer", "levels": [8, 16, 1024]},
        {"type": "float", "distribution": {"name": "beta", "a": 2, "b": 5}},
    ],
    ids=lambda definition: definition["type"] + " " + str(list(definition.values())[1]),
)
def test_ticks_stand_where_their_values_are(definition: dict[str, object]) -> None:
    hyperparameter = parse_hyperparameter("x", definition, "space")
    axes = Figure().add_subplot()
    axes.set_xlim(0, 1)
    label_values(axes, hyperparameter)
    assert 2 <= len(axes.get_xticks()) <= 6
    for at, label in zip(axes.get_xticks(), axes.get_xticklabels(), strict=True):
        assert 0 <= at <= 1
        value = hyperparameter.value(at)
        raised = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
        text = label.get_text()
        power = text.startswith("10⁻") or text.startswith("10⁴")
        stated = 10.0 ** int(text[2:].translate(raised)) if power else float(text)
        np.testing.assert_allclose(stated, value, rtol=6e-3)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (1e-8, "10⁻⁸"),
        (2.5e-7, "2.5 × 10⁻⁷"),
        (0.9999, "0.9999"),
        (3, "3"),
        ("a", "a"),
    ],
)
def test_values_are_written_as_people_do(value: object, text: str) -> None:
    assert value_text(value) == text


def test_a_distribution_without_parameters_is_its_name_alone() -> None:
    spec = {
        "x": {"type": "float", "distribution": {"name": "expon"}},
        "y": {"type": "float", "distribution": {"name": "norm", "loc": 1.0, "scale": 2.0}},
    }
    assert [row[3] for row in rows(spec)[-2:]] == ["expon", "norm: loc 1,\nscale 2"]


@pytest.mark.parametrize(
    "spec",
    [
        {"type": "float", "range": [0.9991, 0.9999]},
        {"type": "float", "range": [5.0001, 5.0009]},
        {"type": "float", "range": [100.01, 100.09], "scale": "log"},
        {"type": "float", "distribution": {"name": "norm", "loc": 10, "scale": 1e-3}},
    ],
)
def test_ticks_of_a_narrow_range_differ(spec: dict) -> None:
    texts = [text for _, text in axis_values(parse_hyperparameter("x", spec, "space"))]
    assert len(texts) > 1
    assert len(set(texts)) == len(texts)
