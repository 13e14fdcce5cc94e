"""Selection Datasets say what the decisions say."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hsic_hpo.files import read_netcdf, write_netcdf
from hsic_hpo.selection.decisions import ROLES, STAGES, Decision, label_decisions
from hsic_hpo.selection.evidence import Evidence

CHOICES: dict[str, tuple[str, Any, Any]] = {
    "n_units": ("fix", 32, 32),
    "rate": ("optimise", {"range": [1e-4, 0.1], "scale": "log"}, 0.012345678901234567),
    "kind": ("restrict", {"levels": ["relu", "élu"]}, "élu"),
    "wide": ("fine-tune", {}, True),
    "extra": ("fix", None, None),
}
DECISIONS = {
    name: Decision(role, choice, default, f"reason of {name}", overridden=name == "kind")
    for name, (role, choice, default) in CHOICES.items()
}


def evidence(name: str, place: int) -> Evidence:
    figures = (place + 0.1, place + 0.2, place + 0.3, place + 0.4, place + 0.5)
    return Evidence(name, f"group of {name}", "", *figures, matters=True, costs=False)


EVIDENCE = [evidence(name, i) for i, name in enumerate(CHOICES)]


def test_every_role_has_its_stage() -> None:
    assert set(STAGES) == set(ROLES)
    assert {role for role, stage in STAGES.items() if stage == 1} == {"optimise", "restrict"}


def test_each_decision_stands_at_its_hyperparameter() -> None:
    dataset = label_decisions(DECISIONS, EVIDENCE, {"study": "x", "ceiling": math.inf})
    assert dataset.sizes == {"hyperparameter": 5}
    assert dataset["hyperparameter"].values.tolist() == list(CHOICES)
    assert dataset["role"].values.tolist() == [role for role, _, _ in CHOICES.values()]
    assert dataset["stage"].values.tolist() == [0, 1, 1, 2, 0]
    assert dataset["overridden"].values.tolist() == [0, 0, 1, 0, 0]
    for name, (_, choice, default) in CHOICES.items():
        row = dataset.sel(hyperparameter=name)
        assert json.loads(row["definition"].item()) == choice
        assert json.loads(row["default"].item()) == default
        assert row["reason"].item() == f"reason of {name}"
        assert row["group"].item() == f"group of {name}"
    assert dataset.attrs == {"study": "x", "ceiling": math.inf}


@pytest.mark.parametrize(
    ("variable", "offset"),
    [
        ("index", 0.1),
        ("noise_floor", 0.2),
        ("p_adjusted", 0.3),
        ("cost_index", 0.4),
        ("cost_p_adjusted", 0.5),
    ],
)
def test_each_figure_stands_at_its_hyperparameter(variable: str, offset: float) -> None:
    values = label_decisions(DECISIONS, EVIDENCE, {})[variable]
    np.testing.assert_allclose(values, np.arange(5) + offset)
    assert values.attrs["units"] == "1"


def test_rows_follow_the_evidence_not_the_order_of_decisions() -> None:
    dataset = label_decisions(DECISIONS, EVIDENCE[::-1], {})
    assert dataset["hyperparameter"].values.tolist() == list(CHOICES)[::-1]
    assert dataset["role"].values.tolist() == [role for role, _, _ in CHOICES.values()][::-1]


def test_every_variable_is_described() -> None:
    dataset = label_decisions(DECISIONS, EVIDENCE, {})
    assert all(variable.attrs["long_name"] for variable in dataset.variables.values())


def test_a_hyperparameter_without_an_index_has_missing_figures(tmp_path: Path) -> None:
    lost = Evidence("extra", "", "too few", *[math.nan] * 5, matters=False, costs=False)
    dataset = label_decisions(DECISIONS, [*EVIDENCE[:-1], lost], {"remark": ""})
    write_netcdf(dataset, tmp_path / "selection.nc")
    read = read_netcdf(tmp_path / "selection.nc")
    row = read.sel(hyperparameter="extra")
    assert np.isnan(row["index"])
    assert np.isnan(row["cost_p_adjusted"])
    assert row["group"].item() == ""
    assert json.loads(row["default"].item()) is None


def test_digits_and_letters_survive_a_file(tmp_path: Path) -> None:
    write_netcdf(label_decisions(DECISIONS, EVIDENCE, {}), tmp_path / "selection.nc")
    read = read_netcdf(tmp_path / "selection.nc")
    for name, (_, choice, default) in CHOICES.items():
        row = read.sel(hyperparameter=name)
        assert json.loads(str(row["definition"].values)) == choice
        assert json.loads(str(row["default"].values)) == default
