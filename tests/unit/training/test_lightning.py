"""A user's own Lightning module is trained unchanged, within the budget, and measured."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
import torch
from pytorch_lightning import LightningModule
from torch.utils.data import DataLoader

from hsic_hpo.errors import InputError
from hsic_hpo.problems.data import Stamp
from hsic_hpo.training import lightning as lightning_training
from hsic_hpo.training.train import train
from lightning_line import Line, LineProblem, Points

RATE = 0.1
SHRINK = 1.0 - 2.0 * RATE


def distance(steps: int) -> float:
    """Distance of the weight to the slope after gradient descent from zero."""
    return 2.0 * SHRINK**steps


def run(budget: dict[str, Any], problem: LineProblem | None = None, **configuration: Any) -> Any:
    settings = {"rate": RATE, **configuration}
    return train(problem or LineProblem(), settings, Stamp("0"), budget, seed=3)


def test_errors_curve_and_cost_are_those_of_gradient_descent() -> None:
    record = run({"epochs": 4})
    assert record.pop("train_seconds") > 0.0
    curve = [distance(3 * epoch) for epoch in range(1, 5)]
    assert record.pop("learning_curve") == pytest.approx(curve, rel=1e-5)
    assert record.pop("validation_error") == pytest.approx(curve[-1], rel=1e-5)
    assert record.pop("test_error") == pytest.approx(3.0 * curve[-1], rel=1e-5)
    assert record == {"status": "ok", "reason": "", "epochs": 4, "n_params": 1, "flops": 2}


@pytest.mark.parametrize(
    ("budget", "steps"),
    [
        ({"steps": 1}, 1),
        ({"steps": 5}, 5),
        ({"steps": 6}, 6),
        # Three times two operations for each of four samples a step.
        ({"epochs": 9, "max_training_flops": 24.0}, 1),
        ({"epochs": 9, "max_training_flops": 25.0}, 2),
        ({"epochs": 9, "max_seconds": 1e-9}, 1),
    ],
    ids=str,
)
def test_budget_ends_the_training_after_its_last_step(budget: dict[str, Any], steps: int) -> None:
    record = run(budget)
    assert record["validation_error"] == pytest.approx(distance(steps), rel=1e-5)
    assert record["test_error"] == pytest.approx(3.0 * distance(steps), rel=1e-5)
    ends = [*range(3, steps, 3), steps]
    assert record["learning_curve"] == pytest.approx([distance(end) for end in ends], rel=1e-5)


def test_early_stopping_takes_the_best_epoch() -> None:
    """At this rate every step leads further away, by the factor |1 - 2 * 1.1|."""
    budget = {"epochs": 50, "early_stopping": {"patience": 2}}
    record = run(budget, rate=1.1, batch_size=12)
    growth = 1.2
    assert record["learning_curve"] == pytest.approx(
        [2.0 * growth**epoch for epoch in (1, 2, 3)], rel=1e-5
    )
    assert record["validation_error"] == record["learning_curve"][0]
    assert record["test_error"] == pytest.approx(3.0 * record["validation_error"], rel=1e-6)


def test_same_seed_same_result_whatever_was_drawn_before() -> None:
    first = run({"epochs": 2}, dropout=0.5)
    torch.rand(3)
    second = run({"epochs": 2}, dropout=0.5)
    assert {**first, "train_seconds": 0} == {**second, "train_seconds": 0}
    other = train(LineProblem(), {"rate": RATE, "dropout": 0.5}, Stamp("0"), {"epochs": 2}, seed=4)
    assert other["learning_curve"] != first["learning_curve"]


def test_a_loss_that_is_not_finite_diverged() -> None:
    record = run({"epochs": 50}, rate=1e30)
    assert record["status"] == "diverged"
    assert record["reason"].startswith("training loss is ")
    assert record["epochs"] < 50
    assert record["validation_error"] is record["test_error"] is None
    assert record["n_params"] == 1


def test_a_module_that_cannot_be_made_failed() -> None:
    record = run({"epochs": 1}, dropout=2.0)
    assert record["status"] == "failed"
    assert record["reason"].startswith("ValueError: dropout probability has to be between 0 and 1")
    assert record["n_params"] is None


def test_bf16_is_lightning_s_mixed_precision() -> None:
    record = train(
        LineProblem(), {"rate": RATE}, Stamp("0"), {"steps": 2}, seed=3, precision="bf16"
    )
    exact = run({"steps": 2})
    assert record["status"] == "ok"
    assert record["validation_error"] == pytest.approx(exact["validation_error"], rel=0.02)
    assert record["validation_error"] != exact["validation_error"]


def test_counting_operations_puts_back_the_stream_of_the_module_s_gpu_mock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forked = []

    def fork(devices: list[int]) -> AbstractContextManager[None]:
        forked.extend(devices)
        return nullcontext()

    monkeypatch.setattr(torch.random, "fork_rng", fork)
    module = Line(RATE, 0.0)
    module._device = torch.device("cuda", 0)
    assert lightning_training._flops(module, (torch.ones(1, 1),)) == 2
    assert forked == [0]


@dataclass(frozen=True)
class Misnamed(LineProblem):
    monitor: ClassVar[str] = "val_los"


@dataclass(frozen=True)
class Untested(LineProblem):
    test_monitor: ClassVar[str] = "error"


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        (
            Misnamed(),
            r"line\.monitor: the module does not log 'val_los' per epoch; it logs val_loss; "
            r"did you mean 'val_loss'\?",
        ),
        (
            Untested(),
            r"line\.test_monitor: the module does not log 'error' per epoch; it logs test_loss",
        ),
    ],
)
def test_an_error_that_is_not_logged_is_refused(problem: LineProblem, message: str) -> None:
    with pytest.raises(InputError, match=f"^{message}$"):
        run({"epochs": 1}, problem)


class JudgedTwice(Line):
    def test_step(self, batch: list[torch.Tensor], batch_idx: int, dataloader_idx: int = 0) -> None:
        self.log("test_loss", (1.0 + dataloader_idx) * (self(batch[0]) - batch[1]).abs().mean())


class TwoTests(Points):
    def test_dataloader(self) -> list[DataLoader]:
        return [self.loader(2, batch_size=2), self.loader(2, batch_size=2)]


@dataclass(frozen=True)
class JudgedTwiceProblem(LineProblem):
    test_monitor: ClassVar[str] = "test_loss/dataloader_idx_1"

    def module(self, configuration: Mapping[str, Any]) -> LightningModule:
        return JudgedTwice(configuration["rate"], 0.0)

    def datamodule(self, configuration: Mapping[str, Any]) -> Points:
        return TwoTests(4)


def test_one_of_several_test_loaders_gives_the_test_error() -> None:
    record = run({"epochs": 1}, JudgedTwiceProblem())
    assert record["reason"] == ""
    assert record["test_error"] == pytest.approx(2.0 * distance(3), rel=1e-5)


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    run({"epochs": 1})
    assert capfd.readouterr() == ("", "")


@dataclass(frozen=True)
class Kept(LineProblem):
    """Keeps its module, to be looked at afterwards."""

    modules: ClassVar[list[Line]] = []

    def module(self, configuration: Mapping[str, Any]) -> LightningModule:
        self.modules.append(Line(configuration["rate"], 0.0))
        return self.modules[-1]


def test_mini_batches_are_those_of_the_user_s_loader() -> None:
    run({"epochs": 2}, Kept(), batch_size=5)
    assert Kept.modules[-1].seen == [5, 5, 2, 5, 5, 2]
