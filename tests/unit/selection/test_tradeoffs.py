"""What decisions cost, on a made-up search whose best networks are known."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import hsic_hpo as hh
from hsic_hpo.selection.tradeoffs import tradeoffs, tradeoffs_remark
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import target_values
from small_search import search

TRIALS = search(120)
CONFIGURATIONS = trials_data.configurations(TRIALS)
ERRORS = target_values(TRIALS, "error")
COSTS = target_values(TRIALS, "flops")


def selection(ceiling: float, **decisions: tuple[str, Any]) -> xr.Dataset:
    """Return what a selection holds of decisions, given as role and choice by hyperparameter."""
    roles, choices = zip(*decisions.values(), strict=True) if decisions else ((), ())
    definitions = tuple(map(json.dumps, choices))
    made = tuple("fix" if role == "fix" else "prefer" for role in roles)
    texts = {"role": roles, "definition": definitions, "preferred": definitions, "decision": made}
    return xr.Dataset(
        {name: ("hyperparameter", np.array(text, dtype=object)) for name, text in texts.items()},
        {"hyperparameter": list(decisions)},
        {"cost": "flops", "ceiling": ceiling},
    )


def row(frame: pd.DataFrame, decision: str) -> pd.Series:
    (place,) = np.flatnonzero(frame["decision"] == decision)
    return frame.iloc[place]


def expected(inside: np.ndarray) -> tuple[int, float, float]:
    best = min(np.flatnonzero(inside), key=lambda i: ERRORS[i])
    return int(inside.sum()), ERRORS[best], COSTS[best]


def found(frame: pd.DataFrame, decision: str) -> tuple[int, float, float]:
    one = row(frame, decision)
    return one["networks"], one["validation_error"], one["flops"]


def test_every_narrowing_decision_has_the_best_network_that_obeys_it() -> None:
    ceiling = float(np.median(COSTS))
    frame = tradeoffs(
        selection(
            ceiling,
            n_layers=("restrict", {"range": [1, 3]}),
            activation=("restrict", {"levels": ["relu", "elu"]}),
            optimizer=("fix", "sgd"),
            learning_rate=("optimise", {"range": [1e-4, 1e-1], "scale": "log"}),
        ),
        [TRIALS],
    )
    shallow = np.array([c["n_layers"] <= 3 for c in CONFIGURATIONS])
    angular = np.array([c["activation"] != "tanh" for c in CONFIGURATIONS])
    plain = np.array([c["optimizer"] == "sgd" for c in CONFIGURATIONS])
    cheap = ceiling >= COSTS
    decisions = ["none", "ceiling", "n_layers", "activation", "optimizer", "all"]
    kept = [shallow | True, cheap, shallow, angular, plain, cheap & shallow & angular & plain]
    assert frame["decision"].tolist() == decisions
    for decision, inside in zip(decisions, kept, strict=True):
        assert found(frame, decision) == expected(inside)
    np.testing.assert_array_equal(frame["error_factor"], frame["validation_error"] / ERRORS.min())
    # SGD is half a unit worse by the rule of the made-up search.
    assert row(frame, "optimizer")["error_factor"] > 2.0
    assert row(frame, "n_layers")["choice"] == "1 to 3"


def test_networks_without_a_conditional_hyperparameter_obey_its_restriction() -> None:
    frame = tradeoffs(selection(np.inf, momentum=("restrict", {"range": [0.0, 0.3]})), [TRIALS])
    inside = np.array([c.get("momentum", 0.0) <= 0.3 for c in CONFIGURATIONS])
    assert found(frame, "momentum") == expected(inside)


def test_decisions_that_keep_nothing_out_are_left_out() -> None:
    decisions = {
        "n_layers": ("restrict", {"range": [1, 8]}),
        "momentum": ("fix", None),
        "decay": ("restrict", {"distribution": {"name": "uniform"}}),
    }
    frame = tradeoffs(selection(np.inf, **decisions), [TRIALS])
    assert frame["decision"].tolist() == ["none"]


def test_networks_of_all_datasets_count() -> None:
    other = search(40, seed=1)
    frame = tradeoffs(selection(np.inf), [TRIALS, other])
    assert row(frame, "none")["networks"] == 160
    best = min(ERRORS.min(), target_values(other, "error").min())
    assert row(frame, "none")["validation_error"] == best


def test_no_network_that_obeys_ended_well() -> None:
    failing = search(60, error=lambda c: None if c["optimizer"] == "sgd" else 1.0)
    frame = tradeoffs(selection(np.inf, optimizer=("fix", "sgd")), [failing])
    one = row(frame, "optimizer")
    assert one["networks"] > 0
    assert one[["validation_error", "error_factor", "flops"]].isna().all()


@pytest.mark.parametrize("cost", ["flops", "train_seconds"])
def test_the_cost_is_the_one_of_the_selection(cost: str) -> None:
    chosen = selection(np.inf)
    chosen.attrs["cost"] = cost
    frame = tradeoffs(chosen, [TRIALS])
    assert row(frame, "none")[cost] == target_values(TRIALS, cost)[np.argmin(ERRORS)]
    assert cost in tradeoffs_remark(chosen)


def test_of_negative_errors_no_factor_is_given() -> None:
    space = hh.Space({"lr": hh.Float(1e-4, 0.1, log=True), "units": hh.Integer(8, 256)})
    rows = space.configurations(np.random.default_rng(0).random((300, 2)))
    for row in rows:
        row["acc"] = 0.95 - 0.1 * np.log10(row["lr"] / 0.01) ** 2 - 0.02 * (row["units"] < 100)
        row["secs"] = row["units"] * 1.0
    trials = hh.trials_from(rows, space=space, error="acc", cost="secs", maximise=True)
    found = hh.explain(trials, n_permutations=19)
    decided = hh.decide(found, trials, override={"units": {"range": [8, 64]}})
    table = tradeoffs(decided, [trials])
    assert len(table) > 1
    assert table["error_factor"].isna().all()
