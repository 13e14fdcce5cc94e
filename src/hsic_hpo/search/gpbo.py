"""Bayesian optimisation with a Gaussian process: expected improvement, in batches.

The surrogate covers the whole search space, so that it learns from every finished trial, also from
one outside the part of the space that is searched. Candidates are random configurations of that
part and variations of the best ones; conditional hyperparameters exist in a candidate exactly
where they exist in the space. A batch is built by the constant liar
(:mod:`hsic_hpo.search.batches`): each proposal counts as if it had reached the best error so far.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hsic_hpo.search.batches import choose_batch
from hsic_hpo.search.hypervolume import expected_improvement
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.subspace import Subspace
from hsic_hpo.surrogate import process as surrogate

# The time to fit a Gaussian process grows with the cube of the number of trials.
LARGEST_FIT = 400
_N_RANDOM = 1500
_N_PARENTS = 10
_N_CHILDREN = 100
_STEP = 0.15
_EDGE = 1e-4
# The normalised value of a value that is drawn again differs by rounding.
_DIGITS = 9


def propose_by_improvement(
    subspace: Subspace,
    configurations: Sequence[Mapping[str, Any]],
    errors: np.ndarray,
    costs: np.ndarray,
    n: int,
    *,
    seed: int,
    ceiling: float = np.inf,
    cost_of: Callable[[dict[str, Any]], float] | None = None,
) -> list[dict[str, Any]]:
    """Propose a batch of configurations of the largest expected improvement.

    Parameters
    ----------
    subspace
        Where to search.
    configurations, errors, costs
        Finished trials of the whole space, at least one; errors and costs are infinite where
        unknown. Beyond ``LARGEST_FIT`` of them the surrogate is fitted to the better half and
        to every k-th of the others, by rank.
    n
        Size of the batch.
    seed
        Non-negative integer.
    ceiling
        Proposals cost at most as much; improvement counts from the best trial that does.
    cost_of
        Cost of a configuration; None predicts it from the costs of the finished trials.

    Returns
    -------
    list of dict
        At most n; fewer where the part of the space holds no more new ones.
    """
    rng = np.random.default_rng(seed)
    affordable = costs <= ceiling
    drawn = candidates(subspace, configurations, np.where(affordable, errors, np.inf), rng)
    x, z = (surrogate.features(subspace.space, c) for c in (configurations, drawn))
    new = ~_repeated(z, x)
    kept = representative(errors, LARGEST_FIT)
    x, y = x[kept], surrogate.modelled_errors(errors[kept])
    if np.isfinite(ceiling):
        known = None if cost_of is None else np.array([cost_of(c) for c in drawn])
        new &= (cost_prediction(x, costs[kept], seed)(z) if known is None else known) <= ceiling
    places = np.flatnonzero(new)
    if not places.size:
        return []
    best = y[affordable[kept]].min() if affordable[kept].any() else y.min()
    chosen = choose_batch(surrogate.fit(x, y, seed), x, y, z[places], n, _Improvement(best))
    return [drawn[i] for i in places[chosen]]


def _repeated(z: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Tell which rows of ``z`` equal a row of ``x`` up to rounding."""
    done = {row.tobytes() for row in x.round(_DIGITS)}
    return np.array([row.tobytes() in done for row in z.round(_DIGITS)])


@dataclass(frozen=True)
class _Improvement:
    """Expected improvement on the lowest value; what is chosen is believed to reach just that."""

    best: float

    def gains(self, means: np.ndarray, deviations: np.ndarray) -> np.ndarray:
        return expected_improvement(self.best - means, deviations)

    def believe(self, place: int, mean: float) -> float:
        return self.best


def cost_prediction(
    x: np.ndarray, costs: np.ndarray, seed: int
) -> Callable[[np.ndarray], np.ndarray]:
    """Return what predicts costs, which have little noise, from finished trials.

    They span decades, so that logarithms are modelled where none is negative.

    Parameters
    ----------
    x, costs
        ``(n, k)`` features of the trials and ``(n,)`` their costs, infinite where unknown.
    seed
        Non-negative integer.

    Returns
    -------
    callable
        From ``(m, k)`` features to ``(m,)`` costs; zeros where no cost is known.
    """
    known = np.isfinite(costs)
    if (costs[known] < 0).any():
        # Such as logarithms, or a throughput times minus one.
        raw = surrogate.fit(x[known], costs[known], seed)
        return lambda z: np.asarray(raw.predict(z))
    known &= costs > 0
    if not known.any():
        return lambda z: np.zeros(len(z))
    fitted = surrogate.fit(x[known], np.log(costs[known]), seed)
    return lambda z: np.asarray(np.exp(fitted.predict(z)))


def representative(errors: np.ndarray, largest: int) -> np.ndarray:
    """Choose trials to fit to: all, or the best half and evenly ranked ones of the others.

    Returns
    -------
    numpy.ndarray
        At most ``largest`` increasing places.
    """
    order = np.argsort(errors, kind="stable")
    if len(order) > largest:
        half = largest // 2
        others = np.linspace(half, len(order) - 1, largest - half).round().astype(int)
        order = order[np.concatenate([np.arange(half), others])]
    return np.sort(order)


def candidates(
    subspace: Subspace,
    configurations: Sequence[Mapping[str, Any]],
    errors: np.ndarray,
    rng: np.random.Generator,
) -> list[dict[str, Any]]:
    """Draw distinct configurations of a subspace: at random, and near the best finished ones."""
    free = subspace.free
    if free is None:
        return [subspace.complete({})]
    points = [sample(free, _N_RANDOM, int(rng.integers(2**63)))]
    for i in np.argsort(errors, kind="stable")[:_N_PARENTS]:
        points.append(_variations(subspace.project(configurations[i]), rng))
    u = free.mask(np.vstack(points))
    return list({json.dumps(c): c for c in subspace.configurations(u)}.values())


def _variations(point: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a point and others that differ from it in two coordinates on average."""
    shape = (_N_CHILDREN, len(point))
    fresh = rng.random(shape)
    varied = np.where(np.isnan(point), fresh, point)
    near = varied + _STEP * rng.standard_normal(shape)
    moved = np.where(rng.random(shape) < 1 / 3, fresh, near)
    changes = rng.random(shape) < 2 / len(point)
    changes[0] = False
    # The ends of an unbounded law are infinite.
    return np.clip(np.where(changes, moved, varied), _EDGE, 1 - _EDGE)
