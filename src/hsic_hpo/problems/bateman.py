r"""The Bateman equations: a chain of reactions between M species, learnt by a network.

The concentrations :math:`\eta(t) \in R_+^M` follow

.. math:: \partial_t \eta(t) = v \, \Sigma(\eta(t)) \, \eta(t), \qquad \eta(0) = \eta_0,

as in [1]_, which gives M = 11 species, 13 inputs, t in [0, 5] and the reaction rates 1, 5, 3 and
0.1, but neither the matrix nor the sampling: both are not from the paper. Reaction i turns species
i into species i + 1 and is started by species i + 1 (an autocatalytic chain,
:math:`A_i + A_{i+1} \to 2 A_{i+1}`), with rates r_i that go through 1, 5, 3, 0.1 cyclically:

.. math:: \Sigma_{i+1,i}(\eta) = r_i \, \eta_{i+1}, \qquad
          \Sigma_{ii}(\eta) = - r_i \, \eta_{i+1}, \qquad i = 1, ..., M - 1,

and zero elsewhere. Every column of the matrix sums to zero, so that the total amount
:math:`\sum_i \eta_i` is conserved; concentrations stay positive. With two species the second one
grows logistically.

The network learns :math:`(t, v, \eta_0) \mapsto \eta(t)`, 13 inputs for 11 species. Initial
concentrations are fractions of the total, uniform on the simplex; t and v are uniform (not in the
paper).

References
----------
.. [1] P. Novello, G. Poëtte, D. Lugato, P. M. Congedo, "Goal-oriented sensitivity analysis of
   hyperparameters in deep learning", Journal of Scientific Computing 94, 45 (2023).
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import scipy
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.problems.base import DenseProblem, option
from hsic_hpo.problems.data import SPLITS, relative_l2, stamp
from hsic_hpo.problems.dense_space import DENSE_REGRESSION, Accepted, dense_space

RATES = (1.0, 5.0, 3.0, 0.1)


@dataclass(frozen=True)
class Bateman(DenseProblem):
    """Learn the solution of the Bateman equations; see the module for the equations.

    Parameters
    ----------
    n_species
        Species M of the chain, 2 to 100.
    n_trajectories
        Initial conditions of the training split; validation and test have a quarter each. A
        trajectory belongs to one split only.
    n_times
        Random times per trajectory: the training split has ``n_trajectories * n_times`` samples.
    t_end
        Times are uniform in [0, t_end].
    v_low, v_high
        v is uniform in [v_low, v_high].
    """

    name: ClassVar[str] = "bateman"
    task: ClassVar[Literal["regression", "classification"]] = "regression"
    error_name: ClassVar[str] = "relative L2 error"
    error_units: ClassVar[str] = "1"

    n_species: int = option(11, minimum=2, maximum=100)
    n_trajectories: int = option(2500, minimum=4, maximum=10**6)
    n_times: int = option(2, minimum=1, maximum=1000)
    t_end: float = option(5.0, minimum=1e-3, maximum=1e3)
    v_low: float = option(0.02, minimum=1e-3, maximum=1e3)
    v_high: float = option(0.2, minimum=1e-3, maximum=1e3)

    def __post_init__(self) -> None:
        if self.v_low >= self.v_high:
            raise InputError(f"v_low {self.v_low:g} is not below v_high {self.v_high:g}")

    @property
    def n_inputs(self) -> int:
        """Time, v and the initial concentrations: M + 2."""
        return self.n_species + 2

    @property
    def n_outputs(self) -> int:
        """The concentrations: M."""
        return self.n_species

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
        """Solve the equations for every initial condition of every split.

        Initial conditions and v come from scrambled Sobol points, times are uniform draws. LSODA
        switches between stiff and non-stiff steps; relative tolerance 1e-10, absolute 1e-12.

        Parameters
        ----------
        seed
            Non-negative integer from which all random draws derive.

        Returns
        -------
        xarray.Dataset
            ``x_<split>(<split>, input)``, ``y_<split>(<split>, output)``, and
            ``trajectory_<split>(<split>)`` that tells samples of one trajectory.
        """
        n_held_out = max(1, self.n_trajectories // 4)
        sizes = np.array([self.n_trajectories, n_held_out, n_held_out])
        sobol_stream, time_stream, order_stream = np.random.SeedSequence(seed).spawn(3)
        v, eta_0 = self._draw(sizes.sum(), sobol_stream, order_stream)
        times = np.random.default_rng(time_stream).uniform(
            0.0, self.t_end, (sizes.sum(), self.n_times)
        )
        times.sort(axis=1)
        eta = np.stack([solve(*start) for start in zip(eta_0, v, times, strict=True)])
        trajectories = np.split(np.arange(sizes.sum()), np.cumsum(sizes)[:-1])
        variables: dict[str, Any] = {}
        for split, rows in zip(SPLITS, trajectories, strict=True):
            inputs = np.column_stack([v[rows], eta_0[rows]])
            inputs = np.repeat(inputs, self.n_times, axis=0)
            variables[f"x_{split}"] = (
                (split, "input"),
                np.column_stack([times[rows].ravel(), inputs]),
                {"long_name": f"inputs of the {split} split", "units": "1"},
            )
            variables[f"y_{split}"] = (
                (split, "output"),
                eta[rows].reshape(-1, self.n_species),
                {"long_name": f"concentrations at the time, {split} split", "units": "1"},
            )
            variables[f"trajectory_{split}"] = (
                split,
                np.repeat(rows, self.n_times),
                {"long_name": f"trajectory of the sample, {split} split", "units": "1"},
            )
        species = [f"eta_{i}" for i in range(1, self.n_species + 1)]
        start_names = [f"{name}(0)" for name in species]
        coords = {
            "input": ("input", ["t", "v", *start_names], {"long_name": "input"}),
            "output": ("output", species, {"long_name": "species"}),
        }
        attrs = {"problem": self.name, "options": json.dumps(asdict(self)), "seed": seed}
        return stamp(xr.Dataset(variables, coords=coords, attrs=attrs))

    def _draw(
        self, n: int, sobol: np.random.SeedSequence, order: np.random.SeedSequence
    ) -> tuple[np.ndarray, np.ndarray]:
        sampler = scipy.stats.qmc.Sobol(self.n_species + 1, rng=np.random.default_rng(sobol))
        points = sampler.random_base2(int(np.ceil(np.log2(n))))
        # Consecutive Sobol points fill the cube alternately; shuffled, every split fills it alike.
        points = np.random.default_rng(order).permutation(points)[:n]
        v = self.v_low + (self.v_high - self.v_low) * points[:, 0]
        # Normalised exponential draws are uniform on the simplex.
        amounts = -np.log1p(-points[:, 1:])
        return v, amounts / amounts.sum(axis=1, keepdims=True)


def solve(eta_0: np.ndarray, v: float, times: np.ndarray) -> np.ndarray:
    """Solve the equations for one initial condition.

    Parameters
    ----------
    eta_0
        ``(M,)`` initial concentrations, positive.
    v
        Factor on all rates, positive.
    times
        ``(n,)`` increasing, not negative.

    Returns
    -------
    numpy.ndarray
        ``(n, M)`` concentrations.
    """
    rates = v * np.resize(RATES, len(eta_0) - 1)

    def derivative(_: float, eta: np.ndarray) -> np.ndarray:
        flow = rates * eta[1:] * eta[:-1]
        change = np.zeros_like(eta)
        change[:-1] -= flow
        change[1:] += flow
        return change

    solution = scipy.integrate.solve_ivp(
        derivative, (0.0, times[-1]), eta_0, "LSODA", t_eval=times, rtol=1e-10, atol=1e-12
    )
    if not solution.success:
        raise RuntimeError(f"Bateman equations not solved: {solution.message}")
    return solution.y.T
