"""States of users' own Lightning modules: the trainer's checkpoints, taken between two epochs."""

from collections.abc import Iterator
from typing import Any

import torch
from pytorch_lightning import Callback, LightningModule, Trainer
from pytorch_lightning.plugins.io import CheckpointIO
from pytorch_lightning.utilities.combined_loader import CombinedLoader

from hsic_hpo.training.keeper import Keeper
from hsic_hpo.training.streams import set_streams, streams

# What a module was made with, which may be anything: the configuration makes it again.
_UNUSED = ("hyper_parameters", "datamodule_hyper_parameters")


class Checkpoints(CheckpointIO):
    """Keeps the trainer's checkpoint in memory, in place of files.

    Attributes
    ----------
    kept
        The state that was last taken, or from which the training goes on; None for neither.
    """

    kept: dict[str, Any] | None = None

    @property
    def path(self) -> str | None:
        """What the trainer is to be told to go on from."""
        return None if self.kept is None else "memory"

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: Any, storage_options: Any = None
    ) -> None:
        """Take the trainer's checkpoint."""
        self.kept = {"checkpoint": {k: v for k, v in checkpoint.items() if k not in _UNUSED}}

    def load_checkpoint(self, path: Any, *_: Any, **__: Any) -> dict[str, Any]:
        """Return the checkpoint from which the training goes on."""
        assert self.kept is not None
        return dict(self.kept["checkpoint"])

    def remove_checkpoint(self, path: Any) -> None:
        """Forget the checkpoint."""
        self.kept = None


class KeepState(Callback):
    """Keeps the state of a training at the start of an epoch, when all of the last one is done.

    In the hooks at the end of an epoch schedulers, progress and the callbacks that come later are
    not done yet.

    Parameters
    ----------
    keeper
        Says when, and writes.
    checkpoints
        Plugin of the trainer.
    """

    def __init__(self, keeper: Keeper, checkpoints: Checkpoints) -> None:
        self._keeper = keeper
        self._checkpoints = checkpoints

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Let a training that is taken up begin its next epoch as any other."""
        self._keeper.begin()
        if any(_has_lasting_workers(loader) for loader in _loaders(trainer)):
            self._keeper.give_up("its data loaders have persistent workers")
        if self._checkpoints.kept is not None:
            # Lightning would take the epoch for one that was left midway.
            trainer.fit_loop.restarting = False
            trainer.fit_loop.on_iteration_done()

    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Take up the random streams, or keep a state if one is due.

        Raises
        ------
        Paused
            At the end of the rung.
        """
        if (kept := self._checkpoints.kept) is not None:
            set_streams(kept["streams"], pl_module.device)
            for generator, state in zip(_generators(trainer), kept["generators"], strict=True):
                generator.set_state(state)
            self._checkpoints.kept = None
        rung_ends = trainer.current_epoch >= self._keeper.until_epoch
        if rung_ends or (self._keeper.is_due and trainer.current_epoch):
            state = self._state(trainer, pl_module)
            if rung_ends:
                self._keeper.pause(state)
            self._keeper.keep(state, foreign=True)

    def _state(self, trainer: Trainer, module: LightningModule) -> dict[str, Any]:
        try:
            trainer.save_checkpoint("memory")
        except Exception as error:  # whatever hooks of users' own raise
            self._keeper.give_up(f"{type(error).__name__}: {error}")
        state = {
            **(self._checkpoints.kept or {}),
            "streams": streams(module.device),
            "generators": [generator.get_state() for generator in _generators(trainer)],
        }
        self._checkpoints.kept = None
        return state


def _loaders(trainer: Trainer) -> list[Any]:
    both = (trainer.train_dataloader, trainer.val_dataloaders)
    return [
        loader
        for given in both
        if given is not None
        for loader in CombinedLoader(given, "sequential").flattened
    ]


def _has_lasting_workers(loader: Any) -> bool:
    return bool(getattr(loader, "persistent_workers", False))


def _generators(trainer: Trainer) -> Iterator[torch.Generator]:
    """Yield the generators that loaders were given, each once."""
    seen: set[int] = set()
    for loader in _loaders(trainer):
        samplers = [getattr(loader, name, None) for name in ("sampler", "batch_sampler")]
        samplers.append(getattr(samplers[1], "sampler", None))
        for owner in (loader, *samplers):
            generator = getattr(owner, "generator", None)
            if isinstance(generator, torch.Generator) and id(generator) not in seen:
                seen.add(id(generator))
                yield generator
