"""Rounds of a search as designs."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from hsic_hpo.files import read_netcdf, write_netcdf
from hsic_hpo.search import rounds
from hsic_hpo.selection.decisions import Decision
from hsic_hpo.selection.decisions import label_decisions as label_decisions
from hsic_hpo.selection.evidence import Evidence
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials import dataset as trials
from hsic_hpo.trials.dataset import configurations
from hsic_hpo.trials.design import label_design, trial_identifier
from hsic_hpo.trials.history import initial_part
from small_search import SPACE, rule, search

BUDGET = {"epochs": 1}


def next_round(known: list[xr.Dataset], **changes: Any) -> xr.Dataset:
    settings: dict[str, Any] = {
        "method": "gpbo",
        "repeat": 0,
        "cost": "flops",
        "seed": 3,
        "budget": BUDGET,
    }
    return rounds.next_round(known, **({"n": 4} | settings | changes))


def proposed(design: xr.Dataset) -> list[dict[str, Any]]:
    return [json.loads(text) for text in design["configuration"].values]


def selection(ceiling: float = np.inf, **choices: tuple[str, Any, Any]) -> xr.Dataset:
    """Return a selection Dataset from (role, choice, default) by name; others are optimised."""
    space = Space.from_dict(SPACE)
    decisions, evidence = {}, []
    for parameter in space.hyperparameters:
        whole = {k: v for k, v in parameter.definition.items() if k not in ("type", "when")}
        role, choice, default = choices.get(parameter.name, ("optimise", whole, None))
        decisions[parameter.name] = Decision(role, choice, default, "made up")
        evidence.append(_evidence(parameter.name))
    return label_decisions(decisions, evidence, {"space": space.to_json(), "ceiling": ceiling})


def _evidence(name: str) -> Evidence:
    fields = Evidence.__dataclass_fields__
    return Evidence(**dict.fromkeys(fields, np.nan) | {"name": name, "group": "all"})


def test_a_round_is_a_design_of_new_trials() -> None:
    known = search(30)
    design = next_round([known])
    space = Space.from_dict(SPACE)
    assert design.sizes == {"trial": 4, "hyperparameter": len(space)}
    assert Space.from_json(design.attrs["space"]) == space
    for name, configuration, u in zip(
        design["trial"].values, proposed(design), design["u"].values, strict=True
    ):
        assert name == trial_identifier(configuration, BUDGET)
        space.check_configuration(configuration, "proposed")
        assert configuration not in configurations(known)
        assert [n for n in configuration if not space[n].is_discrete] == [
            n for n, x in zip(space.names, u, strict=True) if not np.isnan(x)
        ]


def test_seed_method_repeat_and_round_decide() -> None:
    known = search(30)
    assert next_round([known]).identical(next_round([known]))
    first = proposed(next_round([known], method="random"))
    for changes in ({"seed": 4}, {"repeat": 1}):
        assert proposed(next_round([known], method="random", **changes)) != first
    assert proposed(next_round([known, known], method="random")) != first


def test_all_rounds_so_far_are_known() -> None:
    """In a space of six configurations, the second round finds what the first one left."""
    spec = {
        "kind": {"type": "categorical", "levels": ["a", "b"]},
        "n": {"type": "integer", "range": [1, 3]},
    }
    known = [search(1, spec=spec, error=lambda c: 1.0)]
    counts = []
    for _ in range(3):
        design = next_round(known, method="random")
        counts.append(design.sizes["trial"])
        known.append(_finish(design))
    assert counts == [4, 1, 0]
    assert len({json.dumps(c) for dataset in known for c in configurations(dataset)}) == 6


def _design_of(chosen: list[dict[str, Any]]) -> xr.Dataset:
    space = Space.from_dict(SPACE)
    return label_design(space, np.array([space.point(c) for c in chosen]), chosen, BUDGET)


def _finish(design: xr.Dataset, error: float = 1.0) -> xr.Dataset:
    record = {
        "repeat": 0,
        "status": "ok",
        "reason": "",
        "validation_error": error,
        "test_error": 1.0,
        "train_seconds": 1.0,
        "epochs": 1,
        "n_params": 1,
        "flops": 2,
        "learning_curve": [1.0],
    }
    records = [record | {"trial": name} for name in design["trial"].values]
    return trials.gather_records(
        design, records, {}, n_repeats=1, error_name="error", error_units="1"
    )


@pytest.mark.parametrize("method", ["random", "gpbo", "tpe", "nsga2"])
def test_stored_trials_read_as_they_were_proposed(method: str, tmp_path: Path) -> None:
    """So that what is finished is known by its text: types, digits and order are kept."""
    spec = SPACE | {
        "batch_size": {"type": "integer", "levels": [16, 32, 64]},
        "dropout": {"type": "float", "levels": [0, 0.3, 1]},
        "mixture": {"type": "categorical", "levels": [1, 2.5, "x"]},
        "numbers": {"type": "categorical", "levels": [3, 0.1]},
        "offset": {"type": "float", "distribution": {"name": "norm", "scale": 2}},
    }
    design = next_round([search(30, spec=spec)], method=method, n=12)
    write_netcdf(design, tmp_path / "design.nc")
    trials.write_trials(_finish(read_netcdf(tmp_path / "design.nc")), tmp_path / "trials.nc")
    stored = trials.configurations(trials.read_trials(tmp_path / "trials.nc"))
    assert [json.dumps(c) for c in stored] == design["configuration"].values.tolist()


def test_values_of_a_selection_read_as_stored_ones_do(tmp_path: Path) -> None:
    decided = selection(momentum=("fix", 0, 0), n_units=("fix", 64.0, 64.0))
    design = next_round([search(30)], method="hsic-gpbo-paper", selection=decided, stage=1)
    trials.write_trials(_finish(design), tmp_path / "trials.nc")
    stored = trials.configurations(trials.read_trials(tmp_path / "trials.nc"))
    assert [json.dumps(c) for c in stored] == design["configuration"].values.tolist()


def test_the_stages_of_a_selection_decide_what_varies() -> None:
    decided = selection(
        n_layers=("fix", 2, 2),
        activation=("fine-tune", SPACE["activation"], "tanh"),
        n_units=("restrict", {"range": [8, 32], "scale": "log"}, None),
    )
    whole = {k: v for k, v in SPACE["activation"].items() if k != "type"}
    decided["definition"].loc["activation"] = json.dumps(whole)
    first = proposed(next_round([search(60)], method="hsic-gpbo-paper", selection=decided, stage=1))
    assert all(c["activation"] == "tanh" and c["n_layers"] == 2 for c in first)
    assert all(8 <= c["n_units"] <= 32 and "decay" not in c for c in first)
    best = _finish(_design_of([{**first[0], "n_units": 16}]), error=-1.0)
    known = [search(60), _finish(_design_of(first)), best]
    second = proposed(next_round(known, method="hsic-gpbo-paper", selection=decided, stage=2))
    held = {k: v for k, v in first[0].items() if k != "activation"} | {"n_units": 16}
    assert [{k: v for k, v in c.items() if k != "activation"} for c in second[:2]] == [held] * 2
    assert len({c["activation"] for c in second}) > 1


def test_nothing_is_proposed_above_a_limit_that_the_decisions_know_nothing_of() -> None:
    """Also where the preferred part of the space lies above it."""
    decided = selection(n_layers=("optimise", SPACE["n_layers"], None))
    decided["decision"].loc["n_units"] = "prefer"
    decided["preferred"].loc["n_units"] = json.dumps(64)

    def cost_of(configuration: dict[str, Any]) -> float:
        return float(configuration["n_layers"] * configuration["n_units"])

    options = {"method": "hsic-gpbo", "selection": decided, "cost_of": cost_of}
    for limit in (np.inf, 30.0):
        found = proposed(next_round([search(60)], n=6, ceiling=limit, **options))
        assert len(found) == 6
        assert (max(map(cost_of, found)) <= 30) == (limit == 30)


def test_candidates_come_from_the_preferred_part_and_from_the_whole_space() -> None:
    """Where errors say nothing, some proposals keep to the preference and others do not."""
    decided = selection()
    decided["decision"].loc["learning_rate"] = "prefer"
    decided["preferred"].loc["learning_rate"] = json.dumps(0.01)
    known = search(60, error=rule)
    found = proposed(next_round([known], n=24, method="hsic-gpbo", selection=decided))
    kept = [c["learning_rate"] == 0.01 for c in found]
    assert any(kept)
    assert not all(kept)


def test_only_what_is_fixed_stays_out() -> None:
    decided = selection()
    decided["decision"].loc["n_layers"] = "fix"
    decided["preferred"].loc["n_layers"] = json.dumps(2)
    found = proposed(next_round([search(60)], n=12, method="hsic-gpbo", selection=decided))
    assert {c["n_layers"] for c in found} == {2}


def test_a_stage_that_has_too_little_left_goes_on_with_the_next() -> None:
    spec = {
        "kind": {"type": "categorical", "levels": ["a", "b"]},
        "n": {"type": "integer", "range": [1, 3]},
    }
    space = Space.from_dict(spec)
    decisions = {
        "kind": Decision("fine-tune", {"levels": ["a", "b"]}, "b", "made up"),
        "n": Decision("optimise", {"range": [1, 3]}, None, "made up"),
    }
    decided = label_decisions(
        decisions, list(map(_evidence, spec)), {"space": space.to_json(), "ceiling": np.inf}
    )
    known = [_finish(label_design(space, np.full((1, 2), 0.1), [{"kind": "b", "n": 1}], BUDGET))]
    changes = {"method": "hsic-gpbo-paper", "selection": decided}
    found = [{**c} for c in proposed(next_round(known, stage=1, **changes))]
    assert [c["kind"] for c in found[:2]] == ["b", "b"]
    assert {c["n"] for c in found[:2]} == {2, 3}
    assert len(found) == len({json.dumps(c) for c in found}) == 4
    assert [c["kind"] for c in found[2:]] == ["a", "a"]
    known.append(_finish(label_design(space, np.full((4, 2), 0.1), found, BUDGET)))
    assert len(proposed(next_round(known, stage=2, **changes))) == 1


def test_a_repeat_proposes_from_its_own_initial_trials() -> None:
    known = search(30)
    for repeat in (0, 1):
        own = initial_part(known, 12, repeat)
        assert next_round([known], initial_trials=12, repeat=repeat).identical(
            next_round([own], repeat=repeat)
        )


def test_models_may_learn_where_stopped_trials_are_expected_to_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = [search(30), _finish(next_round([search(30)]))]
    assert not (known[0]["status"] == "stopped").any()
    # Where none was stopped it is the same.
    xr.testing.assert_identical(next_round(known, expect_ends=True), next_round(known))
    taught = []

    def propose(space: Any, finished: Any, n: int, **_: Any) -> list[dict[str, Any]]:
        taught.append(finished.told)
        return []

    ends = np.linspace(0.1, 0.2, 34)
    monkeypatch.setattr(rounds, "propose", propose)
    monkeypatch.setattr(rounds, "expected_ends", lambda datasets: ends)
    next_round(known, expect_ends=True)
    assert taught[0] is ends
