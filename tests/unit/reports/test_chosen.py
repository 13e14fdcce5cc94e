"""The table of chosen configurations."""

import json

import numpy as np
import pytest
import xarray as xr

from hsic_hpo.reports.chosen import chosen
from hsic_hpo.spaces.space import Space

SPACE = Space.from_dict(
    {
        "n_layers": {"type": "integer", "range": [1, 8]},
        "rate": {"type": "float", "range": [1e-6, 1], "scale": "log"},
        "on": {"type": "boolean"},
        "deep": {"type": "float", "range": [0, 1], "when": {"on": True}},
    }
)


@pytest.fixture
def comparison() -> xr.Dataset:
    texts = np.full((2, 2), "", dtype=object)
    texts[0, 0] = json.dumps({"n_layers": 3, "rate": 0.00123456, "on": False})
    texts[1] = [json.dumps({"n_layers": n, "rate": 0.5, "on": True, "deep": 0}) for n in (1, 2)]
    return xr.Dataset(
        {"configuration": (("search", "search_repeat"), texts)}, {"search": ["random", "gpbo"]}
    )


def test_columns_are_methods_and_their_repeats(comparison: xr.Dataset) -> None:
    table = chosen(comparison, SPACE)
    assert list(table.columns) == ["hyperparameter", "random", "gpbo, repeat 1", "gpbo, repeat 2"]
    assert table["hyperparameter"].tolist() == SPACE.names


def test_values_are_those_that_were_chosen(comparison: xr.Dataset) -> None:
    table = chosen(comparison, SPACE).set_index("hyperparameter")
    assert table["random"].tolist() == ["3", "0.00123", "false", ""]
    assert table.loc["n_layers", "gpbo, repeat 1":].tolist() == ["1", "2"]
    assert table["gpbo, repeat 2"].tolist() == ["2", "0.5", "true", "0"]
