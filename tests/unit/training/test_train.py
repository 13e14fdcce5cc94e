"""Trainings are real, repeat bit for bit, and end as ok, diverged or failed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pytorch_lightning import Callback, LightningModule, Trainer
from pytorch_lightning.callbacks import EarlyStopping

from hsic_hpo.errors import InputError
from hsic_hpo.files import write_netcdf
from hsic_hpo.problems.bateman import Bateman
from hsic_hpo.problems.data import Data
from hsic_hpo.training import dense as dense_training
from hsic_hpo.training.machine import Machine
from hsic_hpo.training.memory import DeviceMemoryError
from hsic_hpo.training.train import train

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


def train_elsewhere(
    path: Path, configurations: list[dict[str, Any]], environment: dict[str, str]
) -> list[dict[str, Any]]:
    """Train in a process of its own that prints nothing but the records."""
    program = f"""
import json
from hsic_hpo.problems.bateman import Bateman
from hsic_hpo.training.train import train
problem = Bateman(n_species=2, n_trajectories=128)
data = problem.load({str(path)!r})
for configuration in json.loads({json.dumps(configurations)!r}):
    print(json.dumps(train(problem, configuration, data, {{"epochs": 3}}, seed=0)))
"""
    process = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert process.stderr == ""
    return [json.loads(line) for line in process.stdout.splitlines()]


def test_result_does_not_depend_on_the_process_or_its_threads(path: Path, data: Data) -> None:
    wide = {**STOCHASTIC, "n_units": 128, "batch_size": 128}
    (record,) = train_elsewhere(path, [wide], {"OMP_NUM_THREADS": "2"})
    assert result(record) == result(run(data, wide))


def test_another_kind_of_cpu_gives_the_same_within_the_stated_tolerance(
    path: Path, data: Data
) -> None:
    """Without vector instructions sums are rounded otherwise, in the seventh digit.

    Batch normalisation cancels the biases before it, so that their gradients are rounding alone,
    which optimisers that divide by the size of a gradient make as large as any other.
    """
    dropout = {**STOCHASTIC, "batch_normalisation": False}
    adaptive = ("adam", "nadam", "rmsprop")
    tolerances = [
        *(({**dropout, "optimizer": optimizer}, 1e-5) for optimizer in ("sgd", *adaptive)),
        ({**STOCHASTIC, "optimizer": "sgd"}, 1e-5),
        *(({**STOCHASTIC, "optimizer": optimizer}, 0.1) for optimizer in adaptive),
    ]
    plain = {"ATEN_CPU_CAPABILITY": "default", "MKL_CBWR": "COMPATIBLE"}
    others = train_elsewhere(path, [configuration for configuration, _ in tolerances], plain)
    for (configuration, tolerance), other in zip(tolerances, others, strict=True):
        here = run(data, configuration)
        assert other["learning_curve"] == pytest.approx(here["learning_curve"], rel=tolerance)
        assert other["test_error"] == pytest.approx(here["test_error"], rel=tolerance)


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
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB."), DeviceMemoryError),
        (RuntimeError("CUDA error: out of memory\nCUDA kernel errors ..."), DeviceMemoryError),
        (
            RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate`"),
            DeviceMemoryError,
        ),
        (RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"), DeviceMemoryError),
        (
            RuntimeError("CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED"),
            DeviceMemoryError,
        ),
    ],
    ids=str,
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


def test_other_errors_of_a_gpu_are_a_failed_training(data: Data) -> None:
    record = raising(data, RuntimeError("CUDA error: CUBLAS_STATUS_EXECUTION_FAILED"))
    assert record["status"] == "failed"


def test_the_start_of_a_gpu_is_no_time_of_a_training_mock(
    data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Machine, "start", lambda _: time.sleep(0.2))
    began = time.monotonic()
    record = run(data, SMALL)
    assert record["train_seconds"] <= time.monotonic() - began - 0.2


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
    ("settings", "message"),
    [
        ({"budget": {"epochs": 0}}, "training.epochs: 0 is not an integer of at least 1"),
        ({"device": "abacus"}, "device: 'abacus'; allowed: cpu, cuda, auto"),
        ({"precision": "8"}, "precision: '8'; allowed: 32, tf32, bf16"),
    ],
    ids=str,
)
def test_bad_settings_are_refused(data: Data, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=f"^{message}"):
        train(PROBLEM, SMALL, data, **{"budget": {"epochs": 1}, "seed": 0, **settings})


# 256 training samples in batches of 32: 8 steps an epoch.
@pytest.mark.parametrize(
    ("budget", "epochs"), [({"steps": 16}, 2), ({"steps": 999, "max_training_flops": 1}, None)]
)
def test_steps_and_operations_are_epochs_by_another_name(
    data: Data, budget: dict[str, Any], epochs: int | None
) -> None:
    flops = 2 * (4 * 16 + 16 * 16 + 16 * 2)
    if epochs is None:
        budget, epochs = {**budget, "max_training_flops": 3.0 * flops * 256 * 3}, 3
    limited = train(PROBLEM, STOCHASTIC, data, budget, seed=0)
    assert result(limited) == result(run(data, STOCHASTIC, epochs=epochs))


def test_last_epoch_is_cut_short_by_steps(data: Data) -> None:
    whole = run(data, STOCHASTIC, epochs=2)
    cut = train(PROBLEM, STOCHASTIC, data, {"steps": 11}, seed=0)
    assert cut["epochs"] == 2
    assert cut["learning_curve"][0] == whole["learning_curve"][0]
    assert cut["learning_curve"][1] not in whole["learning_curve"]
    assert cut["validation_error"] == cut["learning_curve"][1]


def test_early_stopping_puts_the_best_network_back(data: Data) -> None:
    """The errors are those of a training that ends with the best epoch."""
    noisy = {**STOCHASTIC, "learning_rate": 0.05}
    budget = {"epochs": 200, "early_stopping": {"patience": 4}}
    stopped = train(PROBLEM, noisy, data, budget, seed=0)
    curve = stopped["learning_curve"]
    best = int(np.argmin(curve))
    assert len(curve) == stopped["epochs"] == best + 1 + 4 < 200
    ended = run(data, noisy, epochs=best + 1)
    assert stopped["validation_error"] == ended["validation_error"] == curve[best]
    assert stopped["test_error"] == ended["test_error"]


def test_min_delta_is_what_counts_as_an_improvement(data: Data) -> None:
    budget = {"epochs": 50, "early_stopping": {"patience": 2, "min_delta": 10.0}}
    record = train(PROBLEM, SMALL, data, budget, seed=0)
    assert record["epochs"] == 3
    assert record["validation_error"] == min(record["learning_curve"])


def test_no_time_is_one_step(data: Data) -> None:
    record = train(PROBLEM, SMALL, data, {"epochs": 50, "max_seconds": 1e-9}, seed=0)
    one = train(PROBLEM, SMALL, data, {"steps": 1}, seed=0)
    assert result(record) == result(one)


def test_penalties_make_weights_small(data: Data) -> None:
    """A penalty that outweighs the data leaves the mean as the prediction: error of the mean."""
    plain = run(data, SMALL, epochs=20)
    mean = PROBLEM.error(
        np.broadcast_to(data.output_mean, data.y_test.shape), data.physical(data.y_test)
    )
    for penalty in ("l1_penalty", "weight_decay"):
        strong = run(data, {**SMALL, penalty: 10.0}, epochs=20)
        assert strong["test_error"] == pytest.approx(mean, rel=0.05), penalty
        assert plain["test_error"] < 0.5 * mean


def test_bf16_learns_with_another_rounding(data: Data) -> None:
    single = run(data, SMALL, epochs=20)
    low = train(PROBLEM, SMALL, data, {"epochs": 20}, seed=0, precision="bf16")
    assert low["validation_error"] != single["validation_error"]
    assert low["validation_error"] == pytest.approx(single["validation_error"], rel=0.5)
    again = train(PROBLEM, SMALL, data, {"epochs": 20}, seed=0, precision="bf16")
    assert result(again) == result(low)


def test_unknown_hyperparameter_is_refused(data: Data) -> None:
    with pytest.raises(InputError, match=r"^configuration\.n_unit: not a hyperparameter"):
        run(data, {"n_unit": 3})


def test_evaluation_in_parts_equals_one_pass(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run(data, STOCHASTIC)
    monkeypatch.setattr(dense_training, "EVALUATION_ROWS", 7)
    parts = run(data, STOCHASTIC)
    np.testing.assert_allclose(parts["learning_curve"], whole["learning_curve"], rtol=1e-5)
