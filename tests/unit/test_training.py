"""Trainings are real, repeat bit for bit, and end as ok, diverged or failed."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pytorch_lightning import Callback, LightningModule, Trainer
from pytorch_lightning.callbacks import EarlyStopping

from hsic_hpo import training
from hsic_hpo.errors import InputError
from hsic_hpo.files import write_netcdf
from hsic_hpo.problems.bateman import Bateman
from hsic_hpo.problems.data import Data
from hsic_hpo.training import train

PROBLEM = Bateman(n_species=2, n_trajectories=128)
SMALL = {"n_layers": 2, "n_units": 16, "batch_size": 32, "learning_rate": 0.01}
STOCHASTIC = {
    **SMALL,
    "dropout": True,
    "dropout_rate": 0.3,
    "batch_normalisation": True,
    "initialiser": "he_normal",
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "data.nc"
    write_netcdf(PROBLEM.generate(seed=0), path)
    return path


@pytest.fixture(scope="module")
def data(path: Path) -> Data:
    return PROBLEM.load(path)


def result(record: dict[str, Any]) -> dict[str, Any]:
    """Leave out what depends on the clock."""
    return {key: value for key, value in record.items() if key != "train_seconds"}


def run(data: Data, configuration: dict[str, Any], epochs: int = 3, seed: int = 0) -> Any:
    return train(PROBLEM, configuration, data, {"epochs": epochs}, seed=seed)


def test_training_learns_the_two_species_solution(data: Data) -> None:
    record = run(data, SMALL, epochs=60)
    mean = PROBLEM.error(
        np.broadcast_to(data.output_mean, data.y_test.shape), data.physical(data.y_test)
    )
    assert record["status"] == "ok"
    assert record["reason"] == ""
    assert record["test_error"] < 0.1 * mean
    assert record["validation_error"] < 0.1 * mean
    assert record["epochs"] == len(record["learning_curve"]) == 60
    assert record["learning_curve"][-1] == record["validation_error"]
    assert record["n_params"] == 4 * 16 + 16 + 16 * 16 + 16 + 16 * 2 + 2
    assert record["flops"] == 2 * (4 * 16 + 16 * 16 + 16 * 2)
    assert record["train_seconds"] > 0.0


def test_record_is_json(data: Data) -> None:
    for configuration in (SMALL, {**SMALL, "learning_rate": 1e6}):
        record = run(data, configuration)
        assert json.loads(json.dumps(record, allow_nan=False)) == record


def test_same_seed_same_result_whatever_was_trained_before(data: Data) -> None:
    first = result(run(data, STOCHASTIC))
    run(data, {**SMALL, "optimizer": "rmsprop", "n_units": 5}, seed=9)
    run(data, {**SMALL, "learning_rate": 1e6})
    torch.rand(7)
    assert result(run(data, STOCHASTIC)) == first
    assert result(run(data, STOCHASTIC, seed=1)) != first


def test_shorter_budget_gives_the_start_of_the_same_curve(data: Data) -> None:
    short, long = run(data, STOCHASTIC, epochs=2), run(data, STOCHASTIC, epochs=4)
    assert long["learning_curve"][:2] == short["learning_curve"]


def test_result_does_not_depend_on_the_process_or_its_threads(path: Path, data: Data) -> None:
    wide = {**STOCHASTIC, "n_units": 128, "batch_size": 128}
    program = f"""
