"""The trainer is silent, puts the best weights back, and lets interrupts through."""

import logging
import signal
import socket
from pathlib import Path

import pytest
import torch
from pytorch_lightning import Callback, LightningModule, Trainer
from pytorch_lightning.accelerators import CUDAAccelerator
from pytorch_lightning.callbacks import ModelCheckpoint

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


def test_graphics_cards_are_not_announced(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Restored, as Lightning sets it.
    monkeypatch.setenv("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
    with quiet_trainer([], CPU, max_epochs=1):
        CUDAAccelerator.set_nvidia_flags(0)
    assert caplog.text == ""
    CUDAAccelerator.set_nvidia_flags(0)
    assert "LOCAL_RANK" in caplog.text


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


def test_a_checkpoint_of_the_user_s_own_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Path] = []

    class Saving(Line):
        def configure_callbacks(self) -> list[Callback]:
            return [ModelCheckpoint()]

        def on_train_end(self) -> None:
            (callback,) = self.trainer.checkpoint_callbacks
            kept.append(Path(callback.best_model_path))

    monkeypatch.chdir(tmp_path)
    with quiet_trainer([], torch.device("cpu"), max_epochs=1) as trainer:
        trainer.fit(Saving(0.1, 0.0), datamodule=Points(16))
        assert kept[0].is_file()
    assert not kept[0].exists()
    assert list(tmp_path.iterdir()) == []


def test_a_training_listens_to_nobody() -> None:
    seen: list[list[str]] = []

    class Looking(Callback):
        def on_train_batch_end(self, *given: object) -> None:
            # Linux's own table of sockets, of this process and all others of its namespace.
            files = Path("/proc/self/fd").iterdir()
            held = {str(file.readlink()) for file in files if file.is_symlink()}
            for table in ("tcp", "tcp6"):
                lines = Path("/proc/self/net", table).read_text().splitlines()[1:]
                rows = [line.split() for line in lines]
                # Listening sockets have state 0A.
                listening = [row for row in rows if row[3] == "0A"]
                seen.append([row[1] for row in listening if f"socket:[{row[9]}]" in held])

    with quiet_trainer([Looking()], torch.device("cpu"), max_epochs=1) as trainer:
        trainer.fit(Line(0.1, 0.0), datamodule=Points(16))
    assert seen
    assert not any(seen)
    # The look itself sees a socket that listens.
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        Looking().on_train_batch_end()
    assert any(seen)
