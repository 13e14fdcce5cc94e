"""A ceiling on the cost of networks that keeps the rate at which trials reach the goal.

The question of the paper's range sweep (slides of [1]_, Figure 9), asked of the cost itself: how
often do trials that cost at most c reach the goal, beside all trials? Not in the paper: a binomial
bound, so that few trials are not taken for proof.

References
----------
.. [1] P. Novello, G. Poëtte, D. Lugato, P. M. Congedo, "Goal-oriented sensitivity analysis of
   hyperparameters in deep learning", Journal of Scientific Computing 94, 45 (2023).
"""

from dataclasses import dataclass

import numpy as np
import scipy

_STEPS = 20


@dataclass(frozen=True)
class Ceiling:
    """The cost that proposals may not exceed.

    Attributes
    ----------
    cost
        Infinite where the cost is unknown or the same in all trials.
    quantile
        Fraction of the trials that cost at most as much.
    rate, overall
        Success rates of these trials and of all.
    shown
        Whether the bound on the rate, not the rate alone, is high enough.
    """

    cost: float
    quantile: float
    rate: float
    overall: float
    shown: bool


NO_CEILING = Ceiling(np.inf, np.nan, np.nan, np.nan, shown=False)
"""Where no success rates are known."""


def lower_bound(successes: int, trials: int, assurance: float) -> float:
    """Return the one-sided Clopper-Pearson lower bound of a success rate.

    Parameters
    ----------
    successes, trials
        Counts; at least one trial.
    assurance
        Probability in (0, 1) that the bound lies below the true rate.
    """
    counted = scipy.stats.binomtest(successes, trials, alternative="greater")
    return float(counted.proportion_ci(confidence_level=assurance, method="exact").low)


def keeps_success_rate(
    reached: np.ndarray, needed: float, assurance: float, min_successes: int
) -> bool:
    """Tell whether a success rate of at least ``needed`` is certain, with enough successes."""
    successes = int(reached.sum())
    if successes < max(1, min_successes):
        return False
    return lower_bound(successes, len(reached), assurance) >= needed


def ceiling(
    costs: np.ndarray,
    reached: np.ndarray,
    *,
    quantile: float,
    keep: float,
    assurance: float,
    min_successes: int,
) -> Ceiling:
    """Choose a ceiling for the cost.

    It starts at the cost at ``quantile`` of all trials. It is lowered as long as every ceiling down
    to it keeps the success rate with the stated assurance. If the start does not keep the success
    rate even without that assurance, it is raised until it does.

    Parameters
    ----------
    costs
        ``(n,)``, infinite where unknown.
    reached
        ``(n,)`` of bool: which trials reach the goal.
    quantile
        In (0, 1]: where to start.
    keep
        In [0, 1]: the success rate below the ceiling over that of all trials, at least.
    assurance
        In (0, 1): probability with which a lower ceiling keeps it.
    min_successes
        Trials below a lower ceiling that reach the goal, at least.
    """
    overall = float(reached.mean())
    known = costs[np.isfinite(costs)]
    if not known.size or known.min() == known.max() or not reached.any():
        return Ceiling(np.inf, 1.0, overall, overall, shown=False)
    needed = keep * overall

    def at(fraction: float, *, shown: bool) -> Ceiling:
        cost = float(np.quantile(known, fraction, method="higher"))
        inside = costs <= cost
        return Ceiling(cost, float(inside.mean()), float(reached[inside].mean()), overall, shown)

    lowest = None
    for step in range(_STEPS, 0, -1):
        candidate = at(step / _STEPS, shown=True)
        inside = costs <= candidate.cost
        if not keeps_success_rate(reached[inside], needed, assurance, min_successes):
            break
        lowest = candidate
    if lowest is not None and lowest.quantile <= quantile:
        return lowest
    above = (at(min(1.0, quantile + step / _STEPS), shown=False) for step in range(_STEPS + 1))
    # Where the best trials told no cost, those that did may all together fall short.
    none = Ceiling(np.inf, 1.0, overall, overall, shown=False)
    return next((candidate for candidate in above if candidate.rate >= needed), none)
