"""What a learning problem is: its options, data, errors and default search space.

Three kinds differ in how a configuration becomes errors: :class:`DenseProblem` (dense networks,
trained here), :class:`LightningProblem` (networks and data of the user's own) and
:class:`FunctionProblem` (no training at all).
"""

import inspect
import json
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

import numpy as np
import xarray as xr

from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.problems.data import FINGERPRINT, Data, Stamp, read_data, stamp, standardise
from hsic_hpo.problems.dense_costs import dense_costs
from hsic_hpo.problems.dense_space import Accepted, check_space, complete
from hsic_hpo.spaces.space import Space

if TYPE_CHECKING:
    import torch
    from pytorch_lightning import LightningDataModule, LightningModule


class Loaded(Protocol):
    """Data in memory, of whatever kind the problem needs."""

    @property
    def fingerprint(self) -> str:
        """Hexadecimal SHA-256 of the arrays on disk."""


@dataclass(frozen=True)
class Problem(ABC):
    """A learning task. Subclasses are frozen dataclasses whose fields are the task's options.

    Attributes
    ----------
    name
        Name of the problem in messages; of a built-in one, also in a study config.
    error_name, error_units
        What validation and test errors measure; lower is better.
    """

    name: ClassVar[str]
    error_name: ClassVar[str]
    error_units: ClassVar[str]

    @abstractmethod
    def default_space(self) -> dict[str, Any]:
        """Return the search space that a study starts from, as a study config writes it."""

    @abstractmethod
    def check_space(self, space: Space, where: str = "space") -> None:
        """Check that this problem understands every hyperparameter of ``space``.

        Raises
        ------
        InputError
            One line: ``where``, the hyperparameter, its value, what is allowed.
        """

    @abstractmethod
    def generate(self, seed: int) -> xr.Dataset:
        """Make the data.

        Parameters
        ----------
        seed
            Non-negative integer from which all random draws derive.

        Returns
        -------
        xarray.Dataset
            With a fingerprint (:func:`hsic_hpo.problems.data.stamp`).
        """

    @abstractmethod
    def load(self, path: Path | str) -> Loaded:
        """Read and check the data that :meth:`generate` made.

        Raises
        ------
        InputError
            When the file is missing, truncated or altered, or the data are unfit for training.
        """

    def costs(self, configuration: Mapping[str, Any]) -> Mapping[str, float] | None:
        """Return what a configuration costs, known before it is trained.

        Parameters
        ----------
        configuration
            Values of the active hyperparameters.

        Returns
        -------
        Mapping or None
            ``n_params`` and ``flops`` (of the forward pass of one sample), either or both, as a
            training will report them; None where only a training shows them.
        """
        return None

    @property
    def source(self) -> Path:
        """The file that defines the problem, part of the fingerprint of its data and trainings."""
        return Path(inspect.getfile(type(self)))


@dataclass(frozen=True)
class DenseProblem(Problem):
    """A task for dense networks, which are laid out and trained in memory by this package.

    Attributes
    ----------
    task
        ``"regression"`` or ``"classification"``.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> from hsic_hpo.problems.runge import Runge
    >>> isinstance(Runge(), hh.DenseProblem)
    True
    """

    task: ClassVar[Literal["regression", "classification"]]

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
    def error(self, predicted: np.ndarray, true: np.ndarray) -> float:
        """Return the error of ``(n, n_outputs)`` predictions in physical units."""

    def check_space(self, space: Space, where: str = "space") -> None:
        """Check that trainings on this problem understand every hyperparameter of ``space``.

        Raises
        ------
        InputError
            One line: ``where``, the hyperparameter, its value, what is allowed.
        """
        check_space(space, self.accepted, where)

    def costs(self, configuration: Mapping[str, Any]) -> Mapping[str, float]:
        """Return parameters and operations in closed form, see :meth:`Problem.costs`.

        Parameters
        ----------
        configuration
            Values of hyperparameters; those left out take their defaults.

        Raises
        ------
        InputError
            For an unknown hyperparameter.

        Examples
        --------
        >>> from hsic_hpo.problems.runge import Runge
        >>> Runge().costs({"n_layers": 1, "n_units": 8})
        {'n_params': 25, 'flops': 32}
        """
        return dense_costs(self.n_inputs, self.n_outputs, complete(configuration, self.accepted))

    def load(self, path: Path | str) -> Data:
        """Read, check and standardise the data that :meth:`generate` made.

        Raises
        ------
        InputError
            When the file is missing, truncated or altered, or the data are unfit for training.
        """
        return standardise(read_data(path), self.n_inputs, self.n_outputs, str(path))


