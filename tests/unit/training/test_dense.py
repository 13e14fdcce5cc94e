"""Errors of dense trainings in physical units, and what is known when they diverge."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
import xarray as xr

from hsic_hpo.files import write_netcdf
from hsic_hpo.problems.base import option
from hsic_hpo.problems.data import Data, stamp
from hsic_hpo.problems.dense_space import complete
from hsic_hpo.problems.runge import Runge
from hsic_hpo.training import dense as dense_training
from hsic_hpo.training import in_memory as engine
from hsic_hpo.training.budget import parse_budget
from hsic_hpo.training.dense import train_dense
from hsic_hpo.training.keeper import Keeper
from hsic_hpo.training.machine import Machine, machine
from hsic_hpo.training.outcome import Diverged, Outcome


@dataclass(frozen=True)
class Measured(Runge):
    """Runge's function in other units, judged by the root mean squared error in these."""

    n_train: int = option(64)
    n_validation: int = option(32)
    n_test: int = option(32)
    factor: float = option(1.0)
    offset: float = option(0.0)

    def error(self, predicted: np.ndarray, true: np.ndarray) -> float:
        return float(np.sqrt(np.mean((predicted - true) ** 2)))

    def generate(self, seed: int) -> xr.Dataset:
        dataset = super().generate(seed)
        for split in ("train", "validation", "test"):
            dataset[f"y_{split}"] = self.offset + self.factor * dataset[f"y_{split}"]
        return stamp(dataset)


def load(problem: Measured, folder: Any) -> Data:
    path = folder / f"{problem.factor:g}.nc"
    write_netcdf(problem.generate(0), path)
    return problem.load(path)


def train(problem: Runge, data: Data, **settings: Any) -> Outcome:
    outcome = Outcome()
    _train(problem, data, outcome, settings)
    return outcome


def _train(problem: Runge, data: Data, outcome: Outcome, settings: Mapping[str, Any]) -> None:
    chosen = {"n_layers": 2, "n_units": 8, "batch_size": 16, **settings}
    train_dense(
        problem,
        complete(chosen, problem.accepted),
        data,
        parse_budget({"epochs": 5}),
        seed=3,
        callbacks=[],
        machine=machine(),
        outcome=outcome,
        keeper=Keeper(),
    )


@pytest.mark.parametrize(("factor", "offset"), [(1000.0, 0.0), (0.001, 0.0), (8.0, 5.0)])
def test_errors_follow_the_units_of_the_data(factor: float, offset: float, tmp_path: Any) -> None:
    """Networks see standardised outputs: other units give the same network, errors in these."""
    plain, other = Measured(), Measured(factor=factor, offset=offset)
    one, two = train(plain, load(plain, tmp_path)), train(other, load(other, tmp_path))
    np.testing.assert_allclose(two.learning_curve, factor * np.array(one.learning_curve), rtol=1e-3)
    assert two.test_error == pytest.approx(factor * one.test_error, rel=1e-3)
    assert (two.n_params, two.flops) == (one.n_params, one.flops)


def test_a_network_that_cannot_learn_has_the_spread_of_the_data_as_its_error(
    tmp_path: Any,
) -> None:
    """Weights decayed to nought predict the mean of the training outputs."""
    problem = Measured(factor=8.0, offset=5.0)
    data = load(problem, tmp_path)
    outcome = train(problem, data, weight_decay=1e3, decay_biases=True, learning_rate=1e-3)
    raw = problem.generate(0)
    mean = float(raw["y_train"].mean())
    for split, error in (("validation", outcome.validation_error), ("test", outcome.test_error)):
        spread = float(np.sqrt(((raw[f"y_{split}"] - mean) ** 2).mean()))
        assert error == pytest.approx(spread, rel=0.02)


class MeanError(Measured):
    def error(self, predicted: np.ndarray, true: np.ndarray) -> float:
        return np.abs(predicted - true).mean()


def test_an_error_of_numpy_s_is_a_plain_number(tmp_path: Any) -> None:
    problem = MeanError()
    record = train(problem, load(problem, tmp_path)).record(0.0)
    assert json.loads(json.dumps(record)) == record


def test_a_network_is_tested_where_it_was_trained_mock(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The device without memory stands for a GPU, from which Lightning takes the network."""
    tested = []

    def fit(module: engine.InMemoryFit, *_: Any, **__: Any) -> None:
        module.learning_curve.append(0.5)
        module.to_empty(device="cpu")

    def evaluate(network: torch.nn.Module, inputs: np.ndarray) -> np.ndarray:
        tested.append(next(network.parameters()).device.type)
        return np.zeros((len(inputs), 1), np.float32)

    monkeypatch.setattr(dense_training, "fit", fit)
    monkeypatch.setattr(dense_training, "_evaluate", evaluate)
    monkeypatch.setattr(f"{__name__}.machine", lambda: Machine(torch.device("meta"), "32"))
    problem = Measured()
    assert train(problem, load(problem, tmp_path)).test_error is not None
    assert tested == ["meta"]


@pytest.mark.parametrize(("n_layers", "n_units"), [(1, 5), (3, 7)])
def test_size_and_operations_are_those_of_the_layers(
    n_layers: int, n_units: int, tmp_path: Any
) -> None:
    problem = Measured()
    outcome = train(problem, load(problem, tmp_path), n_layers=n_layers, n_units=n_units)
    weights = n_units + (n_layers - 1) * n_units**2 + n_units
    assert outcome.flops == 2 * weights
    assert outcome.n_params == weights + n_layers * n_units + 1


def test_a_training_ends_with_the_last_epoch_of_its_curve(tmp_path: Any) -> None:
    problem = Measured()
    outcome = train(problem, load(problem, tmp_path))
    assert len(outcome.learning_curve) == 5
    assert outcome.validation_error == outcome.learning_curve[-1]


def test_what_was_known_stays_known_when_a_training_diverges(tmp_path: Any) -> None:
    problem = Measured()
    outcome = Outcome()
    with pytest.raises(Diverged):
        _train(
            problem,
            load(problem, tmp_path),
            outcome,
            {"optimizer": "sgd", "learning_rate": 1e30, "activation": "relu"},
        )
    assert outcome.flops == 2 * (8 + 64 + 8)
    assert outcome.n_params == 80 + 17
    assert outcome.validation_error is outcome.test_error is None


def test_trainings_share_the_data_in_memory(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the engine is given are the arrays of the data themselves, no copies."""
    problem = Measured()
    data = load(problem, tmp_path)
    given = []

    def fit(module: Any, inputs: Any, targets: Any, **settings: Any) -> None:
        given.extend([inputs.data_ptr(), targets.data_ptr()])
        engine.fit(module, inputs, targets, **settings)

    monkeypatch.setattr(dense_training, "fit", fit)
    train(problem, data)
    assert given == [data.x_train.ctypes.data, data.y_train.ctypes.data]
