"""Bayesian optimisation of the whole front of error and cost, with costs known before training.

The surrogate is a Gaussian process for the error over the whole space. The configuration that is
proposed next is the candidate whose training is expected to enlarge the hypervolume of the front
most (:mod:`hsic_hpo.search.hypervolume`); a batch is built by the kriging believer
(:mod:`hsic_hpo.search.batches`): each proposal counts as if it had reached its predicted error.
Candidates are random configurations and variations of those on the front, then variations of the
candidates that are expected to enlarge it most (:mod:`hsic_hpo.search.front_candidates`).

A lower error at a higher cost enlarges the hypervolume only as far as costs go beyond it: next to
the highest cost hardly at all, so that the lowest error would be the last to be searched. The costs
that count therefore go on beyond the highest one, by half of what they span in logarithms: a lower
error at the highest cost counts a third of one that is reached at the lowest.

The front is that of the errors that the process predicts for the finished trials, not of those that
were seen: a network that was lucky once would else stand on it and keep better ones away. Where
configurations are trained several times, the spread is given to the process as known noise
(:mod:`hsic_hpo.search.noise`). None of this is in the paper.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hsic_hpo.search.batches import choose_batch, first_gains, predicted
from hsic_hpo.search.front_candidates import Candidates, Price, at_random, variations
from hsic_hpo.search.gpbo import LARGEST_FIT, cost_prediction, representative
from hsic_hpo.search.hypervolume import Staircase
from hsic_hpo.search.noise import known_noise
from hsic_hpo.spaces.subspace import Subspace
from hsic_hpo.surrogate import process as surrogate
from hsic_hpo.trials.history import History

_N_PARENTS = 20
# Candidates of the largest gain are varied in their turn so many times, of so many.
_N_GENERATIONS = 2
_N_KEPT = 1000
# By how much of their range the costs that count go on beyond the highest one.
_BEYOND = 0.5


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
    known = x[kept], y[kept]
    fitted = surrogate.fit(*known, seed, noise[kept], surrogate.RegularisedProcess)
    expected = predicted(fitted, *known, x, noise[kept])
    price = _price(cost_of, x[kept], costs[kept], seed)
    drawn = Candidates(space, configurations, price, limit)

    def aim() -> _Enlargement:
        return _Enlargement(*_scaled(costs, drawn.costs), expected)

    front = History(configurations, expected, costs).front()
    drawn.add(at_random(parts, rng))
    drawn.add(variations(parts, [configurations[i] for i in front[-_N_PARENTS:]], rng))
    if not drawn.configurations:
        return []
    for _ in range(_N_GENERATIONS):
        gains = first_gains(fitted, *known, drawn.z, aim(), noise[kept])
        drawn.keep(np.argsort(-gains, kind="stable")[:_N_KEPT])
        drawn.add(variations(parts, drawn.configurations[:_N_PARENTS], rng))
    chosen = choose_batch(fitted, *known, drawn.z, n, aim(), noise[kept])
    return [drawn.configurations[i] for i in chosen]


def _price(
    cost_of: Callable[[dict[str, Any]], float] | None, x: np.ndarray, costs: np.ndarray, seed: int
) -> Price:
    """Return what gives the costs of candidates: the costs that are known, or a prediction."""
    if cost_of is None:
        predict = cost_prediction(x, costs, seed)
        return lambda _, z: predict(z)
    return lambda new, _: np.array([cost_of(configuration) for configuration in new])


def _scaled(costs: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return logarithms of costs, which span decades, where all are positive.

    Without a cost all are 0: what is left is the expected improvement of the error.
    """
    if not np.isfinite(costs).any():
        return np.zeros_like(costs), np.zeros_like(others)
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
