"""Bayesian optimisation of the whole front of error and cost, with costs known before training.

The surrogate is a Gaussian process for the error over the whole space. The configuration that is
proposed next is the candidate whose training is expected to enlarge the hypervolume of the front
most (:mod:`hsic_hpo.search.hypervolume`); a batch is built by the kriging believer ([1]_): each
proposal counts as if it had reached its predicted error. Candidates are random configurations and
variations of those on the front.

References
----------
.. [1] D. Ginsbourger, R. Le Riche, L. Carraro, "Kriging is well-suited to parallelize
   optimization", Computational Intelligence in Expensive Optimization Problems (2010).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from hsic_hpo.search.gpbo import LARGEST_FIT, predicted_costs, representative
from hsic_hpo.search.hypervolume import Staircase
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.surrogate import process as surrogate
from hsic_hpo.trials.history import History

_N_RANDOM = 3000
_N_CHILDREN = 100
_N_PARENTS = 20
_MOST_CHANGES = 3
_STEP = 0.15
_EDGE = 1e-4


def propose_on_front(
    space: Space,
    configurations: Sequence[Mapping[str, Any]],
    errors: np.ndarray,
    costs: np.ndarray,
    n: int,
    *,
    seed: int,
    cost_of: Callable[[dict[str, Any]], float] | None = None,
    limit: float = np.inf,
) -> list[dict[str, Any]]:
    """Propose a batch of configurations that are expected to enlarge the front most.

    Parameters
    ----------
    space
        The search space.
    configurations, errors, costs
        Finished trials, at least one; errors and costs are infinite where unknown.
    n
        Size of the batch.
    seed
        Non-negative integer.
    cost_of
        Cost of a configuration; None predicts it from the costs of the finished trials.
    limit
        Proposals cost at most as much.

    Returns
    -------
    list of dict
        At most n, each new; fewer where the space holds no more new ones within the limit.
    """
    rng = np.random.default_rng(seed)
    x, y = surrogate.features(space, configurations), surrogate.modelled_errors(errors)
    front = History(configurations, y, costs).front()
    parents = [configurations[i] for i in front[-_N_PARENTS:]]
    done = {json.dumps(dict(configuration)) for configuration in configurations}
    drawn = [c for c in _candidates(space, parents, rng) if json.dumps(c) not in done]
    if not drawn:
        return []
    z = surrogate.features(space, drawn)
    if cost_of is not None:
        dearness = np.array([cost_of(configuration) for configuration in drawn])
    else:
        dearness = predicted_costs(x, costs, z, seed)
    # Infinite is the cost of what cannot be built.
    inside = np.flatnonzero(np.isfinite(dearness) & (dearness <= limit))
    if not inside.size:
        return []
    spent, dearness = _scaled(costs, dearness[inside])
    batch = _batch(x, y, spent, z[inside], dearness, n, seed)
    return [drawn[i] for i in inside[batch]]


def _scaled(costs: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return logarithms of costs, which span decades, where all are positive."""
    known = np.concatenate([costs[np.isfinite(costs)], others])
    if (known > 0).all():
        return np.log(costs), np.log(others)
    return costs, others


def _batch(
    x: np.ndarray,
    y: np.ndarray,
    costs: np.ndarray,
    z: np.ndarray,
    dearness: np.ndarray,
    n: int,
    seed: int,
) -> list[int]:
    """Return the candidates chosen one after another, each believed to be as predicted."""
    both = np.concatenate([costs[np.isfinite(costs)], dearness])
    ends = {"low": both.min(), "high": max(both.max(), both.min() + 1.0), "top": y.max()}
    front = Staircase.of(costs, y, **ends)
    near = representative(y - front.height(costs), LARGEST_FIT)
    x, model_y = x[near], y[near]
    fitted = surrogate.fit(x, model_y, seed)
    chosen: list[int] = []
    for _ in range(min(n, len(z))):
        means, deviations = surrogate.condition(fitted, x, model_y).predict(z, return_std=True)
        gains = front.expected_improvement(dearness, means, deviations)
        gains[chosen] = -np.inf
        place = int(np.argmax(gains))
        chosen.append(place)
        x, model_y = np.vstack([x, z[place]]), np.append(model_y, means[place])
        costs, y = np.append(costs, dearness[place]), np.append(y, means[place])
        front = Staircase.of(costs, y, **ends)
    return chosen


def _candidates(
    space: Space, parents: Sequence[Mapping[str, Any]], rng: np.random.Generator
) -> list[dict[str, Any]]:
    """Draw distinct configurations: at random, and variations of given ones in a few values."""
    points = [sample(space, _N_RANDOM, int(rng.integers(2**63)))]
    points += [_variations(space.point(parent), rng) for parent in parents]
    drawn = space.configurations(space.mask(np.vstack(points)))
    return list({json.dumps(configuration): configuration for configuration in drawn}.values())


def _variations(point: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return points that differ from one in one to three coordinates."""
    shape = (_N_CHILDREN, len(point))
    fresh = rng.random(shape)
    base = np.where(np.isnan(point), fresh, point)
    order = rng.random(shape).argsort(axis=1).argsort(axis=1)
    changes = order < rng.integers(1, _MOST_CHANGES + 1, (_N_CHILDREN, 1))
    # The ends of an unbounded law are infinite.
    near = np.clip(base + _STEP * rng.standard_normal(shape), _EDGE, 1 - _EDGE)
    moved = np.where(rng.random(shape) < 1 / 2, fresh, near)
    return np.where(changes, moved, base)
