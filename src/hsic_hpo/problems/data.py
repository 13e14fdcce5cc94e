"""The data of a learning problem: named splits on disk, standardised splits in memory."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.files import read_header, read_netcdf

SPLITS = ("train", "validation", "test")
FINGERPRINT = "data_fingerprint"


@dataclass(frozen=True)
class Data:
    """What a network is trained and judged on, held once per process.

    Attributes
    ----------
    x_train, x_validation, x_test
        ``(n, n_inputs)`` float32 inputs as the network sees them: standardised by the mean and
        the standard deviation of the training split.
    y_train, y_validation, y_test
        Regression: ``(n, n_outputs)`` float32 outputs, standardised in the same way.
        Classification: ``(n,)`` int64 classes, from 0.
    fingerprint
        Hexadecimal SHA-256 of the arrays on disk, see :func:`fingerprint`.
    output_mean, output_scale
        ``(n_outputs,)`` float32: a standardised output times scale plus mean is physical. None
        for classification: scores and classes are as they are.
    input_mean, input_scale
        ``(n_inputs,)`` or scalars: an input minus mean, divided by scale, is what the network
        sees, computed in their type. None where inputs are as they are.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_validation: np.ndarray
    y_validation: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    fingerprint: str
    output_mean: np.ndarray | None = None
    output_scale: np.ndarray | None = None
    input_mean: np.ndarray | None = None
    input_scale: np.ndarray | None = None

    def physical(self, outputs: np.ndarray) -> np.ndarray:
        """Undo the standardisation of ``(n, n_outputs)`` outputs, if they were standardised."""
        if self.output_mean is None or self.output_scale is None:
            return outputs
        return outputs * self.output_scale + self.output_mean


@dataclass(frozen=True)
class Stamp:
    """What tells stored data from others.

    Attributes
    ----------
    fingerprint
        Hexadecimal SHA-256 of the file's arrays, see :func:`fingerprint`.
    training_samples
        Samples that an epoch trains on, NaN where the data lie outside this package.
    """

    fingerprint: str
    training_samples: float = math.nan


def fingerprint(dataset: xr.Dataset) -> str:
    """Hash names, dimensions, types and values of all variables and coordinates.

    Neither attributes nor the way a file stores the arrays (compression, library version) enter:
    equal arrays have equal fingerprints.

    Returns
    -------
    str
        Hexadecimal SHA-256.
    """
    digest = hashlib.sha256()
    for name in sorted(map(str, dataset.variables)):
        variable = dataset.variables[name]
        values = variable.values
        is_text = values.dtype.kind in "OUST"
        header = [name, variable.dims, variable.shape, "text" if is_text else values.dtype.str]
        digest.update(json.dumps(header).encode())
        if is_text:
            digest.update(json.dumps([str(value) for value in values.ravel()]).encode())
        else:
            digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


def stamp(dataset: xr.Dataset) -> xr.Dataset:
    """Return ``dataset`` with its fingerprint as an attribute, which :func:`read_data` checks."""
    return dataset.assign_attrs({FINGERPRINT: fingerprint(dataset)})


def read_stamp(path: Path | str) -> Stamp:
    """Read the stamp of a data file, none of its arrays, which whoever trains on them checks.

    Raises
    ------
    InputError
        When the file is missing, unreadable or has no fingerprint.
    """
    attrs, shapes = read_header(path)
    n_training, *_ = shapes.get("x_train", (math.nan,))
    return Stamp(_stored_fingerprint(attrs, path), float(n_training))


def read_data(path: Path | str) -> xr.Dataset:
    """Read a data file and check that it holds what was once written.

    Raises
    ------
    InputError
        When the file is missing, unreadable, has no fingerprint or another one than its arrays.
    """
    dataset = read_netcdf(path)
    stored = _stored_fingerprint(dataset.attrs, path)
    actual = fingerprint(dataset)
    if actual != stored:
        raise InputError(
            f"{path}: arrays have the fingerprint {actual[:12]}, the file says {stored[:12]}: "
            "it was altered; delete it and run again"
        )
    return dataset


def _stored_fingerprint(attrs: Mapping[str, Any], path: Path | str) -> str:
    if FINGERPRINT not in attrs:
        raise InputError(
            f"{path}: attribute {FINGERPRINT!r} is missing; not a data file of a study"
        )
    return str(attrs[FINGERPRINT])


def standardise(dataset: xr.Dataset, n_inputs: int, n_outputs: int, where: str) -> Data:
    """Check the splits of a regression problem and standardise them by the training split.

    Parameters
    ----------
    dataset
        ``x_<split>(<split>, input)`` and ``y_<split>(<split>, output)`` for the splits train,
        validation and test, in physical units.
    n_inputs, n_outputs
        What the problem expects.
    where
        Named first in messages, usually the file.

    Raises
    ------
    InputError
        When a variable is missing, has another shape, holds a value that is not finite, or does
        not vary over the training split.
    """
    arrays = {
        f"{kind}_{split}": _checked(dataset, f"{kind}_{split}", width, where)
        for split in SPLITS
        for kind, width in (("x", n_inputs), ("y", n_outputs))
    }
    for split in SPLITS:
        n_x, n_y = len(arrays[f"x_{split}"]), len(arrays[f"y_{split}"])
        if n_x != n_y:
            raise InputError(f"{where}: x_{split} has {n_x} samples, y_{split} has {n_y}")
    x_mean, x_scale = _moments(arrays["x_train"], "x_train", where)
    y_mean, y_scale = _moments(arrays["y_train"], "y_train", where)
    moments = {"x": (x_mean, x_scale), "y": (y_mean, y_scale)}
    scaled = {}
    for name, values in arrays.items():
        mean, scale = moments[name[0]]
        scaled[name] = ((values - mean) / scale).astype(np.float32)
    return Data(
        **scaled,
        output_mean=y_mean.astype(np.float32),
        output_scale=y_scale.astype(np.float32),
        input_mean=x_mean,
        input_scale=x_scale,
        fingerprint=dataset.attrs[FINGERPRINT],
    )


def _checked(dataset: xr.Dataset, name: str, width: int, where: str) -> np.ndarray:
    if name not in dataset:
        raise InputError(f"{where}: variable {name!r} is missing")
    values = dataset[name].values.astype(np.float64)
    if values.ndim != 2 or values.shape[1] != width or not len(values):
        raise InputError(
            f"{where}: {name} has shape {values.shape}; needed: (n, {width}) with n at least 1"
        )
    n_bad = int(np.count_nonzero(~np.isfinite(values)))
    if n_bad:
        raise InputError(f"{where}: {name} holds {n_bad} values that are not finite")
    return values


def _moments(values: np.ndarray, name: str, where: str) -> tuple[np.ndarray, np.ndarray]:
    scale = values.std(axis=0)
    # A constant column has a standard deviation of rounding size, not exactly zero.
    constant = scale <= 1e-12 * np.abs(values).max(axis=0)
    if constant.any():
        raise InputError(
            f"{where}: {name} has zero variance in column {int(np.flatnonzero(constant)[0])}; "
            "every input and output must vary over the training split"
        )
    return values.mean(axis=0), scale


def relative_l2(predicted: np.ndarray, true: np.ndarray) -> float:
    """Return the norm of the difference over the norm of the truth, over all samples and outputs.

    Parameters
    ----------
    predicted, true
        ``(n, n_outputs)`` in physical units; ``true`` not zero everywhere.
    """
    return float(np.linalg.norm(predicted - true) / np.linalg.norm(true))
