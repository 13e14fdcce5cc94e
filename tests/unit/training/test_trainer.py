"""The trainer is silent, puts the best weights back, and lets interrupts through."""

import logging
import signal

import pytest
import torch
from pytorch_lightning import Callback, LightningModule, Trainer

from hsic_hpo.training.budget import Patience
from hsic_hpo.training.trainer import KeepBest, quiet_trainer
from lightning_line import Line, Points

CPU = torch.device("cpu")


class Recorder(Callback):
    """Keeps the validation loss and the weight of every epoch."""

    def __init__(self) -> None:
        self.curve: list[float] = []
        self.weights: list[float] = []

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        self.curve.append(trainer.callback_metrics["val_loss"].item())
        self.weights.append(pl_module.weight.weight.item())


@pytest.mark.parametrize(("rate", "best_epoch"), [(1.1, 0), (0.1, 8)])
def test_best_weights_are_put_back(rate: float, best_epoch: int) -> None:
    recorder = Recorder()
    best = KeepBest("val_loss", Patience(3), recorder.curve)
    module = Line(rate, dropout=0.0)
    with quiet_trainer([recorder, best], CPU, max_epochs=9) as trainer:
        trainer.fit(module, datamodule=Points(12))
    assert len(recorder.curve) == (4 if best_epoch == 0 else 9)
    best.restore(module)
    assert module.weight.weight.item() == recorder.weights[best_epoch]
    assert min(recorder.curve) == recorder.curve[best_epoch]


def test_nothing_is_said_and_the_level_is_put_back(capfd: pytest.CaptureFixture[str]) -> None:
    notices = logging.getLogger("pytorch_lightning.utilities.rank_zero")
    level = notices.level
    with quiet_trainer([], CPU, max_epochs=1) as trainer:
        trainer.fit(Line(0.1, 0.0), datamodule=Points(4))
    assert notices.level == level
    assert capfd.readouterr() == ("", "")


class _Interrupt(Callback):
    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        raise KeyboardInterrupt


def test_an_interrupt_stays_one() -> None:
    before = signal.getsignal(signal.SIGINT)
    with (
        pytest.raises(KeyboardInterrupt),
        quiet_trainer([_Interrupt()], CPU, max_epochs=1) as trainer,
    ):
        trainer.fit(Line(0.1, 0.0), datamodule=Points(4))
    assert signal.getsignal(signal.SIGINT) is before