import json
from hsic_hpo.problems.bateman import Bateman
from hsic_hpo.training import train
problem = Bateman(n_species=2, n_trajectories=128)
data = problem.load({str(path)!r})
record = train(problem, json.loads({json.dumps(wide)!r}), data, {{"epochs": 3}}, seed=0)
print(json.dumps(record))
"""
    run_elsewhere = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env={**os.environ, "OMP_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run_elsewhere.stderr == ""
    assert result(json.loads(run_elsewhere.stdout)) == result(run(data, wide))


def test_process_state_is_left_as_it_was(data: Data) -> None:
    torch.manual_seed(3)
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    numpy_state = np.random.get_state()[1].copy()  # noqa: NPY002 - its absence of use is tested
    run(data, STOCHASTIC)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.get_num_threads() == threads
    np.testing.assert_array_equal(np.random.get_state()[1], numpy_state)  # noqa: NPY002


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw", "nadam", "rmsprop", "adagrad"])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_huge_learning_rate_diverges(data: Data, optimizer: str, activation: str) -> None:
    record = run(
        data, {**SMALL, "learning_rate": 1e6, "optimizer": optimizer, "activation": activation}
    )
    assert record["status"] == "diverged"
    assert record["reason"].startswith("training loss ")
    assert record["validation_error"] is record["test_error"] is None
    assert record["epochs"] == len(record["learning_curve"])
    assert record["flops"] > 0


def test_divergence_to_infinity_ends_the_training_at_once(data: Data) -> None:
    record = run(data, {**SMALL, "learning_rate": 1e6, "optimizer": "sgd"}, epochs=1000)
    assert record["epochs"] < 5
    assert record["learning_curve"][-1] is None


def test_raising_training_fails_with_its_reason(data: Data) -> None:
    record = run(data, {**SMALL, "learning_rate": -1.0})
    assert record["status"] == "failed"
    assert record["reason"] == "ValueError: Invalid learning rate: -1.0"
    assert record["validation_error"] is record["test_error"] is None
    assert record["learning_curve"] == []
    assert record["n_params"] > 0


class _RaiseInEpoch(Callback):
    def __init__(self, epoch: int, error: BaseException) -> None:
        self.epoch = epoch
        self.error = error

    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        if trainer.current_epoch == self.epoch:
            raise self.error


def raising(data: Data, error: BaseException) -> dict[str, Any]:
    callback = _RaiseInEpoch(2, error)
    return train(PROBLEM, SMALL, data, {"epochs": 5}, seed=0, callbacks=[callback])


def test_failure_midway_keeps_the_curve_and_one_line(data: Data) -> None:
    record = raising(data, RuntimeError("first\n  second"))
    assert record["status"] == "failed"
    assert record["reason"] == "RuntimeError: first second"
    assert record["epochs"] == len(record["learning_curve"]) == 2


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (OSError("disk full"), OSError),
        (MemoryError(), MemoryError),
        (KeyboardInterrupt(), KeyboardInterrupt),
        (SystemExit(3), SystemExit),
        (
            RuntimeError(
                "[enforce fail at alloc_cpu.cpp:121] data. DefaultCPUAllocator: can't "
                "allocate memory: you tried to allocate 4000000000000 bytes."
            ),
            MemoryError,
        ),
    ],
)
def test_what_the_machine_causes_is_not_a_failed_training(
    data: Data, error: BaseException, raised: type[BaseException]
) -> None:
    with pytest.raises(raised):
        raising(data, error)


def test_interrupt_leaves_the_interrupt_handler(data: Data) -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        raising(data, KeyboardInterrupt())
    assert signal.getsignal(signal.SIGINT) is before


def test_lightning_callbacks_work_by_epoch(data: Data) -> None:
    stopping = EarlyStopping("validation_error", patience=1, min_delta=10.0, mode="min")
    record = train(PROBLEM, SMALL, data, {"epochs": 50}, seed=0, callbacks=[stopping])
    assert record["status"] == "ok"
    assert record["epochs"] == 2


def test_nothing_is_printed(data: Data, capfd: pytest.CaptureFixture[str]) -> None:
    run(data, SMALL)
    assert capfd.readouterr() == ("", "")


def test_slurm_environment_is_not_taken_over(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = result(run(data, SMALL))
    for name, value in {
        "SLURM_NTASKS": "4",
        "SLURM_JOB_ID": "1",
        "SLURM_JOB_NAME": "train",
        "SLURM_PROCID": "2",
        "SLURM_LOCALID": "2",
        "SLURM_NODEID": "0",
    }.items():
        monkeypatch.setenv(name, value)
    assert result(run(data, SMALL)) == expected


def test_batch_larger_than_the_training_split_is_one_batch(data: Data) -> None:
    large, whole = ({**SMALL, "batch_size": size} for size in (10**6, 256))
    assert result(run(data, large)) == result(run(data, whole))


@pytest.mark.parametrize(
    ("budget", "message"),
    [
        ({"epochs": 0}, "training.epochs: 0 is not an integer of at least 1"),
        ({"epochs": 2.5}, "training.epochs: 2.5 is not an integer of at least 1"),
        ({}, "training.epochs: None is not an integer of at least 1"),
        (
            {"epochs": 1, "epoch": 2},
            r"training.epoch: unknown; known: epochs; did you mean 'epochs'\?",
        ),
    ],
)
def test_bad_budgets_are_refused(data: Data, budget: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=f"^{message}$"):
        train(PROBLEM, SMALL, data, budget, seed=0)


def test_unknown_hyperparameter_is_refused(data: Data) -> None:
    with pytest.raises(InputError, match=r"^configuration\.n_unit: not a hyperparameter"):
        run(data, {"n_unit": 3})


def test_evaluation_in_parts_equals_one_pass(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run(data, STOCHASTIC)
    monkeypatch.setattr(training, "EVALUATION_ROWS", 7)
    parts = run(data, STOCHASTIC)
    np.testing.assert_allclose(parts["learning_curve"], whole["learning_curve"], rtol=1e-5)
