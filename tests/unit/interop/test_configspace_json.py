"""Spaces that ConfigSpace itself wrote, and the JSON of its version 0.7, are read."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.interop.configspace_json import configspace_definitions
from hsic_hpo.interop.space_files import read_noted_space, read_space

configspace = pytest.importorskip("ConfigSpace", reason="ConfigSpace is not installed")


def written() -> Any:
    cs = configspace
    space = cs.ConfigurationSpace(seed=0)
    lr, units = cs.Float("lr", (1e-5, 0.1), log=True), cs.Integer("units", (16, 512), log=True)
    opt, sched = (
        cs.Categorical("opt", ["sgd", "adam"], weights=[1, 3]),
        cs.Categorical("sched", [True, False]),
    )
    size = cs.OrdinalHyperparameter("size", ["s", "m", "l"])
    batch = cs.OrdinalHyperparameter("batch", [16, 32, 64])
    bell = cs.NormalFloatHyperparameter("bell", mu=0, sigma=1, lower=-3, upper=3)
    count = cs.BetaIntegerHyperparameter("count", alpha=1, beta=2, lower=1, upper=5)
    gamma, deep, late = (cs.Float(name, (0.1, 1)) for name in ("gamma", "deep", "late"))
    either = cs.Float("either", (0.0, 2.0))
    space.add(lr, units, opt, sched, size, batch, bell, count, cs.Constant("k", 3))
    space.add(gamma, deep, late, either)
    space.add(
        cs.AndConjunction(
            cs.EqualsCondition(gamma, opt, "sgd"), cs.EqualsCondition(gamma, sched, True)
        ),
        cs.GreaterThanCondition(deep, units, 100),
        cs.GreaterThanCondition(late, size, "s"),
        cs.OrConjunction(
            cs.EqualsCondition(either, size, "s"), cs.EqualsCondition(either, size, "l")
        ),
    )
    space.add(
        cs.ForbiddenAndConjunction(
            cs.ForbiddenEqualsClause(batch, 64), cs.ForbiddenEqualsClause(size, "l")
        )
    )
    return space


def test_a_space_of_configspace_is_read(tmp_path: Path) -> None:
    path = tmp_path / "space.json"
    written().to_json(path)
    space, notes = read_noted_space(path)
    spec = space.to_dict()
    weights = spec["count"].pop("weights")
    assert spec == {
        "batch": {"type": "integer", "levels": [16, 32, 64]},
        "bell": {
            "type": "float",
            "distribution": {"name": "truncnorm", "a": -3, "b": 3, "loc": 0, "scale": 1},
        },
        "count": {"type": "integer", "levels": [1, 2, 3, 4, 5]},
        "lr": {"type": "float", "range": [1e-5, 0.1], "scale": "log"},
        "opt": {"type": "categorical", "levels": ["sgd", "adam"], "weights": [1, 3]},
        "sched": {"type": "boolean"},
        "size": {"type": "categorical", "levels": ["s", "m", "l"]},
        "units": {"type": "integer", "range": [16, 512], "scale": "log"},
        "gamma": {"type": "float", "range": [0.1, 1.0], "when": {"opt": "sgd", "sched": True}},
        "deep": {"type": "float", "range": [0.1, 1.0], "when": {"units": {">": 100}}},
        "late": {"type": "float", "range": [0.1, 1.0], "when": {"size": {"in": ["m", "l"]}}},
        "either": {"type": "float", "range": [0.0, 2.0], "when": {"size": {"in": ["s", "l"]}}},
    }
    drawn = [one["count"] for one in written().sample_configuration(4000)]
    shares = [np.mean(np.array(drawn) == level) for level in range(1, 6)]
    np.testing.assert_allclose(weights, shares, atol=0.03)
    assert set(notes) == {
        "k is a constant of the space and is left out.",
        "size counts as a choice without order.",
        "1 forbidden clause of the space cannot be kept: all combinations of values count as "
        "possible.",
    }


def test_what_configspace_draws_is_in_the_space_that_is_read(tmp_path: Path) -> None:
    path = tmp_path / "space.json"
    written().to_json(path)
    space = read_space(path)
    drawn = [dict(one) for one in written().sample_configuration(200)]
    lr = []
    for one in drawn:
        plain = {
            name: value.item() if isinstance(value, np.generic) else value
            for name, value in one.items()
            if name != "k"
        }
        space.check_configuration(plain, "here")
        lr.append(space["lr"].interval(plain["lr"])[0])
    assert np.abs(np.sort(lr) - np.linspace(0, 1, 200)).max() < 0.12


def test_the_json_of_older_versions_is_read() -> None:
    # As ConfigSpace 0.7.1 writes it.
    common = {"log": False, "default": 1}
    content = {
        "hyperparameters": [
            {"name": "a", "type": "uniform_float", "lower": 0.0, "upper": 0.5, "q": 0.1, **common},
            {"name": "b", "type": "uniform_int", "lower": 32, "upper": 256, "q": 32, **common},
            {"name": "c", "type": "categorical", "choices": ["x"], "default": "x", "weights": None},
            {"name": "d", "type": "uniform_int", "lower": 1, "upper": 9, "q": None, **common},
        ],
        "conditions": [{"child": "d", "parent": "c", "type": "EQ", "value": "x"}],
        "forbiddens": [],
        "json_format_version": 0.4,
    }
    found, notes = configspace_definitions(content, "here")
    assert found == {
        "a": {"type": "float", "range": [0.0, 0.5], "step": 0.1},
        "b": {"type": "integer", "range": [32, 256], "step": 32},
        "d": {"type": "integer", "range": [1, 9]},
    }
    assert notes == ["c is a constant of the space and is left out."]


def test_alternatives_of_different_parents_are_one_line(tmp_path: Path) -> None:
    either = [
        {"child": "x", "parent": "a", "type": "EQ", "value": 1},
        {"child": "x", "parent": "b", "type": "EQ", "value": 1},
    ]
    floats = [
        {"name": name, "type": "categorical", "choices": [1, 2], "weights": None} for name in "abx"
    ]
    content = {
        "hyperparameters": floats,
        "conditions": [{"type": "OR", "child": "x", "conditions": either}],
    }
    path = tmp_path / "space.json"
    path.write_text(json.dumps(content))
    with pytest.raises(InputError) as error:
        read_space(path)
    assert str(error.value) == (
        f"{path}: condition of x: alternatives (OR) are supported for values of one parent "
        "alone, not for a or b"
    )
