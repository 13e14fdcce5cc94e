"""Pieces of clothing, told apart by a convolutional network: a Lightning project as it is written.

Network and data are an ordinary ``LightningModule`` and ``LightningDataModule``; the class at the
end tells hsic_hpo how a configuration becomes one of each.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
import xarray as xr
from pytorch_lightning import LightningDataModule, LightningModule
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from hsic_hpo.errors import InputError
from hsic_hpo.problems.base import LightningProblem, option

INSTALLED = "/usr/share/datasets/fashion-mnist"
# The original files, by the SHA-256 of what is in them, and the bytes before their values.
FILES = {
    "train-images-idx3-ubyte": ("c59f468a2f672dc8", 16),
    "train-labels-idx1-ubyte": ("bad3541b69d91243", 8),
    "t10k-images-idx3-ubyte": ("5b4141f0afbad91e", 16),
    "t10k-labels-idx1-ubyte": ("0402a96d92fd2663", 8),
}
N_VALIDATION = 3_000
ACTIVATIONS = {"relu": nn.ReLU, "gelu": nn.GELU, "tanh": nn.Tanh}


def block(n_inputs: int, n_outputs: int, configuration: Mapping[str, Any]) -> list[nn.Module]:
    """Return the layers of a block, which halves height and width."""
    kernel, pooling = configuration["kernel_size"], configuration["pooling"]
    stride = 2 if pooling == "stride" else 1
    return [
        nn.Conv2d(n_inputs, n_outputs, kernel, stride=stride, padding=kernel // 2),
        *([nn.BatchNorm2d(n_outputs)] if configuration["normalisation"] else []),
        ACTIVATIONS[configuration["activation"]](),
        *([nn.MaxPool2d(2)] if pooling == "max" else []),
        *([nn.AvgPool2d(2)] if pooling == "average" else []),
    ]


class Classifier(LightningModule):
    """Blocks of convolutions, each of twice as many channels, and a linear layer."""

    def __init__(self, configuration: Mapping[str, Any]) -> None:
        super().__init__()
        self.configuration = configuration
        first = configuration["n_channels"]
        channels = [1, *(first * 2**number for number in range(configuration["n_blocks"]))]
        layers: list[nn.Module] = []
        for n_inputs, n_outputs in pairwise(channels):
            layers += block(n_inputs, n_outputs, configuration)
        layers += [nn.AdaptiveAvgPool2d(3), nn.Flatten()]
        if configuration["dropout"]:
            layers.append(nn.Dropout(configuration["dropout_rate"]))
        self.network = nn.Sequential(*layers, nn.Linear(9 * channels[-1], 10))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return ``(n, 10)`` scores of ``(n, 1, 28, 28)`` images."""
        return self.network(images)

    def training_step(self, batch: list[torch.Tensor], batch_idx: int) -> torch.Tensor:
        """Return the loss of a mini-batch, half of it mirrored where that is asked for."""
        images, labels = batch
        if self.configuration["mirror"]:
            turned = torch.rand(len(images), 1, 1, 1, device=images.device) < 0.5
            images = torch.where(turned, images.flip(-1), images)
        return nn.functional.cross_entropy(self(images), labels)

    def validation_step(self, batch: list[torch.Tensor], batch_idx: int) -> None:
        """Log the percentage of wrong labels."""
        self.log("val_error", self._wrong(batch))

    def test_step(self, batch: list[torch.Tensor], batch_idx: int) -> None:
        """Log the percentage of wrong labels."""
        self.log("test_error", self._wrong(batch))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return the optimiser."""
        asked, rate = self.configuration, self.configuration["learning_rate"]
        if asked["optimizer"] == "sgd":
            return torch.optim.SGD(self.parameters(), lr=rate, momentum=asked["momentum"])
        return torch.optim.Adam(self.parameters(), lr=rate, betas=(asked["beta1"], 0.999))

    def _wrong(self, batch: list[torch.Tensor]) -> torch.Tensor:
        images, labels = batch
        return 100 * (self(images).argmax(dim=1) != labels).float().mean()


@cache
def splits(folder: str, n_train: int) -> tuple[TensorDataset, ...]:
    """Return training, validation and test images, read once per process."""
    read = [values(Path(folder, f"{name}.gz"), *facts) for name, facts in FILES.items()]
    images, labels, test_images, test_labels = (torch.from_numpy(part) for part in read)
    images = images.reshape(len(labels), -1)
    # Always the same of the original training images validate.
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))
    validation, train = order[:N_VALIDATION], order[N_VALIDATION : N_VALIDATION + n_train]
    return (
        TensorDataset(scaled(images[train]), labels[train].long()),
        TensorDataset(scaled(images[validation]), labels[validation].long()),
        TensorDataset(scaled(test_images), test_labels.long()),
    )


def scaled(pixels: torch.Tensor) -> torch.Tensor:
    """Return grey values in [0, 1] as images of one channel."""
    return pixels.float().div(255).reshape(-1, 1, 28, 28)


def values(path: Path, sha256: str, start: int) -> np.ndarray:
    """Return the bytes of an original file after its header."""
    if not path.is_file():
        raise InputError(
            f"{path}: no such file; `apt install dataset-fashion-mnist` installs it on Debian and "
            "Ubuntu, elsewhere name the folder of the four files as problem.options.folder"
        )
    content = gzip.decompress(path.read_bytes())
    if not hashlib.sha256(content).hexdigest().startswith(sha256):
        raise InputError(f"{path}: not the original file of Fashion-MNIST")
    return np.frombuffer(content, np.uint8, offset=start).copy()


class FashionData(LightningDataModule):
    """Loaders of the images."""

    def __init__(self, folder: str, n_train: int, batch_size: int) -> None:
        super().__init__()
        self.batch_size = batch_size
        self.train, self.validation, self.test = splits(folder, n_train)

    def train_dataloader(self) -> DataLoader:
        """Return shuffled mini-batches."""
        return DataLoader(self.train, batch_size=self.batch_size, shuffle=True)

    def val_dataloader(self) -> DataLoader:
        """Return the validation images."""
        return DataLoader(self.validation, batch_size=500)

    def test_dataloader(self) -> DataLoader:
        """Return the test images."""
        return DataLoader(self.test, batch_size=500)


@dataclass(frozen=True)
class Fashion(LightningProblem):
    """What the pipeline has to know: space, module, data, and the names of the errors.

    Parameters
    ----------
    folder
        Where the four files lie, as ``.gz``; an absolute path.
    n_train
        Training images, of the 57 000 that do not validate.
    """

    name: ClassVar[str] = "fashion"
    error_name: ClassVar[str] = "misclassified images"
    error_units: ClassVar[str] = "%"
    monitor: ClassVar[str] = "val_error"
    test_monitor: ClassVar[str] = "test_error"

    folder: str = option(INSTALLED)
    n_train: int = option(4_000, minimum=100, maximum=57_000)

    def default_space(self) -> dict[str, Any]:
        """Return the search space, as a study config would write it."""
        sgd, adam = {"optimizer": "sgd"}, {"optimizer": "adam"}
        return {
            "n_blocks": {"type": "integer", "range": [1, 3]},
            "n_channels": {"type": "integer", "range": [2, 16], "scale": "log"},
            "kernel_size": {"type": "integer", "levels": [3, 5]},
            "pooling": {"type": "categorical", "levels": ["max", "average", "stride"]},
            "activation": {"type": "categorical", "levels": list(ACTIVATIONS)},
            "normalisation": {"type": "boolean"},
            "dropout": {"type": "boolean"},
            "dropout_rate": {"type": "float", "range": [0.0, 0.6], "when": {"dropout": True}},
            "mirror": {"type": "boolean"},
            "batch_size": {"type": "integer", "range": [16, 256], "scale": "log"},
            "optimizer": {"type": "categorical", "levels": ["sgd", "adam"]},
            "learning_rate": {"type": "float", "range": [3e-4, 0.3], "scale": "log"},
            "momentum": {"type": "float", "range": [0.0, 0.99], "when": sgd},
            "beta1": {"type": "float", "range": [0.5, 0.99], "when": adam},
        }

    def generate(self, seed: int) -> xr.Dataset:
        """Return the options, and say before any training where the images are missing."""
        splits(self.folder, self.n_train)
        return super().generate(seed)

    def costs(self, configuration: Mapping[str, Any]) -> Mapping[str, float]:
        """Count by a formula: searches ask it of thousands of networks before they train one."""
        kernel, with_stride = configuration["kernel_size"], configuration["pooling"] == "stride"
        side, n_inputs, n_params, flops = 28, 1, 0, 0
        for number in range(configuration["n_blocks"]):
            n_outputs = configuration["n_channels"] * 2**number
            weights = kernel**2 * n_inputs * n_outputs
            halved = -(-side // 2) if with_stride else side // 2
            n_params += weights + n_outputs * (3 if configuration["normalisation"] else 1)
            flops += 2 * weights * (halved if with_stride else side) ** 2
            side, n_inputs = halved, n_outputs
        return {"n_params": n_params + 90 * n_inputs + 10, "flops": flops + 180 * n_inputs}

    def module(self, configuration: Mapping[str, Any]) -> LightningModule:
        """Return an untrained network."""
        return Classifier(configuration)

    def datamodule(self, configuration: Mapping[str, Any]) -> LightningDataModule:
        """Return the images."""
        return FashionData(self.folder, self.n_train, configuration["batch_size"])
