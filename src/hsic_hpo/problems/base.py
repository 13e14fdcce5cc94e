"""What a learning problem is: options, data, metric, default search space."""

import importlib
import inspect
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import xarray as xr

from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.problems.data import Data, read, standardise
from hsic_hpo.problems.spaces import Accepted, check_space
from hsic_hpo.space import Space

PROBLEMS = {"bateman": "hsic_hpo.problems.bateman:Bateman"}


@dataclass(frozen=True)
class Problem(ABC):
    """A learning task. Subclasses are frozen dataclasses whose fields are the task's options.

    Attributes
    ----------
    name
        Name of the problem in a study config.
    task
        ``"regression"`` or ``"classification"``.
    error_name, error_units
        What validation and test errors measure; lower is better.
    """

    name: ClassVar[str]
    task: ClassVar[Literal["regression", "classification"]]
    error_name: ClassVar[str]
    error_units: ClassVar[str]

    @property
    @abstractmethod
    def n_inputs(self) -> int:
        """Inputs of a network."""

    @property
    @abstractmethod
    def n_outputs(self) -> int:
        """Outputs of a network."""

    @property
    @abstractmethod
    def accepted(self) -> Mapping[str, Accepted]:
        """The hyperparameters that a training on this problem understands."""

    @abstractmethod
    def default_space(self) -> dict[str, Any]:
        """Return the search space that a study starts from, as a study config writes it."""

    @abstractmethod
    def generate(self, seed: int) -> xr.Dataset:
        """Make the data: ``x_<split>`` and ``y_<split>`` of train, validation and test.

        Parameters
        ----------
        seed
            Non-negative integer from which all random draws derive.

        Returns
        -------
        xarray.Dataset
            In physical units, with a fingerprint (:func:`hsic_hpo.problems.data.stamp`).
        """

    @abstractmethod
    def error(self, predicted: np.ndarray, true: np.ndarray) -> float:
        """Return the error of ``(n, n_outputs)`` predictions in physical units."""

    @property
    def source(self) -> Path:
        """The file that defines the problem, part of the fingerprint of its data."""
        return Path(inspect.getfile(type(self)))

    def load(self, path: Path | str) -> Data:
        """Read, check and standardise the data that :meth:`generate` made.

        Raises
        ------
        InputError
            When the file is missing, truncated or altered, or the data are unfit for training.
        """
        return standardise(read(path), self.n_inputs, self.n_outputs, str(path))

    def check_space(self, space: Space, where: str = "space") -> None:
        """Check that trainings on this problem understand every hyperparameter of ``space``.

        Raises
        ------
        InputError
            One line: ``where``, the hyperparameter, its value, what is allowed.
        """
        check_space(space, self.accepted, where)


def option(
    default: Any,
    *,
    minimum: float = -math.inf,
    maximum: float = math.inf,
) -> Any:
    """Declare an option of a problem: a dataclass field with its allowed range, ends included."""
    return field(default=default, metadata={"minimum": minimum, "maximum": maximum})


def load_problem(spec: Mapping[str, Any], where: str = "problem") -> Problem:
    """Build the problem that a study config names.

    Parameters
    ----------
    spec
        ``{"name": ..., "options": {...}}``; options may be left out.
    where
        Place named first in messages.

    Raises
    ------
    InputError
        For an unknown problem or option, or an option's value of the wrong type or range.
    """
    name = spec["name"]
    if name not in PROBLEMS:
        raise InputError(
            f"{where}.name: {name!r} is not a problem; known: {', '.join(PROBLEMS)}"
            f"{did_you_mean(name, PROBLEMS)}"
        )
    module, _, class_name = PROBLEMS[name].partition(":")
    kind = getattr(importlib.import_module(module), class_name)
    options = _checked_options(kind, spec.get("options") or {}, f"{where}.options")
    try:
        return kind(**options)
    except InputError as error:
        raise InputError(f"{where}.options: {error}") from None


def _checked_options(kind: type[Problem], given: Mapping[str, Any], where: str) -> dict[str, Any]:
    declared = {declaration.name: declaration for declaration in fields(kind)}
    for name, value in given.items():
        if name not in declared:
            raise InputError(
                f"{where}.{name}: not an option of {kind.name}; known: {', '.join(declared)}"
                f"{did_you_mean(name, declared)}"
            )
        _check_option(value, declared[name].type, declared[name].metadata, f"{where}.{name}")
    return dict(given)


def _check_option(value: Any, kind: Any, limits: Mapping[str, float], where: str) -> None:
    noun, types = {int: ("an integer", int), float: ("a number", int | float)}[kind]
    if isinstance(value, bool) or not isinstance(value, types):
        raise InputError(f"{where}: {value!r} is not {noun}")
    if not limits["minimum"] <= value <= limits["maximum"]:
        raise InputError(
            f"{where}: {value!r} is outside [{limits['minimum']:g}, {limits['maximum']:g}]"
        )
