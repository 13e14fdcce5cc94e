"""Folders in the form that a run of Keras Tuner 1.4.8 left: one ``trial.json`` for each trial."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.interop.sources import trials_from
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.variables import hyperparameter_values

N = 40


def hyperparameter(kind: str, name: str, **config: Any) -> dict[str, Any]:
    return {"class_name": kind, "config": {"name": name, "conditions": [], **config}}


def number(kind: str, name: str, low: float, high: float, **config: Any) -> dict[str, Any]:
    settings = {"step": None, "sampling": "linear", **config}
    return hyperparameter(kind, name, min_value=low, max_value=high, **settings)


PARENT = {"class_name": "Parent", "config": {"name": "act", "values": ["relu"]}}
SINGLE = {"class_name": "Parent", "config": {"name": "classes", "values": [10]}}
SPACE = [
    number("Float", "lr", 1e-5, 0.1, sampling="log"),
    number("Int", "units", 32, 256, step=32),
    number("Int", "layers", 1, 4, step=1),
    number("Int", "width", 8, 128, step=2, sampling="log"),
    number("Float", "dropout", 0.0, 0.55, step=0.1),
    hyperparameter("Choice", "act", values=["relu", "tanh"], ordered=False),
    hyperparameter("Choice", "batch", values=[16, 64, 32], ordered=True),
    hyperparameter("Boolean", "norm"),
    hyperparameter("Fixed", "classes", value=10),
    number("Float", "slope", 0.0, 1.0, conditions=[PARENT, SINGLE]),
    number("Float", "shift", 0.0, 1.0, conditions=[SINGLE]),
]


def write(folder: Path, direction: str = "min", **changes: Any) -> np.ndarray:
    rng = np.random.default_rng(0)
    rates = 10 ** rng.uniform(-5, -1, N)
    for i, lr in enumerate(rates):
        act = ["relu", "tanh"][i % 2]
        values = {
            "lr": lr,
            "units": int(32 * rng.integers(1, 9)),
            "layers": int(rng.integers(1, 5)),
            "width": int(2 ** rng.integers(3, 8)),
            # As the library sums steps: 0.30000000000000004.
            "dropout": 0.1 * int(rng.integers(0, 6)),
            "act": act,
            "batch": [16, 64, 32][i % 3],
            "norm": bool(i % 4),
            "classes": 10,
            "shift": rng.random(),
            **({"slope": rng.random()} if act == "relu" else {}),
        }
        failed = i == 3
        observations = [{"value": [2 * lr], "step": 0}, {"value": [lr], "step": 1}]
        objective = {"direction": direction, "observations": observations}
        if direction == "max":
            objective["observations"] = observations[::-1][:1]
        other = {"direction": "max", "observations": [{"value": [0.5], "step": 0}]}
        metrics = {} if failed else {"accuracy": other, "val_loss": objective}
        content = {
            "trial_id": f"{i:02d}",
            "hyperparameters": {"space": SPACE, "values": values},
            "metrics": {"metrics": metrics},
            "score": None if failed else lr,
            "best_step": 0,
            "status": "INVALID" if failed else "COMPLETED",
            "message": None,
            **changes,
        }
        path = folder / f"trial_{i:02d}" / "trial.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(content))
    return rates


@pytest.mark.parametrize("inner", [".", "project"])
def test_trials_and_their_space_are_read(tmp_path: Path, inner: str) -> None:
    rates = write(tmp_path / inner)
    trials = trials_from(tmp_path)
    assert trials.attrs["space_origin"] == "storage"
    assert trials.attrs["error_name"] == "val_loss"
    assert trials_data.space(trials).to_dict() == {
        "lr": {"type": "float", "range": [1e-5, 0.1], "scale": "log"},
        "units": {"type": "integer", "range": [32, 256], "step": 32},
        "layers": {"type": "integer", "range": [1, 4]},
        "width": {"type": "integer", "levels": [8, 16, 32, 64, 128]},
        "dropout": {"type": "float", "range": [0.0, 0.5], "step": 0.1},
        "act": {"type": "categorical", "levels": ["relu", "tanh"]},
        "batch": {"type": "integer", "levels": [16, 32, 64]},
        "norm": {"type": "boolean"},
        "slope": {"type": "float", "range": [0.0, 1.0], "when": {"act": "relu"}},
        "shift": {"type": "float", "range": [0.0, 1.0]},
    }
    np.testing.assert_allclose(hyperparameter_values(trials, "lr"), rates)
    error = trials_data.error(trials)
    assert np.isinf(error[3])
    np.testing.assert_allclose(np.delete(error, 3), np.delete(rates, 3))


def test_the_direction_is_that_of_the_metric_whose_best_value_is_the_score(tmp_path: Path) -> None:
    rates = write(tmp_path, direction="max")
    error = trials_data.error(trials_from(tmp_path))
    np.testing.assert_allclose(np.delete(error, 3), -np.delete(rates, 3))


def test_a_name_with_several_definitions_has_its_space_inferred(tmp_path: Path) -> None:
    write(tmp_path)
    path = tmp_path / "trial_00" / "trial.json"
    path.write_text(path.read_text().replace('"max_value": 256', '"max_value": 512'))
    trials = trials_from(tmp_path)
    assert trials.attrs["space_origin"] == "inferred"
    assert "units has several definitions in the folder." in trials.attrs["notes"]


def test_another_file_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "trial_0" / "trial.json"
    path.parent.mkdir()
    path.write_text('{"hyperparameters": {}}')
    with pytest.raises(InputError) as error:
        trials_from(tmp_path)
    assert str(error.value) == f"{path}: not a trial of Keras Tuner"
