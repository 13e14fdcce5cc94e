"""A batch of proposals from one Gaussian process: each chosen one counts as if it were trained.

What a chosen candidate is believed to reach enters the process, which keeps the next one away from
it: its predicted value (the kriging believer) or a constant (the constant liar, both [1]_).

References
----------
.. [1] D. Ginsbourger, R. Le Riche, L. Carraro, "Kriging is well-suited to parallelize
   optimization", Computational Intelligence in Expensive Optimization Problems (2010).
"""

from typing import Protocol

import numpy as np
from scipy.linalg import cholesky, solve_triangular

from hsic_hpo.surrogate.process import LEAST_NOISE, Process, scale


class Aim(Protocol):
    """What a batch is chosen for."""

    def gains(self, means: np.ndarray, deviations: np.ndarray) -> np.ndarray:
        """Return ``(m,)`` what each candidate is expected to gain, given its prediction."""

    def believe(self, place: int, mean: float) -> float:
        """Return what a chosen candidate is believed to reach; later gains count from there."""


def choose_batch(
    fitted: Process,
    x: np.ndarray,
    y: np.ndarray,
    z: np.ndarray,
    n: int,
    aim: Aim,
    noise: np.ndarray | float = 0.0,
) -> list[int]:
    """Return the candidates of the largest gain, one after another.

    Parameters
    ----------
    fitted
        Gaussian process of which kernel and noise are taken.
    x, y
        ``(k, d)`` and ``(k,)`` data.
    z
        ``(m, d)`` candidates.
    n
        Size of the batch.
    aim
        What is gained.
    noise
        Variances, ``(k,)`` or one for all, that are known of the data beside the fitted noise.

    Returns
    -------
    list of int
        At most n distinct rows of ``z``.
    """
    beliefs = _Beliefs(fitted, x, y, z, noise)
    chosen: list[int] = []
    for _ in range(min(n, len(z))):
        means, deviations = beliefs.predict()
        gains = aim.gains(means, deviations)
        gains[chosen] = -np.inf
        place = int(np.argmax(gains))
        chosen.append(place)
        beliefs.add(place, aim.believe(place, float(means[place])))
    return chosen


def first_gains(
    fitted: Process,
    x: np.ndarray,
    y: np.ndarray,
    z: np.ndarray,
    aim: Aim,
    noise: np.ndarray | float = 0.0,
) -> np.ndarray:
    """Return ``(m,)`` what each candidate gains alone; the arguments of :func:`choose_batch`."""
    return aim.gains(*_Beliefs(fitted, x, y, z, noise).predict())


def predicted(
    fitted: Process, x: np.ndarray, y: np.ndarray, z: np.ndarray, noise: np.ndarray | float = 0.0
) -> np.ndarray:
    """Return the means of a Gaussian process at ``z``; the arguments of :func:`choose_batch`."""
    return _Beliefs(fitted, x, y, z, noise).predict()[0]


class _Beliefs:
    """Predictions at fixed candidates, of a process that is conditioned on one of them at a time.

    The Cholesky factor of the covariance and its solution at the candidates grow by a row with
    each, so that a batch takes hardly longer than one proposal. The predictions are those of
    scikit-learn's process, which normalises the data by their mean and deviation, up to rounding.
    """

    def __init__(
        self,
        fitted: Process,
        x: np.ndarray,
        y: np.ndarray,
        z: np.ndarray,
        noise: np.ndarray | float,
    ) -> None:
        self._kernel = fitted.kernel_.k1
        self._z, self._y = z, y
        known = np.broadcast_to(noise, len(y)) / scale(y) ** 2
        self._least = max(fitted.noise_, LEAST_NOISE)
        self._further = float(np.median(known)) + self._least
        covariance = self._kernel(x)
        covariance[np.diag_indices_from(covariance)] += self._least + known
        self._factor = cholesky(covariance, lower=True)
        self._solved = solve_triangular(self._factor, self._kernel(x, z), lower=True)
        self._left = self._kernel.diag(z) - (self._solved**2).sum(axis=0)

    def predict(self) -> tuple[np.ndarray, np.ndarray]:
        """Return means and deviations at the candidates."""
        middle, spread = self._y.mean(), scale(self._y)
        weights = solve_triangular(self._factor, (self._y - middle) / spread, lower=True)
        means = middle + spread * (weights @ self._solved)
        return means, spread * np.sqrt(np.maximum(self._left, 0))

    def add(self, place: int, value: float) -> None:
        """Condition on a candidate."""
        column = self._solved[:, place]
        pivot = np.sqrt(max(self._left[place], 0) + self._further)
        row = (self._kernel(self._z[[place]], self._z)[0] - column @ self._solved) / pivot
        n = len(self._factor)
        factor = np.zeros((n + 1, n + 1))
        factor[:n, :n], factor[n, :n], factor[n, n] = self._factor, column, pivot
        self._factor = factor
        self._solved = np.vstack([self._solved, row])
        self._left = self._left - row**2
        self._y = np.append(self._y, value)
