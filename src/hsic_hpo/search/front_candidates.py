"""Candidates of the search of the front: random configurations, and variations of good ones."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.spaces.subspace import Subspace
from hsic_hpo.surrogate import process as surrogate

_N_RANDOM = 3000
_N_CHILDREN = 100
_MOST_CHANGES = 3
_STEP = 0.15
_EDGE = 1e-4

# Costs of configurations, of which the features are given, too.
Price = Callable[[Sequence[dict[str, Any]], np.ndarray], np.ndarray]


class Candidates:
    """Distinct new configurations within a limit, with their features and costs.

    Parameters
    ----------
    space
        Of the configurations.
    finished
        Configurations that are not new.
    price
        Gives costs; infinite is that of what cannot be built.
    limit
        The highest cost.

    Attributes
    ----------
    configurations
        The candidates.
    z, costs
        ``(m, k)`` their features and ``(m,)`` their costs.
    """

    def __init__(
        self, space: Space, finished: Iterable[Mapping[str, Any]], price: Price, limit: float
    ) -> None:
        self._space, self._price, self._limit = space, price, limit
        self._known = {json.dumps(dict(configuration)) for configuration in finished}
        self.configurations: list[dict[str, Any]] = []
        self.z = np.empty((0, 0))
        self.costs = np.empty(0)

    def add(self, drawn: Iterable[dict[str, Any]]) -> None:
        """Add those that are new, also to what :meth:`keep` has left out, and within the limit."""
        found = {json.dumps(one): one for one in drawn}
        new = [one for key, one in found.items() if key not in self._known]
        self._known |= found.keys()
        if not new:
            return
        z = surrogate.features(self._space, new)
        costs = self._price(new, z)
        inside = np.flatnonzero(np.isfinite(costs) & (costs <= self._limit))
        self.configurations += [new[i] for i in inside]
        self.z = np.vstack([self.z, z[inside]]) if self.z.size else z[inside]
        self.costs = np.concatenate([self.costs, costs[inside]])

    def keep(self, places: np.ndarray) -> None:
        """Leave out all but some."""
        self.configurations = [self.configurations[i] for i in places]
        self.z, self.costs = self.z[places], self.costs[places]


def at_random(parts: Sequence[Subspace], rng: np.random.Generator) -> list[dict[str, Any]]:
    """Draw configurations of parts of a space, from each as many."""
    drawn = []
    for part in parts:
        if part.free is None:
            drawn.append(part.complete({}))
        else:
            points = sample(part.free, _N_RANDOM // len(parts), int(rng.integers(2**63)))
            drawn += part.configurations(points)
    return drawn


def variations(
    parts: Sequence[Subspace], parents: Sequence[Mapping[str, Any]], rng: np.random.Generator
) -> list[dict[str, Any]]:
    """Vary configurations in a few values, as far as each of the parts leaves them free."""
    drawn = []
    for part in parts:
        if part.free is not None and parents:
            n = _N_CHILDREN // len(parts)
            points = [_variations(part.project(parent), n, rng) for parent in parents]
            drawn += part.configurations(part.free.mask(np.vstack(points)))
    return drawn


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
