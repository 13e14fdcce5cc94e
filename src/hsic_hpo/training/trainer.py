"""Lightning's trainer as every training here uses it: silent, and without files."""

import copy
import logging
import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

import torch
from pytorch_lightning import Callback, LightningModule, Trainer
from pytorch_lightning.callbacks import EarlyStopping
from pytorch_lightning.plugins.environments import LightningEnvironment

from hsic_hpo.training.budget import Patience

LIGHTNING_WARNINGS = (
    # Lightning 2.6 calls what torch 2.13 deprecates.
    r"`isinstance\(treespec, LeafSpec\)` is deprecated",
    # Trainings this small run on the CPU by choice.
    r"GPU available but not used",
    # Workers would take the cores of other trainings.
    r"The '\w+' does not have many workers",
    # A training is one process, also where SLURM is installed.
    r"The `srun` command is available on your system but is not used",
)


class KeepBest(EarlyStopping):
    """Early stopping that also keeps the weights of the epoch with the lowest error.

    Parameters
    ----------
    monitor
        What the module logs per epoch, to be minimised.
    limit
        When to stop.
    learning_curve
        Values of ``monitor`` so far, in double precision; Lightning logs single precision.
    """

    def __init__(self, monitor: str, limit: Patience, learning_curve: Sequence[float]) -> None:
        super().__init__(monitor, min_delta=limit.min_delta, patience=limit.patience, mode="min")
        self._learning_curve = learning_curve
        self._weights: dict[str, Any] = {}

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Keep the weights if they are the best so far, then check whether to stop."""
        *earlier, error = self._learning_curve
        if error < min(earlier, default=math.inf):
            # A module may add what is no tensor.
            self._weights = {
                name: value.clone() if isinstance(value, torch.Tensor) else copy.deepcopy(value)
                for name, value in pl_module.state_dict().items()
            }
        super().on_train_epoch_end(trainer, pl_module)

    def state_dict(self) -> dict[str, Any]:
        """Return its memory, the best weights included."""
        return {**super().state_dict(), "weights": self._weights}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take up what :meth:`state_dict` returned."""
        super().load_state_dict(state_dict)
        self._weights = state_dict["weights"]

    def restore(self, module: LightningModule) -> None:
        """Give a module back the weights of its best epoch."""
        module.load_state_dict(self._weights)


@contextmanager
def quiet_trainer(
    callbacks: Sequence[Callback], device: torch.device, *plugins: Any, **settings: Any
) -> Iterator[Trainer]:
    """Make a trainer without checkpoint files, loggers or output, to be used within the context.

    What callbacks of the user's own write without being told where, such as checkpoints, is gone
    after the training.

    Parameters
    ----------
    callbacks
        Lightning callbacks.
    device
        Where to train.
    *plugins
        Of the trainer.
    **settings
        Further ones of the trainer.

    Raises
    ------
    KeyboardInterrupt
        On an interrupt, which Lightning by itself would turn into an exit.
    """
    with _quiet(), TemporaryDirectory(prefix="hsic-hpo-", ignore_cleanup_errors=True) as folder:
        trainer = Trainer(
            default_root_dir=folder,
            accelerator="gpu" if device.type == "cuda" else "cpu",
            devices=1,
            callbacks=list(callbacks),
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            num_sanity_val_steps=0,
            # Inside a SLURM job Lightning would otherwise take over signals and requeueing.
            plugins=[LightningEnvironment(), *plugins],
            **settings,
        )
        try:
            yield trainer
        except SystemExit as stop:
            if isinstance(stop.__context__, KeyboardInterrupt):
                raise KeyboardInterrupt from stop
            raise


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence the messages that Lightning prints for every small training."""
    # The connectors tell of signals, which are the job's affair, and of how states are written;
    # the accelerator which graphics cards there are.
    connectors = ("signal_connector", "checkpoint_connector")
    parts = (
        "utilities.rank_zero",
        "accelerators.cuda",
        *(f"trainer.connectors.{name}" for name in connectors),
    )
    notices = [logging.getLogger(f"pytorch_lightning.{part}") for part in parts]
    levels = [notice.level for notice in notices]
    for notice in notices:
        notice.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings():
            for message in LIGHTNING_WARNINGS:
                warnings.filterwarnings("ignore", message)
            yield
    finally:
        for notice, level in zip(notices, levels, strict=True):
            notice.setLevel(level)
