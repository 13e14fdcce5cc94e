"""What is written is what ConfigSpace reads: the same values, conditions and shares."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from hsic_hpo.errors import InputError
from hsic_hpo.interop.configspace_json import configspace_definitions
from hsic_hpo.interop.configspace_writing import configspace_content
from hsic_hpo.interop.space_files import read_noted_space, write_space
from hsic_hpo.spaces.space import Space
from random_spaces import specs

configspace = pytest.importorskip("ConfigSpace", reason="ConfigSpace is not installed")

SPEC: dict[str, dict[str, Any]] = {
    "lr": {"type": "float", "range": [1e-5, 0.1], "scale": "log"},
    "units": {"type": "integer", "range": [16, 512], "scale": "log"},
    "batch": {"type": "integer", "levels": [16, 32, 64]},
    "drop": {"type": "float", "range": [0.0, 0.5], "step": 0.1},
    "opt": {"type": "categorical", "levels": ["sgd", "adam", "rms"], "weights": [1, 2, 1]},
    "norm": {"type": "boolean", "probability": 0.3},
    "bell": {"type": "float", "distribution": {"name": "truncnorm", "a": -1, "b": 2}},
    "hump": {"type": "float", "distribution": {"name": "beta", "a": 2, "b": 3}},
    "momentum": {"type": "float", "range": [0.0, 1.0], "when": {"opt": "sgd", "norm": True}},
    "skip": {"type": "boolean", "when": {"units": {">=": 100}, "batch": {"<": 64}}},
    "warm": {"type": "integer", "range": [1, 9], "when": {"opt": {"not": "rms"}}},
    "cool": {"type": "integer", "range": [1, 9], "when": {"opt": {"in": ["sgd", "rms"]}}},
    # Of parents that do not always exist.
    "law": {"type": "categorical", "levels": ["a", "b", "c"], "when": {"opt": "sgd"}},
    "width": {"type": "float", "range": [0.0, 1.0], "when": {"law": {"not": "a"}}},
    "depth": {"type": "float", "range": [0.0, 1.0], "when": {"warm": {"not": 3}}},
}


def test_configspace_reads_it_and_draws_points_of_the_space(tmp_path: Path) -> None:
    space = Space(SPEC)
    path = tmp_path / "space.json"
    write_space(space, path)
    theirs = configspace.ConfigurationSpace.from_json(path)
    theirs.seed(0)
    drawn = [
        {k: v.item() if isinstance(v, np.generic) else v for k, v in dict(one).items()}
        for one in theirs.sample_configuration(400)
    ]
    for one in drawn:
        space.check_configuration(one, "here")
    assert np.mean([one["norm"] for one in drawn]) == pytest.approx(0.3, abs=0.08)
    assert np.mean([one["opt"] == "adam" for one in drawn]) == pytest.approx(0.5, abs=0.09)


def test_ours_are_points_of_theirs(tmp_path: Path) -> None:
    space = Space(SPEC)
    path = tmp_path / "space.json"
    write_space(space, path)
    theirs = configspace.ConfigurationSpace.from_json(path)
    for one in space.configurations(np.random.default_rng(0).random((200, len(space)))):
        configspace.Configuration(theirs, values=one).check_valid_configuration()


@settings(max_examples=40, deadline=None)
@given(specs())
def test_a_space_reads_back(spec: dict[str, Any]) -> None:
    for definition in spec.values():
        if "distribution" in definition:
            definition["distribution"] = {"name": "beta", "a": 2, "b": 3}
            # Values of the former law are no longer in it.
    plain = {
        name: {k: v for k, v in one.items() if k != "when"} if _on_law(spec, one) else one
        for name, one in spec.items()
    }
    space = Space(plain)
    found, _ = configspace_definitions(configspace_content(space), "here")
    again = Space(found)
    u = np.random.default_rng(0).random((50, len(space)))
    for one in space.configurations(u):
        again.check_configuration(one, "here")


def _on_law(spec: dict[str, Any], definition: dict[str, Any]) -> bool:
    return any("distribution" in spec[parent] for parent in definition.get("when", {}))


@pytest.mark.parametrize(
    ("definition", "line"),
    [
        (
            {"type": "float", "distribution": {"name": "norm"}},
            "space.x: ConfigSpace has no distribution 'norm'",
        ),
        (
            {"type": "integer", "levels": [1, 2], "weights": [1, 2]},
            "space.x: ConfigSpace has no weights of ordered levels",
        ),
    ],
)
def test_what_configspace_does_not_have_is_one_line(
    definition: dict[str, Any], line: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as error:
        write_space(Space({"x": definition}), tmp_path / "space.json")
    assert str(error.value) == line
    assert not list(tmp_path.iterdir())


def test_without_the_ending_json_it_is_yaml(tmp_path: Path) -> None:
    write_space(Space(SPEC), tmp_path / "space.yaml")
    space, notes = read_noted_space(tmp_path / "space.yaml")
    assert space.to_dict() == SPEC
    assert notes == ()
