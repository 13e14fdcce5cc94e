"""Images with labels: splits of the original sets, and how a dense network sees them."""

from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.problems.data import FINGERPRINT, SPLITS, Data

SPLIT_OF_ORIGINAL = {"train": "train", "validation": "train", "test": "test"}


def split(
    parts: dict[str, np.ndarray], n_train: int, n_validation: int, seed: int
) -> dict[str, Any]:
    """Cut the original training images into training and validation split.

    A plain permutation, not stratified: the first ``n_validation`` images validate, the next
    ``n_train`` train, so that smaller training splits are parts of larger ones and all of them
    are judged on the same validation images. All original test images test.

    Parameters
    ----------
    parts
        uint8 arrays: ``train images`` and ``test images`` ``(n, height, width)``, ``train labels``
        and ``test labels`` ``(n,)``.
    n_train, n_validation
        Sizes, together at most the number of original training images.
    seed
        Non-negative integer that the permutation derives from.

    Returns
    -------
    dict
        Variables of a Dataset: ``x_<split>(<split>, row, column)`` and ``y_<split>(<split>)``,
        unchanged, and ``image_<split>(<split>)``, the position of each image in the original set.
    """
    order = np.random.default_rng(seed).permutation(len(parts["train labels"]))
    rows = {
        "train": order[n_validation : n_validation + n_train],
        "validation": order[:n_validation],
        "test": np.arange(len(parts["test labels"])),
    }
    variables: dict[str, Any] = {}
    for name in SPLITS:
        original = SPLIT_OF_ORIGINAL[name]
        variables[f"x_{name}"] = (
            (name, "row", "column"),
            parts[f"{original} images"][rows[name]],
            {"long_name": f"grey values of the {name} split", "units": "1"},
        )
        variables[f"y_{name}"] = (
            name,
            parts[f"{original} labels"][rows[name]],
            {"long_name": f"classes of the {name} split", "units": "1"},
        )
        variables[f"image_{name}"] = (
            name,
            rows[name].astype(np.int32),
            {"long_name": f"position among the original {original} images", "units": "1"},
        )
    return variables


def scale(dataset: xr.Dataset, n_pixels: int, n_classes: int, where: str) -> Data:
    """Check images and labels and standardise the grey values, all pixels alike.

    Mean and standard deviation are those over all pixels of the training split together, as pixels
    that are black in every image have no standard deviation of their own.

    Parameters
    ----------
    dataset
        ``x_<split>`` uint8 and ``y_<split>`` as :func:`split` makes them.
    n_pixels, n_classes
        What the problem expects; classes count from 0.
    where
        Named first in messages, usually the file.

    Raises
    ------
    InputError
        When a variable is missing, has another shape or type, a label is out of range, or all
        grey values of the training split are equal.
    """
    arrays: dict[str, np.ndarray] = {}
    for name in SPLITS:
        x = _variable(dataset, f"x_{name}", where)
        y = _variable(dataset, f"y_{name}", where)
        if x.dtype != np.uint8 or x.ndim != 3 or x[:1].size != n_pixels:
            raise InputError(
                f"{where}: x_{name} is {x.dtype} of shape {x.shape}; needed: uint8 images of "
                f"{n_pixels} pixels, at least one"
            )
        if y.shape != x.shape[:1]:
            raise InputError(f"{where}: x_{name} has {len(x)} samples, y_{name} has {y.shape}")
        _check_labels(y, n_classes, f"{where}: y_{name}")
        arrays[f"x_{name}"] = x.reshape(len(x), n_pixels)
        arrays[f"y_{name}"] = y.astype(np.int64)
    mean, deviation = _moments(arrays["x_train"])
    if deviation == 0.0:
        raise InputError(f"{where}: x_train has zero variance: all grey values are {mean:g}")
    for name in SPLITS:
        scaled = arrays[f"x_{name}"].astype(np.float32)
        scaled -= np.float32(mean)
        scaled /= np.float32(deviation)
        arrays[f"x_{name}"] = scaled
    return Data(
        **arrays,
        fingerprint=dataset.attrs[FINGERPRINT],
        input_mean=np.array(mean, np.float32),
        input_scale=np.array(deviation, np.float32),
    )


def misclassified(outputs: np.ndarray, classes: np.ndarray) -> float:
    """Return the percentage of samples whose largest output is not that of their class.

    Parameters
    ----------
    outputs
        ``(n, n_classes)``, finite.
    classes
        ``(n,)`` integers.
    """
    n_wrong = int(np.count_nonzero(outputs.argmax(axis=1) != classes))
    return 100.0 * n_wrong / len(classes)


def _moments(grey: np.ndarray) -> tuple[float, float]:
    """Return mean and standard deviation, from how often each grey value occurs.

    NumPy's own would copy all images to eight bytes per pixel.
    """
    counts = np.zeros(256, np.int64)
    for image in grey:
        counts += np.bincount(image, minlength=256)
    levels = np.arange(256)
    mean = float(np.average(levels, weights=counts))
    return mean, float(np.average((levels - mean) ** 2, weights=counts)) ** 0.5


def _variable(dataset: xr.Dataset, name: str, where: str) -> np.ndarray:
    if name not in dataset:
        raise InputError(f"{where}: variable {name!r} is missing")
    return dataset[name].values


def _check_labels(labels: np.ndarray, n_classes: int, where: str) -> None:
    if labels.dtype.kind not in "iu":
        raise InputError(f"{where} holds {labels.dtype} values; needed: integer classes")
    wrong = labels[(labels < 0) | (labels >= n_classes)]
    if len(wrong):
        raise InputError(
            f"{where} holds the label {wrong[0]}; allowed: integers from 0 to {n_classes - 1}"
        )