@dataclass(frozen=True)
class OutsideProblem(Problem):
    """A problem whose data, if any, lie outside this package; its options identify them."""

    def check_space(self, space: Space, where: str = "space") -> None:
        """Check that ``space`` holds hyperparameters of the default space alone.

        Raises
        ------
        InputError
            One line: ``where`` and the hyperparameter that the problem would not use.
        """
        known = self.default_space()
        for name in space.names:
            if name not in known:
                raise InputError(
                    f"{where}.{name}: not a hyperparameter of {self.name}; known: "
                    f"{', '.join(known)}{did_you_mean(name, known)}"
                )

    def generate(self, seed: int) -> xr.Dataset:
        """Return the options; when their fingerprint changes, trainings are repeated."""
        options = json.dumps(asdict(self), sort_keys=True)
        described = {"long_name": f"options of {self.name} as JSON"}
        return stamp(xr.Dataset({"options": ((), np.array(options, dtype=object), described)}))

    def load(self, path: Path | str) -> Stamp:
        """Read the fingerprint of the options.

        Raises
        ------
        InputError
            When the file is missing, truncated or altered.
        """
        return Stamp(read_data(path).attrs[FINGERPRINT])


@dataclass(frozen=True)
class FunctionProblem(OutsideProblem):
    """A task that needs no training: a function from a configuration to its errors and cost.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> class Parabola(hh.FunctionProblem):
    ...     name, error_name, error_units = "parabola", "loss", "1"
    ...     def default_space(self):
    ...         return {"x": {"type": "float", "range": [-1, 1]}}
    ...     def evaluate(self, configuration, budget, seed):
    ...         loss = configuration["x"] ** 2
    ...         return {"validation_error": loss, "test_error": loss}
    >>> Parabola().evaluate({"x": 0.5}, {}, 0)["validation_error"]
    0.25
    """

    @abstractmethod
    def evaluate(
        self, configuration: Mapping[str, Any], budget: Mapping[str, Any], seed: int
    ) -> Mapping[str, Any]:
        """Return the errors of a configuration.

        Parameters
        ----------
        configuration
            Values of the active hyperparameters.
        budget
            The study's training budget, such as ``{"epochs": 60}``.
        seed
            Non-negative integer from which all random draws derive.

        Returns
        -------
        Mapping
            ``validation_error`` and ``test_error``, finite numbers. Where known also
            ``n_params``, ``flops`` (of the forward pass of one sample), ``train_seconds`` (the
            time that ``evaluate`` took, if left out), ``epochs`` and ``learning_curve``
            (validation error after each epoch). A configuration without errors has ``status``
            ``"diverged"`` or ``"failed"`` and a ``reason`` of one line instead.
        """


@dataclass(frozen=True)
class LightningProblem(OutsideProblem):
    """A task whose networks and data are the user's own Lightning modules, used unchanged.

    Attributes
    ----------
    monitor
        What the module logs per validation epoch, to be minimised: the validation error.
    test_monitor
        What the module logs when it is tested: the test error.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> class Own(hh.LightningProblem):
    ...     name, error_name, error_units = "own", "cross-entropy", "1"
    ...     def default_space(self):
    ...         return {"lr": {"type": "float", "range": [1e-4, 1e-1], "scale": "log"}}
    ...     def module(self, configuration):
    ...         return Network(lr=configuration["lr"])  # a LightningModule of yours
    ...     def datamodule(self, configuration):
    ...         return Images()  # a LightningDataModule of yours
    >>> Own().monitor
    'val_loss'
    """

    monitor: ClassVar[str] = "val_loss"
    test_monitor: ClassVar[str] = "test_loss"

    @abstractmethod
    def module(self, configuration: Mapping[str, Any]) -> "LightningModule":
        """Return a new, untrained module for the values of the active hyperparameters."""

    @abstractmethod
    def datamodule(self, configuration: Mapping[str, Any]) -> "LightningDataModule":
        """Return the data: loaders of training, validation and test batches."""

    def costs(self, configuration: Mapping[str, Any]) -> Mapping[str, float] | None:
        """Build the module without memory or values and count, see :meth:`Problem.costs`.

        Some milliseconds, and the time that the data need for one batch. A formula of your own,
        in a method of this name, is faster.
        """
        # Only this, and training, needs torch.
        from hsic_hpo.problems.lightning_costs import lightning_costs

        return lightning_costs(self, configuration)

    def sample(self, batch: Any) -> "tuple[torch.Tensor, ...]":
        """Return what ``forward`` takes for one sample of a batch, to count operations.

        By default the first row of the first entry of the batch, or of the batch itself.
        """
        inputs = batch[0] if isinstance(batch, list | tuple) else batch
        return (inputs[:1],)


def option(
    default: Any,
    *,
    minimum: float = -math.inf,
    maximum: float = math.inf,
) -> Any:
    """Declare an option of a problem: a dataclass field of type int, float, str or bool.

    Parameters
    ----------
    default
        Its value where a study does not give it.
    minimum, maximum
        Allowed range of a number, ends included.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import hsic_hpo as hh
    >>> @dataclass(frozen=True)
    ... class Options:
    ...     noise: float = hh.option(0.1, minimum=0.0)
    >>> Options().noise
    0.1
    """
    return field(default=default, metadata={"minimum": minimum, "maximum": maximum})
