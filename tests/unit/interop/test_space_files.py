"""Spaces in files read back as they were written."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

import hsic_hpo as hh
from hsic_hpo.errors import InputError
from hsic_hpo.interop.space_files import (
    read_noted_space,
    read_space,
    space_of,
    space_yaml,
    write_space,
)
from hsic_hpo.spaces.space import Space
from hsic_hpo.yaml_files import parse_yaml
from random_spaces import specs

SPEC: dict[str, Any] = {
    "lr": {"type": "float", "range": [1e-5, 0.1], "scale": "log"},
    "no": {"type": "categorical", "levels": ["off", "1e-4", "010"], "when": {"lr": {">": 1e-3}}},
}


@settings(max_examples=30, deadline=None)
@given(specs())
def test_yaml_of_a_space_reads_back(spec: dict[str, Any]) -> None:
    text = space_yaml(Space(spec))
    assert text.count("\n") == len(spec)
    assert space_of(parse_yaml(text, "here"), "here")[0].to_dict() == spec


def test_objects_are_written_as_their_definitions() -> None:
    space = hh.Space({"lr": hh.Float(1e-5, 0.1, log=True), "n": hh.Integer(2, 8, step=2)})
    assert space_yaml(space) == (
        "lr: {type: float, range: [1.0e-05, 0.1], scale: log}\n"
        "n: {type: integer, range: [2, 8], step: 2}\n"
    )


@pytest.mark.parametrize("name", ["space.yaml", "study.yaml", "space.json"])
def test_yaml_a_study_config_and_json_are_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "space.yaml":
        write_space(Space(SPEC), path)
    else:
        content = {"study": "s", "space": SPEC} if "study" in name else SPEC
        path.write_text(json.dumps(content, indent="\t" if "json" in name else None))
    space, notes = read_noted_space(path)
    assert space.to_dict() == SPEC
    assert notes == ()


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (None, "no such file"),
        ("lr: {type: float}", "space.lr: key 'range' or 'levels' or 'distribution' is missing"),
        ("[1, 2]", "not a mapping of keys to values"),
        ("lr: [", "line 1: while parsing a flow node"),
        ("{}", "space: empty; at least one hyperparameter is needed"),
    ],
)
def test_a_file_without_a_space_is_one_line(tmp_path: Path, content: str, line: str) -> None:
    path = tmp_path / "space.yaml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError) as error:
        read_space(path)
    assert str(error.value).startswith(f"{path}: {line}")
    assert "\n" not in str(error.value)


def test_a_pickle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a pickle"):
        read_space(tmp_path / "space.pkl")
