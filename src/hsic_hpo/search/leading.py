"""The part of a space where only what seems to decide over the best trials so far varies.

Few trials in many dimensions leave a search little to go by. Here the index of the paper, HSIC
between a hyperparameter and being among the best trials ([1]_), only says where candidates are
looked for as well: those whose index stands out from what independence gives on average vary, the
others stay at the values of the best trial. It is no test, and where trials were proposed and not
drawn no estimate of the index either: proposals come from the whole space too, and the search's
model chooses among all candidates. Not in the paper. On a forest of 21 hyperparameters it was seen
to help; see ``benchmarks/search.py``.

References
----------
.. [1] P. Novello, G. Poëtte, D. Lugato, P. M. Congedo, "Goal-oriented sensitivity analysis of
   hyperparameters in deep learning", Journal of Scientific Computing 94, 45 (2023).
"""

import numpy as np

from hsic_hpo.indices.bandwidths import MEDIAN_BANDWIDTH
from hsic_hpo.spaces.subspace import Subspace
from hsic_hpo.surrogate.process import feature_columns, features
from hsic_hpo.trials.history import History

_BEST = 0.2
_LEAST_BEST = 5
# Above the mean of 1 that independence gives.
_STANDS_OUT = 1.5
_LEAST_VARIED = 3


def leading_space(part: Subspace, finished: History) -> Subspace:
    """Return the part of a space in which what seems to matter varies, the rest as in the best.

    Parameters
    ----------
    part
        All that is searched.
    finished
        Finished trials of the whole space.

    Returns
    -------
    Subspace
        ``part`` itself where too few trials have ended well to tell.
    """
    space = part.space
    ended = np.flatnonzero(np.isfinite(finished.errors))
    if part.free is None or len(ended) < 2 * _LEAST_BEST:
        return part
    errors = finished.errors[ended]
    x = features(space, [finished.configurations[i] for i in ended])
    reached = np.zeros(len(ended))
    reached[np.argsort(errors, kind="stable")[: max(_LEAST_BEST, round(_BEST * len(ended)))]] = 1
    found = dict(
        zip(
            space.names,
            (relative_index(x[:, columns], reached) for columns in feature_columns(space)),
            strict=True,
        )
    )
    ranked = sorted(found, key=lambda name: -found[name])
    varied = {name for name in ranked if found[name] >= _STANDS_OUT} | {*ranked[:_LEAST_VARIED]}
    best = finished.configurations[ended[int(np.argmin(errors))]]
    changes = {
        one.name: best[one.name]
        for one in part.free.hyperparameters
        if one.name not in varied and one.name in best and one.contains(best[one.name])
    }
    restricted = {
        one.name: {k: v for k, v in one.definition.items() if k not in ("type", "when")}
        for one in part.free.hyperparameters
    }
    return Subspace.of(space, {**part.fixed, **restricted, **changes})


def relative_index(x: np.ndarray, reached: np.ndarray) -> float:
    """Return the HSIC of features and a goal over its mean under independence.

    Parameters
    ----------
    x
        ``(n, k)`` features of one hyperparameter, see
        :func:`hsic_hpo.surrogate.process.features`.
    reached
        ``(n,)``, 1 for the trials that reach the goal and 0 for the others, of both some.

    Returns
    -------
    float
        Not negative, 1 on average where the goal does not depend on ``x``; 0 for a constant.
    """
    n = len(x)
    squares = ((x[:, None, :] - x[None, :, :]) ** 2).sum(axis=-1)
    kernel = np.exp(-squares / (2 * MEDIAN_BANDWIDTH**2))
    centred = kernel - kernel.mean(axis=0)
    centred -= centred.mean(axis=1, keepdims=True)
    goal = reached - reached.mean()
    # The mean over all permutations of the goal.
    mean = np.trace(centred) * (goal @ goal) / (n - 1)
    return float(goal @ centred @ goal / mean) if mean > 0 else 0.0
