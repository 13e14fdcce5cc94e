"""Where each stage searches, from selections made by hand."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from hsic_hpo.files import read_netcdf, write_netcdf
from hsic_hpo.selection.decisions import LAST_STAGE, cost_ceiling, stage_space
from hsic_hpo.spaces.space import Space
from hsic_hpo.spaces.subspace import Subspace

SPEC = {
    "n_layers": {"type": "integer", "range": [1, 8]},
    "kind": {"type": "categorical", "levels": ["relu", "tanh", "elu"]},
    "rate": {"type": "float", "range": [0.0, 1.0]},
    "wide": {"type": "boolean"},
    "extra": {"type": "float", "range": [0.0, 1.0], "when": {"wide": True}},
}
SPACE = Space.from_dict(SPEC)
STAGES = range(1, LAST_STAGE + 1)


def selection(ceiling: float = math.inf, **rows: tuple[int, Any, Any]) -> xr.Dataset:
    """Return a selection from (stage, choice, default) by name; others stay whole in stage 1."""
    whole = {
        name: {key: value for key, value in what.items() if key not in ("type", "when")}
        for name, what in SPEC.items()
    }
    table = [rows.get(name, (1, whole[name], None)) for name in SPEC]
    return xr.Dataset(
        {
            "stage": ("hyperparameter", [stage for stage, _, _ in table]),
            "definition": (
                "hyperparameter",
                np.array([json.dumps(choice) for _, choice, _ in table], dtype=object),
            ),
            "default": (
                "hyperparameter",
                np.array([json.dumps(default) for _, _, default in table], dtype=object),
            ),
        },
        {"hyperparameter": list(SPEC)},
        {"space": SPACE.to_json(), "ceiling": ceiling},
    )


def names(part: Subspace) -> list[str]:
    return [] if part.free is None else list(part.free.names)


def draws(part: Subspace, n: int = 200) -> list[dict[str, Any]]:
    rng = np.random.default_rng(0)
    return part.configurations(rng.random((n, 0 if part.free is None else len(part.free))))


@pytest.mark.parametrize("stage", STAGES)
def test_what_is_optimised_as_a_whole_leaves_the_whole_space(stage: int) -> None:
    part = stage_space(selection(), stage)
    assert part.free is not None
    assert part.free.hyperparameters == SPACE.hyperparameters
    assert part.fixed == {}


def test_what_is_tuned_last_stays_at_its_default_in_the_first_stage() -> None:
    chosen = selection(kind=(2, {"levels": ["relu", "elu"]}, "tanh"), rate=(2, SPEC["rate"], 0.25))
    chosen["definition"].loc["rate"] = json.dumps({"range": [0.0, 0.5]})
    first, second = (stage_space(chosen, stage) for stage in STAGES)
    assert first.fixed == {"kind": "tanh", "rate": 0.25}
    assert names(first) == ["n_layers", "wide", "extra"]
    assert second.fixed == {}
    assert second.free is not None
    assert second.free["kind"].levels == ("relu", "elu")
    assert second.free["rate"].value(1.0) == 0.5
    assert second.space == first.space == SPACE


@pytest.mark.parametrize("stage", STAGES)
def test_what_is_fixed_stays_fixed_and_what_is_restricted_stays_restricted(stage: int) -> None:
    chosen = selection(n_layers=(0, 3, 3), kind=(1, {"levels": ["tanh", "elu"]}, "relu"))
    found = draws(stage_space(chosen, stage))
    assert {c["n_layers"] for c in found} == {3}
    assert {c["kind"] for c in found} == {"tanh", "elu"}


@pytest.mark.parametrize("stage", STAGES)
def test_what_cannot_exist_has_no_value(stage: int) -> None:
    chosen = selection(wide=(0, False, False), extra=(0, None, None))
    part = stage_space(chosen, stage)
    assert part.fixed == {"wide": False}
    assert names(part) == ["n_layers", "kind", "rate"]
    assert not any("extra" in c for c in draws(part))


def test_a_child_follows_its_parent_s_default_in_the_first_stage_only() -> None:
    chosen = selection(wide=(2, {}, False))
    first, second = (stage_space(chosen, stage) for stage in STAGES)
    assert "extra" not in names(first)
    assert {"wide", "extra"} <= set(names(second))
    assert {"extra" in c for c in draws(second)} == {True, False}


def test_the_second_stage_holds_what_it_is_given_of_the_first() -> None:
    best = {"n_layers": 2, "kind": "elu", "rate": 0.5, "wide": False}
    part = stage_space(selection(wide=(2, {}, False)), 2, best)
    assert part.fixed == {name: best[name] for name in ("n_layers", "kind", "rate")}
    assert {"wide", "extra"} == set(names(part))


def test_everything_fixed_leaves_a_single_configuration() -> None:
    values = {"n_layers": 2, "kind": "elu", "rate": 0.5, "wide": True, "extra": 0.75}
    part = stage_space(selection(**{name: (0, v, v) for name, v in values.items()}), 1)
    assert part.free is None
    assert draws(part, 2) == [values, values]


@pytest.mark.parametrize("ceiling", [1250.5, math.inf])
def test_the_ceiling_survives_a_file(ceiling: float, tmp_path: Path) -> None:
    write_netcdf(selection(ceiling), tmp_path / "selection.nc")
    read = read_netcdf(tmp_path / "selection.nc")
    assert cost_ceiling(read) == cost_ceiling(selection(ceiling)) == ceiling
    assert type(cost_ceiling(read)) is float
