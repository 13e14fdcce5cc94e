"""The front of error and cost as a staircase, its hypervolume, and what a trial could add to it.

The cost of a configuration is known before its training, its error is not. For a Gaussian
prediction of the error the expected improvement of the hypervolume then has a closed form: over
each step of the staircase that is at least as dear, the step's width times the expected
improvement of the error below its height. It is the expected hypervolume improvement ([1]_) for
two objectives of which one is certain.

References
----------
.. [1] M. Emmerich, K. Yang, A. Deutz, H. Wang, C. M. Fonseca, "A multicriteria generalization of
   Bayesian global optimization", Advances in Stochastic and Deterministic Global Optimization
   (2016).
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

# A deviation that counts as none, and how many deviations off the tails are zero.
_CERTAIN = 1e-12
_FAR = 38.0


@dataclass(frozen=True)
class Staircase:
    """The lowest value that is reached with each cost, between two costs.

    Attributes
    ----------
    edges
        ``(k + 1,)`` increasing costs, from the lowest to the highest that count.
    heights
        ``(k,)`` lowest value among trials that cost at most as much as the step's left edge; the
        first one is the worst value that counts, unless a trial has the lowest cost.
    top
        The worst value that counts.
    """

    edges: np.ndarray
    heights: np.ndarray
    top: float

    @classmethod
    def of(
        cls, costs: np.ndarray, values: np.ndarray, *, low: float, high: float, top: float
    ) -> "Staircase":
        """Build the staircase of finished trials.

        Parameters
        ----------
        costs, values
            ``(n,)``, to be kept low both; those that are not finite are left out.
        low, high
            Costs between which the staircase stands; a cheaper trial counts from ``low`` on, a
            dearer one does not count.
        top
            Worst value that counts.
        """
        edges, heights = [low], [top]
        for place in np.lexsort((values, costs)):
            if costs[place] >= high or not values[place] < heights[-1]:
                continue
            if costs[place] > edges[-1]:
                edges.append(float(costs[place]))
                heights.append(float(values[place]))
            else:
                heights[-1] = float(values[place])
        return cls(np.array([*edges, high]), np.array(heights), top)

    @property
    def hypervolume(self) -> float:
        """Area between the staircase and the worst value that counts."""
        return float(np.diff(self.edges) @ (self.top - self.heights))

    def height(self, costs: np.ndarray) -> np.ndarray:
        """Return the lowest value that is reached with each of the costs."""
        steps = np.searchsorted(self.edges[:-1], costs, side="right") - 1
        return np.asarray(np.where(steps < 0, self.top, self.heights[steps]))

    def expected_improvement(
        self, costs: np.ndarray, means: np.ndarray, deviations: np.ndarray
    ) -> np.ndarray:
        """Return by how much each candidate is expected to enlarge the hypervolume.

        Parameters
        ----------
        costs
            ``(n,)`` certain costs.
        means, deviations
            ``(n,)`` of the Gaussian prediction of the value; deviations of at least 0.

        Returns
        -------
        numpy.ndarray
            ``(n,)``, not negative; 0 for a cost beyond the last edge.
        """
        widths = np.clip(self.edges[1:] - np.maximum(self.edges[:-1], costs[:, None]), 0, None)
        improvement = expected_improvement(self.heights - means[:, None], deviations[:, None])
        return np.asarray((widths * improvement).sum(axis=1))


def expected_improvement(gaps: np.ndarray, deviations: np.ndarray) -> np.ndarray:
    """Return by how much a Gaussian prediction is expected to fall below a value.

    Parameters
    ----------
    gaps
        The value less the mean of the prediction.
    deviations
        Standard deviations of the prediction, at least 0.

    Returns
    -------
    numpy.ndarray
        Not negative, of the common shape.
    """
    spread = np.maximum(deviations, _CERTAIN)
    scaled = np.clip(gaps / spread, -_FAR, _FAR)
    return np.maximum(gaps * norm.cdf(scaled) + spread * norm.pdf(scaled), 0)
