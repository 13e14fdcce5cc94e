"""Decisions of a study config take the place of those of the analysis, within the space."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsic_hpo.errors import InputError
from hsic_hpo.selection.decisions import ROLES, Decision
from hsic_hpo.selection.overrides import apply, check
from hsic_hpo.spaces.space import Space
from hsic_hpo.spaces.subspace import Subspace

SPEC = {
    "n_units": {"type": "integer", "range": [8, 256], "scale": "log"},
    "n_layers": {"type": "integer", "range": [1, 8]},
    "batch_size": {"type": "integer", "levels": [16, 32, 64], "weights": [1, 2, 1]},
    "kind": {"type": "categorical", "levels": ["relu", "tanh", "elu"]},
    "wide": {"type": "boolean"},
    "offset": {"type": "float", "distribution": {"name": "norm"}},
    "opt.lr": {"type": "float", "range": [1e-4, 1e-1], "scale": "log", "when": {"wide": True}},
}
SPACE = Space.from_dict(SPEC)
GRID = np.linspace(0.01, 0.99, 50)
DEFAULTS = {
    "n_units": 64,
    "n_layers": 7,
    "batch_size": 64,
    "kind": "elu",
    "wide": True,
    "offset": 0.5,
    "opt.lr": 0.05,
}
DECIDED = {
    name: Decision("fine-tune", {"of": "the analysis"}, DEFAULTS[name], f"reason of {name}")
    for name in SPEC
}


def overridden(name: str, change: Any) -> Decision:
    return apply({name: change}, DECIDED, SPACE, "x.yaml: ")[name]


def test_without_overrides_nothing_changes() -> None:
    assert apply({}, DECIDED, SPACE, "") == DECIDED


def test_the_others_keep_their_decision_and_their_order() -> None:
    found = apply({"kind": "tanh"}, DECIDED, SPACE, "")
    assert list(found) == list(DECIDED)
    assert {name: found[name] for name in found if name != "kind"} == {
        name: DECIDED[name] for name in DECIDED if name != "kind"
    }


def test_what_the_analysis_decided_is_left_as_it_was() -> None:
    before = dict(DECIDED)
    apply({"kind": "tanh", "n_layers": {"role": "optimise"}}, DECIDED, SPACE, "")
    assert before == DECIDED


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n_units", 8),
        ("n_layers", 8),
        ("batch_size", 32),
        ("kind", "tanh"),
        ("wide", False),
        ("offset", -123.5),
        ("opt.lr", 1e-4),
    ],
)
def test_a_value_fixes(name: str, value: Any) -> None:
    assert overridden(name, value) == Decision(
        "fix",
        value,
        value,
        f"set in the study config (the analysis: fine-tune; reason of {name})",
        overridden=True,
    )


@pytest.mark.parametrize("role", [role for role in ROLES if role != "fix"])
@pytest.mark.parametrize("name", SPEC)
def test_a_role_alone_searches_the_whole(name: str, role: str) -> None:
    found = overridden(name, {"role": role})
    assert (found.role, found.default, found.overridden) == (role, DEFAULTS[name], True)
    free = Subspace.of(SPACE, {name: found.choice}).free
    assert free is not None
    assert free[name].values(GRID).tolist() == SPACE[name].values(GRID).tolist()
    assert free[name].conditions == SPACE[name].conditions


def test_a_narrower_definition_alone_restricts() -> None:
    assert overridden("n_layers", {"range": [2, 7]}).role == "restrict"
    assert overridden("kind", {"levels": ["relu", "elu"]}).choice == {"levels": ["relu", "elu"]}


def test_a_range_is_on_the_scale_of_the_space_unless_it_has_its_own() -> None:
    assert overridden("n_units", {"range": [64, 128]}).choice == {
        "range": [64, 128],
        "scale": "log",
    }
    assert overridden("n_units", {"range": [64, 128], "scale": "linear"}).choice == {
        "range": [64, 128],
        "scale": "linear",
    }
    assert overridden("n_layers", {"range": [6, 8]}).choice == {"range": [6, 8]}
    assert overridden("n_units", {"levels": [8, 64]}).choice == {"levels": [8, 64]}


@pytest.mark.parametrize(
    ("name", "change", "default"),
    [
        ("n_layers", {"range": [2, 4]}, 4),
        ("n_layers", {"levels": [1, 3]}, 3),
        ("n_layers", {"range": [6, 8]}, 7),
        ("n_units", {"range": [100, 200]}, 100),
        ("batch_size", {"levels": [16, 32]}, 32),
        ("opt.lr", {"range": [1e-3, 1e-2]}, 1e-2),
        ("kind", {"levels": ["relu", "tanh"]}, "tanh"),
    ],
)
def test_a_default_outside_becomes_the_nearest_inside(
    name: str, change: Mapping[str, Any], default: Any
) -> None:
    """Otherwise the first stage would hold it where the config forbids."""
    found = overridden(name, {"role": "fine-tune", **change})
    assert found.default == pytest.approx(default)
    assert type(found.default) is type(default)


@given(st.integers(1, 8), st.integers(1, 8), st.integers(1, 8))
def test_a_default_is_the_nearest_of_any_range(default: int, low: int, high: int) -> None:
    low, high = sorted((low, high))
    if low == high:
        return
    decided = DECIDED | {"n_layers": Decision("fine-tune", None, default, "")}
    found = apply({"n_layers": {"range": [low, high]}}, decided, SPACE, "")["n_layers"]
    assert found.default == min(max(default, low), high)


def test_decisions_can_be_written_as_json() -> None:
    for change in ({"range": [2, 4]}, {"levels": [2, 4]}, 3):
        found = overridden("n_layers", change)
        assert json.loads(json.dumps([found.choice, found.default])) == [
            found.choice,
            found.default,
        ]


WRONG = [
    (
        {"n_unit": 8},
        "n_unit: not a hyperparameter of the space; known: n_units, n_layers, batch_size, kind, "
        "wide, offset, opt.lr; did you mean 'n_units'?",
    ),
    (
        {3: 8},
        "3: not a hyperparameter of the space; known: n_units, n_layers, batch_size, kind, wide, "
        "offset, opt.lr",
    ),
    ({"n_units": 7}, "n_units: 7 is not a value of it; allowed: integers from 8 to 256"),
    ({"n_units": 8.5}, "n_units: 8.5 is not a value of it; allowed: integers from 8 to 256"),
    ({"n_units": None}, "n_units: None is not a value of it; allowed: integers from 8 to 256"),
    ({"n_units": [8]}, "n_units: [8] is not a value of it; allowed: integers from 8 to 256"),
    ({"n_layers": True}, "n_layers: True is not a value of it; allowed: integers from 1 to 8"),
    ({"wide": 1}, "wide: 1 is not a value of it; allowed: false, true"),
    ({"kind": "gelu"}, "kind: 'gelu' is not a value of it; allowed: relu, tanh, elu"),
    (
        {"kind": {"role": "fix"}},
        "kind.role: 'fix'; allowed: optimise, restrict, fine-tune; to fix it, write its value",
    ),
    (
        {"kind": {"role": ["optimise"]}},
        "kind.role: ['optimise']; allowed: optimise, restrict, fine-tune; "
        "to fix it, write its value",
    ),
    (
        {"kind": {"level": ["relu", "elu"]}},
        "kind: unknown key 'level'; allowed: role, range, scale, step, levels, weights; "
        "did you mean 'levels'?",
    ),
    (
        {"kind": {"when": {"wide": True}}},
        "kind: unknown key 'when'; allowed: role, range, scale, step, levels, weights",
    ),
    (
        {"kind": {"levels": ["relu", "gelu"]}},
        "kind: 'gelu' is outside the space; allowed: relu, tanh, elu",
    ),
    (
        {"kind": {"levels": ["relu"]}},
        "kind.levels: ['relu'] has too few levels; at least two needed",
    ),
    (
        {"kind": {"weights": [1, 2, 3]}},
        "kind: key 'levels' is missing; write levels: [first, second]",
    ),
    (
        {"n_layers": {"scale": "log"}},
        "n_layers: key 'range' or 'levels' is missing; write range: [low, high]",
    ),
    (
        {"n_layers": {"range": [4, 2]}},
        "n_layers.range: [4, 2] is not increasing; needed: low < high",
    ),
    (
        {"n_layers": {"range": [2, 9]}},
        "n_layers: 9 is outside the space; allowed: integers from 1 to 8",
    ),
    (
        {"batch_size": {"range": [16, 64]}},
        "batch_size: 17 is outside the space; allowed: 16, 32, 64",
    ),
    (
        {"wide": {"levels": [False, True]}},
        "wide: unknown key 'levels' for type boolean; allowed: type, probability, when",
    ),
    # A dot in a name is no step of the place.
    (
        {"opt.lr": {"range": [1e-5, 1e-2]}},
        "opt.lr: 1e-05 is outside the space; allowed: numbers from 0.0001 to 0.1",
    ),
]


@pytest.mark.parametrize(("override", "line"), WRONG, ids=[line[:50] for _, line in WRONG])
def test_a_bad_override_is_one_line_before_and_after_the_analysis(
    override: Mapping[Any, Any], line: str
) -> None:
    for refuse in (
        lambda: apply(override, DECIDED, SPACE, "x.yaml: "),
        lambda: check(override, SPACE, "x.yaml: "),
    ):
        with pytest.raises(InputError) as caught:
            refuse()
        assert str(caught.value) == f"x.yaml: selection.override.{line}"


def test_good_overrides_pass_before_the_analysis() -> None:
    check({"n_units": 32, "n_layers": {"range": [2, 3]}, "wide": {"role": "optimise"}}, SPACE, "")


def test_part_of_a_stepped_range_keeps_the_step() -> None:
    stepped = Space.from_dict({"n": {"type": "integer", "range": [64, 1024], "step": 64}})
    before = Decision("fine-tune", None, 512, "")
    decided = apply({"n": {"range": [64, 256]}}, {"n": before}, stepped, "")["n"]
    assert decided.choice == {"step": 64, "range": [64, 256]}
    assert decided.default == 256
    with pytest.raises(InputError, match="96 is outside the space; allowed: 64 to 1024 in steps"):
        apply({"n": {"range": [64, 96], "step": 32}}, {"n": before}, stepped, "")
