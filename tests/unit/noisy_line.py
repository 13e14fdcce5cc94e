"""A Lightning module that draws from all global streams, and data in a random order."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from pytorch_lightning import LightningDataModule, LightningModule
from torch.utils.data import DataLoader, TensorDataset

from lightning_line import Line, LineProblem, Points


class Noisy(Line):
    """Draws from all global streams, and has a scheduler of each kind."""

    def training_step(self, batch: list[torch.Tensor], batch_idx: int) -> torch.Tensor:
        drawn = (
            random.random() + np.random.rand()  # noqa: NPY002 - as users do
        )
        self.weight.weight.data += 1e-3 * drawn
        return super().training_step(batch, batch_idx)

    def on_train_epoch_start(self) -> None:
        self.weight.weight.data += 1e-3 * torch.rand(1)

    def configure_optimizers(self) -> Any:
        optimiser = torch.optim.Adam(self.parameters(), lr=self.rate)
        plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimiser, patience=1)
        return [optimiser], [
            {"scheduler": torch.optim.lr_scheduler.ExponentialLR(optimiser, 0.9)},
            {"scheduler": plateau, "monitor": "val_loss"},
        ]


class Shuffled(Points):
    """Points that differ, in an order of the loader's own or of the global stream."""

    def __init__(self, batch_size: int, own_generator: bool) -> None:
        super().__init__(batch_size)
        self.generator = torch.Generator().manual_seed(3) if own_generator else None

    def loader(self, n: int, **settings: Any) -> DataLoader:
        x = torch.linspace(-1.0, 1.0, n)[:, None]
        return DataLoader(TensorDataset(x, x.square()), generator=self.generator, **settings)


@dataclass(frozen=True)
class NoisyProblem(LineProblem):
    own_generator: bool = False

    def module(self, configuration: Mapping[str, Any]) -> LightningModule:
        return Noisy(configuration["rate"], 0.3)

    def datamodule(self, configuration: Mapping[str, Any]) -> LightningDataModule:
        return Shuffled(configuration.get("batch_size", 4), self.own_generator)
