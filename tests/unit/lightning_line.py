"""A user's own Lightning module and data: a straight line, learnt by one weight."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from pytorch_lightning import LightningDataModule, LightningModule
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from hsic_hpo.problems.base import LightningProblem

N_TRAIN, SLOPE = 12, 2.0


class Line(LightningModule):
    def __init__(self, rate: float, dropout: float) -> None:
        super().__init__()
        self.rate = rate
        self.weight = nn.Linear(1, 1, bias=False)
        nn.init.zeros_(self.weight.weight)
        self.dropout = nn.Dropout(dropout)
        self.seen: list[int] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.weight(self.dropout(x))

    def training_step(self, batch: list[torch.Tensor], batch_idx: int) -> torch.Tensor:
        x, y = batch
        self.seen.append(len(x))
        return nn.functional.mse_loss(self(x), y)

    def validation_step(self, batch: list[torch.Tensor], batch_idx: int) -> None:
        self.log("val_loss", nn.functional.l1_loss(self(batch[0]), batch[1]))

    def test_step(self, batch: list[torch.Tensor], batch_idx: int) -> None:
        self.log("test_loss", 3.0 * nn.functional.l1_loss(self(batch[0]), batch[1]))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=self.rate)


class Points(LightningDataModule):
    """Points on the line at x = 1: the loss of a weight w is (w - 2)^2, whatever the order."""

    def __init__(self, batch_size: int) -> None:
        super().__init__()
        self.batch_size = batch_size

    def loader(self, n: int, **settings: Any) -> DataLoader:
        x = torch.ones(n, 1)
        return DataLoader(TensorDataset(x, SLOPE * x), **settings)

    def train_dataloader(self) -> DataLoader:
        return self.loader(N_TRAIN, batch_size=self.batch_size, shuffle=True)

    def val_dataloader(self) -> DataLoader:
        return self.loader(2, batch_size=2)

    def test_dataloader(self) -> DataLoader:
        return self.loader(2, batch_size=2)


@dataclass(frozen=True)
class LineProblem(LightningProblem):
    name: ClassVar[str] = "line"
    error_name: ClassVar[str] = "mean absolute error"
    error_units: ClassVar[str] = "1"

    def default_space(self) -> dict[str, Any]:
        return {"rate": {"type": "float", "range": [0.0, 1.0]}}

    def module(self, configuration: Mapping[str, Any]) -> LightningModule:
        return Line(configuration["rate"], configuration.get("dropout", 0.0))

    def datamodule(self, configuration: Mapping[str, Any]) -> LightningDataModule:
        return Points(configuration.get("batch_size", 4))


class CountingLine(Line):
    """Adds what is no tensor to its state."""

    def __init__(self, rate: float, dropout: float) -> None:
        super().__init__(rate, dropout)
        self.epochs = 0

    def on_train_epoch_start(self) -> None:
        self.epochs += 1

    def get_extra_state(self) -> dict[str, int]:
        return {"epochs": self.epochs}

    def set_extra_state(self, state: Mapping[str, int]) -> None:
        self.epochs = state["epochs"]


@dataclass(frozen=True)
class CountingLineProblem(LineProblem):
    name: ClassVar[str] = "counting line"

    def module(self, configuration: Mapping[str, Any]) -> LightningModule:
        return CountingLine(configuration["rate"], configuration.get("dropout", 0.0))


class LateLine(Line):
    """Makes its layer where Lightning lets it."""

    def __init__(self, rate: float, dropout: float) -> None:
        super().__init__(rate, dropout)
        del self.weight

    def configure_model(self) -> None:
        if not hasattr(self, "weight"):
            self.weight = nn.Linear(1, 1, bias=False)
            nn.init.zeros_(self.weight.weight)


class LateLineProblem(LineProblem):
    name: ClassVar[str] = "late line"

    def module(self, configuration: Mapping[str, Any]) -> LightningModule:
        return LateLine(configuration["rate"], configuration.get("dropout", 0.0))
