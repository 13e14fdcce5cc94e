"""Bayesian optimisation of the whole front of error and cost, with costs known before training.

The surrogate is a Gaussian process for the error over the whole space. The configuration that is
proposed next is the candidate whose training is expected to enlarge the hypervolume of the front
most (:mod:`hsic_hpo.search.hypervolume`); a batch is built by the kriging believer
(:mod:`hsic_hpo.search.batches`): each proposal counts as if it had reached its predicted error.
Candidates are random configurations and variations of those on the front.

A lower error at a higher cost enlarges the hypervolume only as far as costs go beyond it: next to
the highest cost hardly at all, so that the lowest error would be the last to be searched. The costs
that count therefore end as far above the highest one as that lies above the lowest, in logarithms:
the lowest error at any cost counts as much as one that all costs share.

The front is that of the errors that the process predicts for the finished trials, not of those that
were seen: a network that was lucky once would else stand on it and keep better ones away. Where
configurations are trained several times, the spread is given to the process as known noise
(:mod:`hsic_hpo.search.noise`). None of this is in the paper.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from hsic_hpo.search.batches import choose_batch, predicted
from hsic_hpo.search.gpbo import LARGEST_FIT, predicted_costs, representative
from hsic_hpo.search.hypervolume import Staircase
from hsic_hpo.search.noise import known_noise
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.subspace import Subspace
from hsic_hpo.surrogate import process as surrogate
from hsic_hpo.trials.history import History

_N_RANDOM = 3000
_N_CHILDREN = 100
_N_PARENTS = 20
_MOST_CHANGES = 3
_STEP = 0.15
_EDGE = 1e-4
# By how many times their range the costs that count go beyond the highest one.
_BEYOND = 1.0


def propose_on_front(
    parts: Sequence[Subspace],
    finished: History,
    n: int,
    *,
    seed: int,
    cost_of: Callable[[dict[str, Any]], float] | None = None,
    limit: float = np.inf,
) -> list[dict[str, Any]]:
    """Propose a batch of configurations that are expected to enlarge the front most.

    Parameters
    ----------
    parts
        Parts of one space, from each of which as many candidates are drawn: the preferred part
        and all that is searched, of a search with decisions.
    finished
        Finished trials of the whole space, at least one.
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
        At most n, each new; fewer where the parts hold no more new ones within the limit.
    """
    rng = np.random.default_rng(seed)
    space, configurations, costs = parts[0].space, finished.configurations, finished.costs
    x, y = surrogate.features(space, configurations), surrogate.modelled_errors(finished.told)
    noise = known_noise(finished)
    kept = representative(y, LARGEST_FIT)
    fitted = surrogate.fit(x[kept], y[kept], seed, noise[kept])
    expected = predicted(fitted, x[kept], y[kept], x, noise[kept])
    front = History(configurations, expected, costs).front()
    parents = [configurations[i] for i in front[-_N_PARENTS:]]
    done = {json.dumps(dict(configuration)) for configuration in configurations}
    drawn = [c for c in _candidates(parts, parents, rng) if json.dumps(c) not in done]
    if not drawn:
        return []
    z = surrogate.features(space, drawn)
    if cost_of is not None:
        dearness = np.array([cost_of(configuration) for configuration in drawn])
    else:
        dearness = predicted_costs(x[kept], costs[kept], z, seed)
    # Infinite is the cost of what cannot be built.
    inside = np.flatnonzero(np.isfinite(dearness) & (dearness <= limit))
    if not inside.size:
        return []
    aim = _Enlargement(*_scaled(costs, dearness[inside]), expected)
    chosen = choose_batch(fitted, x[kept], y[kept], z[inside], n, aim, noise[kept])
    return [drawn[i] for i in inside[chosen]]


def _scaled(costs: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return logarithms of costs, which span decades, where all are positive."""
    known = np.concatenate([costs[np.isfinite(costs)], others])
    if (known > 0).all():
        return np.log(costs), np.log(others)
    return costs, others


class _Enlargement:
    """Expected improvement of the hypervolume; what is chosen is believed to be as predicted."""

    def __init__(self, costs: np.ndarray, candidates: np.ndarray, values: np.ndarray) -> None:
        both = np.concatenate([costs[np.isfinite(costs)], candidates])
        self._low, highest = both.min(), max(both.max(), both.min() + 1.0)
        self._high = highest + _BEYOND * (highest - self._low)
        self._top = values.max()
        self._costs, self._candidates, self._values = costs, candidates, values

    def gains(self, means: np.ndarray, deviations: np.ndarray) -> np.ndarray:
        front = Staircase.of(
            self._costs, self._values, low=self._low, high=self._high, top=self._top
        )
        return front.expected_improvement(self._candidates, means, deviations)

    def believe(self, place: int, mean: float) -> float:
        self._costs = np.append(self._costs, self._candidates[place])
        self._values = np.append(self._values, mean)
        return mean


def _candidates(
    parts: Sequence[Subspace], parents: Sequence[Mapping[str, Any]], rng: np.random.Generator
) -> list[dict[str, Any]]:
    """Draw distinct configurations: at random, and variations of given ones in a few values."""
    drawn: dict[str, dict[str, Any]] = {}
    for part in parts:
        if part.free is None:
            found = [part.complete({})]
        else:
            points = [sample(part.free, _N_RANDOM // len(parts), int(rng.integers(2**63)))]
            children = _N_CHILDREN // len(parts)
            points += [_variations(part.project(parent), children, rng) for parent in parents]
            found = part.configurations(part.free.mask(np.vstack(points)))
        drawn |= {json.dumps(configuration): configuration for configuration in found}
    return list(drawn.values())


def _variations(point: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Return points that differ from one in one to three coordinates."""
    shape = (n, len(point))
    fresh = rng.random(shape)
    base = np.where(np.isnan(point), fresh, point)
    order = rng.random(shape).argsort(axis=1).argsort(axis=1)
    changes = order < rng.integers(1, _MOST_CHANGES + 1, (n, 1))
    # The ends of an unbounded law are infinite.
    near = np.clip(base + _STEP * rng.standard_normal(shape), _EDGE, 1 - _EDGE)
    moved = np.where(rng.random(shape) < 1 / 2, fresh, near)
    return np.where(changes, moved, base)
