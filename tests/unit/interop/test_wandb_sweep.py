"""Sweep configurations of Weights & Biases, as its documentation writes them."""

import math
from pathlib import Path
from typing import Any

import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.interop.space_files import read_noted_space, read_space

SWEEP = """
program: train.py
method: bayes
metric: {name: val_loss, goal: minimize}
parameters:
  optimizer:
    values: [adam, sgd]
  batch_size: {values: [64, 16, 32]}
  use_norm: {values: [true, false]}
  epochs: {value: 10}
  layers: {min: 1, max: 8}
  dropout: {min: 0.0, max: 0.5}
  lr: {distribution: log_uniform_values, min: 1e-5, max: 0.1}
  decay: {distribution: log_uniform, min: -9.21034, max: -2.302585}
  inverse: {distribution: inv_log_uniform_values, min: 0.001, max: 1}
  units: {distribution: q_uniform, min: 32, max: 256, q: 32}
  width: {distribution: q_log_uniform_values, min: 1, max: 64, q: 1}
  noise: {distribution: normal, mu: 1, sigma: 2}
  scale: {distribution: log_normal, mu: 0, sigma: 0.5}
  choice: {distribution: categorical_w_probabilities, values: [a, b], probabilities: [0.2, 0.8]}
  scheduler:
    parameters:
      gamma: {min: 0.1, max: 0.9}
"""


def test_every_distribution_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sweep.yaml"
    path.write_text(SWEEP)
    space, notes = read_noted_space(path)
    spec = space.to_dict()
    decay = spec.pop("decay")
    assert decay["scale"] == "log"
    assert decay["range"] == pytest.approx([1e-4, 0.1], rel=1e-5)
    assert spec == {
        "optimizer": {"type": "categorical", "levels": ["adam", "sgd"]},
        "batch_size": {"type": "integer", "levels": [16, 32, 64]},
        "use_norm": {"type": "boolean"},
        "layers": {"type": "integer", "range": [1, 8]},
        "dropout": {"type": "float", "range": [0.0, 0.5]},
        "lr": {"type": "float", "range": [1e-5, 0.1], "scale": "log"},
        "inverse": {"type": "float", "range": [0.001, 1.0], "scale": "log"},
        "units": {"type": "integer", "range": [32, 256], "step": 32},
        "width": {"type": "integer", "range": [1, 64], "scale": "log"},
        "noise": {"type": "float", "distribution": {"name": "norm", "loc": 1, "scale": 2}},
        "scale": {
            "type": "float",
            "distribution": {"name": "lognorm", "s": 0.5, "scale": math.exp(0)},
        },
        "choice": {"type": "categorical", "levels": ["a", "b"], "weights": [0.2, 0.8]},
        "scheduler.gamma": {"type": "float", "range": [0.1, 0.9]},
    }
    assert notes == ("epochs is a constant of the sweep and is left out.",)


@pytest.mark.parametrize(
    ("parameter", "line"),
    [
        ("{distribution: unifrom, min: 0, max: 1}", "'unifrom' is not supported; allowed: "),
        ("{distribution: q_normal, mu: 0, sigma: 1}", "'q_normal' is not supported; allowed: "),
        ("{distribution: uniform, min: 0}", "max: None is not a number"),
        ("{min: 0}", "{'min': 0}; needed: values, or min and max"),
        ("3", "3 is not a mapping"),
        ("{distribution: categorical}", "key 'values' is missing, a list"),
        (
            "{distribution: log_uniform, min: 1, max: 1024}",
            "min and max are exponents of e, and e**1024 is no number; allowed: -700 to 700, or "
            "'log_uniform_values', whose ends are values",
        ),
        ("{distribution: log_normal, mu: 1e3}", "mu are exponents of e"),
        (
            "{values: [1, 2, 3], probabilities: [0.5, 0.5]}",
            "probabilities: [0.5, 0.5]; needed: a number of at least 0 for each of 3 values, not "
            "all 0",
        ),
        ("{values: [true, false], probabilities: [0, 0]}", "for each of 2 values, not all 0"),
        ("{values: [a, b], probabilities: half}", "probabilities: 'half'; needed: a number"),
        ("{distribution: q_uniform, min: 0, max: 1, q: 0}", "steps of 0; needed: a number above 0"),
    ],
)
def test_what_is_no_distribution_is_one_line(tmp_path: Path, parameter: str, line: str) -> None:
    path = tmp_path / "sweep.yaml"
    path.write_text(f"method: grid\nparameters:\n  x: {parameter}\n")
    with pytest.raises(InputError) as error:
        read_space(path)
    said = str(error.value)
    assert said.startswith(f"{path}: parameters.x")
    assert line in said
    assert "\n" not in said


def test_a_space_with_a_hyperparameter_called_parameters_is_no_sweep(tmp_path: Path) -> None:
    definition: dict[str, Any] = {"type": "float", "range": [0, 1]}
    path = tmp_path / "space.yaml"
    path.write_text("parameters: {type: float, range: [0, 1]}\n")
    assert read_space(path).to_dict() == {"parameters": definition}
