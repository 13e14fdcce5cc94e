r"""Runge's function, learned by a dense network: one input, one output.

.. math:: f(x) = 1 / (1 + 25 (x - 1/2)^2), \qquad x \in [0, 1].

Carl Runge's example of 1901 of a smooth function that polynomials through equidistant points do
not approach; its peak is shifted to the middle of the unit interval. All points are independent
uniform draws (not in the paper).
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import xarray as xr

from hsic_hpo.problems.base import DenseProblem, option
from hsic_hpo.problems.data import SPLITS, relative_l2, stamp
from hsic_hpo.problems.dense_space import DENSE_REGRESSION, Accepted, dense_space


def runge(x: np.ndarray) -> np.ndarray:
    """Return Runge's function of x: 1 at 1/2, 4/29 at 0 and 1."""
    return 1.0 / (1.0 + 25.0 * (x - 0.5) ** 2)


@dataclass(frozen=True)
class Runge(DenseProblem):
    """Learn Runge's function.

    Parameters
    ----------
    n_train, n_validation, n_test
        Points of each split, 2 to 10 million.
    """

    name: ClassVar[str] = "runge"
    task: ClassVar[Literal["regression", "classification"]] = "regression"
    error_name: ClassVar[str] = "relative L2 error"
    error_units: ClassVar[str] = "1"

    n_train: int = option(1000, minimum=2, maximum=10**7)
    n_validation: int = option(1000, minimum=2, maximum=10**7)
    n_test: int = option(1000, minimum=2, maximum=10**7)

    @property
    def n_inputs(self) -> int:
        """Return 1: x."""
        return 1

    @property
    def n_outputs(self) -> int:
        """Return 1: the value of the function."""
        return 1

    @property
    def accepted(self) -> Mapping[str, Accepted]:
        """Those of a dense network for regression."""
        return DENSE_REGRESSION

    def default_space(self) -> dict[str, Any]:
        """Return the space of a dense network for regression."""
        return dense_space()

    def error(self, predicted: np.ndarray, true: np.ndarray) -> float:
        """Return the norm of the difference over the norm of the truth, over the whole set."""
        return relative_l2(predicted, true)

    def generate(self, seed: int) -> xr.Dataset:
        """Draw the points of every split and evaluate the function there.

        Parameters
        ----------
        seed
            Non-negative integer from which all random draws derive.

        Returns
        -------
        xarray.Dataset
            ``x_<split>(<split>, input)``, ``y_<split>(<split>, output)``.
        """
        variables: dict[str, Any] = {}
        streams = np.random.SeedSequence(seed).spawn(len(SPLITS))
        sizes = (self.n_train, self.n_validation, self.n_test)
        for name, size, stream in zip(SPLITS, sizes, streams, strict=True):
            x = np.random.default_rng(stream).uniform(size=(size, 1))
            variables[f"x_{name}"] = (
                (name, "input"),
                x,
                {"long_name": f"inputs of the {name} split", "units": "1"},
            )
            variables[f"y_{name}"] = (
                (name, "output"),
                runge(x),
                {"long_name": f"values of the function, {name} split", "units": "1"},
            )
        coords = {
            "input": ("input", ["x"], {"long_name": "input"}),
            "output": ("output", ["f(x)"], {"long_name": "output"}),
        }
        attrs = {"problem": self.name, "options": json.dumps(asdict(self)), "seed": seed}
        return stamp(xr.Dataset(variables, coords=coords, attrs=attrs))
