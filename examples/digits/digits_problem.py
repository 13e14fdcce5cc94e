"""A problem of one's own: scikit-learn's handwritten digits, by an ordinary Lightning module."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import torch
from pytorch_lightning import LightningDataModule, LightningModule
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from hsic_hpo.problems.base import LightningProblem, option


class Classifier(LightningModule):
    """A small convolutional network, written as for any other project."""

    def __init__(self, n_channels: int, kernel_size: int, dropout: float, rate: float) -> None:
        super().__init__()
        self.rate = rate
        self.network = nn.Sequential(
            nn.Conv2d(1, n_channels, kernel_size, padding="same"),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Dropout(dropout),
            nn.Linear(16 * n_channels, 10),
        )

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return ``(n, 10)`` scores of ``(n, 1, 8, 8)`` images."""
        return self.network(images)

    def training_step(self, batch: list[torch.Tensor], batch_idx: int) -> torch.Tensor:
        """Return the loss of a mini-batch."""
        images, labels = batch
        return nn.functional.cross_entropy(self(images), labels)

    def validation_step(self, batch: list[torch.Tensor], batch_idx: int) -> None:
        """Log the fraction of wrong labels."""
        self.log("val_error", self._wrong(batch))

    def test_step(self, batch: list[torch.Tensor], batch_idx: int) -> None:
        """Log the fraction of wrong labels."""
        self.log("test_error", self._wrong(batch))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return the optimiser."""
        return torch.optim.Adam(self.parameters(), lr=self.rate)

    def _wrong(self, batch: list[torch.Tensor]) -> torch.Tensor:
        images, labels = batch
        return (self(images).argmax(dim=1) != labels).float().mean()


@cache
def splits(train_fraction: float) -> tuple[TensorDataset, ...]:
    """Return training, validation and test digits, made once per process."""
    digits = load_digits()
    images = torch.tensor(digits.images[:, None] / 16.0, dtype=torch.float32)
    labels = torch.tensor(digits.target)
    train, rest = train_test_split(range(len(labels)), train_size=train_fraction, random_state=0)
    validation, test = train_test_split(rest, test_size=0.5, random_state=0)
    return tuple(TensorDataset(images[rows], labels[rows]) for rows in (train, validation, test))


class DigitsData(LightningDataModule):
    """Loaders of the digits, written as for any other project."""

    def __init__(self, train_fraction: float, batch_size: int) -> None:
        super().__init__()
        self.batch_size = batch_size
        self.train, self.validation, self.test = splits(train_fraction)

    def train_dataloader(self) -> DataLoader:
        """Return shuffled mini-batches."""
        return DataLoader(self.train, batch_size=self.batch_size, shuffle=True)

    def val_dataloader(self) -> DataLoader:
        """Return the validation digits."""
        return DataLoader(self.validation, batch_size=1024)

    def test_dataloader(self) -> DataLoader:
        """Return the test digits."""
        return DataLoader(self.test, batch_size=1024)


@dataclass(frozen=True)
class Digits(LightningProblem):
    """What the pipeline has to know: space, module, data, and the names of the errors.

    Parameters
    ----------
    train_fraction
        Fraction of the 1797 digits in the training split; the rest is halved.
    """

    name: ClassVar[str] = "digits"
    error_name: ClassVar[str] = "fraction of wrong labels"
    error_units: ClassVar[str] = "1"
    monitor: ClassVar[str] = "val_error"
    test_monitor: ClassVar[str] = "test_error"

    train_fraction: float = option(0.6, minimum=0.1, maximum=0.9)

    def default_space(self) -> dict[str, Any]:
        """Return the search space, as a study config would write it."""
        return {
            "n_channels": {"type": "integer", "range": [2, 32], "scale": "log"},
            "kernel_size": {"type": "integer", "levels": [1, 3, 5]},
            "dropout": {"type": "float", "range": [0.0, 0.8]},
            "learning_rate": {"type": "float", "range": [1e-4, 1e-1], "scale": "log"},
            "batch_size": {"type": "integer", "range": [16, 128], "scale": "log"},
        }

    def module(self, configuration: Mapping[str, Any]) -> LightningModule:
        """Return an untrained network."""
        return Classifier(
            configuration["n_channels"],
            configuration["kernel_size"],
            configuration["dropout"],
            configuration["learning_rate"],
        )

    def datamodule(self, configuration: Mapping[str, Any]) -> LightningDataModule:
        """Return the digits."""
        return DigitsData(self.train_fraction, configuration["batch_size"])
