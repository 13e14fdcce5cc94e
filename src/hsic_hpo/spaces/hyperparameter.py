"""One hyperparameter: its law, and the map between it and a uniform variable.

A continuous X has U = F(X), with F its cumulative distribution function. A discrete X of levels
with weights w has U uniform in a bin of width w: Gillespie's inversion, as in [1]_.

References
----------
.. [1] P. Novello, G. Poëtte, D. Lugato, P. M. Congedo, "Goal-oriented sensitivity analysis of
   hyperparameters in deep learning", Journal of Scientific Computing 94, 45 (2023), Section 4.1.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np

from hsic_hpo.spaces.conditions import Condition

Kind = Literal["float", "integer", "categorical", "boolean"]


class Law(Protocol):
    """The distribution of a hyperparameter."""

    def values(self, u: np.ndarray) -> np.ndarray:
        """Return the values at ``u``, shape (n,), in [0, 1]."""

    def interval(self, value: Any) -> tuple[float, float]:
        """Return the part of [0, 1] that gives ``value``."""

    def contains(self, value: Any) -> bool:
        """Tell whether ``value`` can occur."""


@dataclass(frozen=True)
class Range:
    """Numbers between two ends, ends included, uniform on a linear or a logarithmic scale.

    Integers are the floor of a continuous variable on [low, high + 1].
    """

    low: float
    high: float
    log: bool = False
    integer: bool = False

    @property
    def _ends(self) -> tuple[float, float]:
        high = self.high + 1 if self.integer else self.high
        return (math.log(self.low), math.log(high)) if self.log else (self.low, high)

    def values(self, u: np.ndarray) -> np.ndarray:
        """Return the values at ``u``."""
        start, end = self._ends
        scaled = start + (end - start) * u
        numbers = np.exp(scaled) if self.log else scaled
        if self.integer:
            numbers = np.floor(numbers)
            # Rounding must not put a bin's lower end into the bin below.
            numbers += self._below(numbers + 1) <= u
            numbers -= self._below(numbers) > u
        return np.clip(numbers, self.low, self.high)

    def _below(self, numbers: Any) -> Any:
        start, end = self._ends
        return ((np.log(numbers) if self.log else numbers) - start) / (end - start)

    def interval(self, value: Any) -> tuple[float, float]:
        """Return the bin of an integer, or the point of a number twice."""
        low = float(self.positions(value))
        high = float(self.positions(value + 1)) if self.integer else low
        return low, high

    def positions(self, numbers: Any) -> Any:
        """Return the points of numbers in [0, 1]; of an integer, where its bin begins."""
        return np.clip(self._below(numbers), 0.0, 1.0)

    def contains(self, value: Any) -> bool:
        """Tell whether ``value`` is a number in the range, and whole where it must be."""
        return (
            _is_number(value)
            and self.low <= value <= self.high
            and (not self.integer or value == int(value))
        )


@dataclass(frozen=True)
class Levels:
    """Levels with probabilities, in the order in which they were listed."""

    levels: tuple[Any, ...]
    probabilities: tuple[float, ...]

    @property
    def _edges(self) -> np.ndarray:
        edges = np.concatenate([[0.0], np.cumsum(self.probabilities)])
        edges[-1] = 1.0
        return edges

    def values(self, u: np.ndarray) -> np.ndarray:
        """Return the levels at ``u``."""
        index = np.searchsorted(self._edges[1:-1], u, side="right")
        levels = np.empty(len(self.levels), dtype=object)
        levels[:] = self.levels
        return levels[index]

    def interval(self, value: Any) -> tuple[float, float]:
        """Return the bin of a level."""
        edges, index = self._edges, self.levels.index(value)
        return float(edges[index]), float(edges[index + 1])

    def contains(self, value: Any) -> bool:
        """Tell whether ``value`` is a level; true and 1 are different."""
        return any(value == level and type(value) is type(level) for level in self.levels) or (
            _is_number(value) and any(_is_number(level) and value == level for level in self.levels)
        )


@dataclass(frozen=True)
class Continuous:
    """A continuous distribution of scipy.stats."""

    frozen: Any

    def values(self, u: np.ndarray) -> np.ndarray:
        """Return the quantiles at ``u``."""
        return self.frozen.ppf(u)

    def interval(self, value: Any) -> tuple[float, float]:
        """Return the point of a number twice."""
        point = float(self.frozen.cdf(value))
        return point, point

    def contains(self, value: Any) -> bool:
        """Tell whether ``value`` is in the support."""
        low, high = self.frozen.support()
        return _is_number(value) and low <= value <= high


@dataclass(frozen=True)
class Hyperparameter:
    """A hyperparameter of a search space.

    Attributes
    ----------
    name
        As the user wrote it.
    type
        ``"float"``, ``"integer"``, ``"categorical"`` or ``"boolean"``.
    law
        Its distribution.
    conditions
        All must hold for it to exist; empty when it always does.
    definition
        What the user wrote, without the name.
    """

    name: str
    type: Kind
    law: Law = field(repr=False)
    conditions: tuple[Condition, ...] = ()
    definition: Any = field(default=None, repr=False, compare=False)

    @property
    def is_discrete(self) -> bool:
        """Whether it takes countably many values."""
        return self.type != "float" or isinstance(self.law, Levels)

    @property
    def levels(self) -> Sequence[Any]:
        """The values of a discrete hyperparameter, in order; empty for a continuous one.

        Those of a range of integers are a :class:`range`, which holds none of them: there may be
        a million million.
        """
        if isinstance(self.law, Levels):
            return self.law.levels
        if isinstance(self.law, Range) and self.law.integer:
            return range(int(self.law.low), int(self.law.high) + 1)
        return ()

    def values(self, u: Sequence[float] | np.ndarray) -> np.ndarray:
        """Return the values at ``u``, shape (n,), in [0, 1]."""
        return self.law.values(np.asarray(u, dtype=float))

    def scalars(self, u: Sequence[float] | np.ndarray) -> list[Any]:
        """Return the values at ``u`` as plain Python scalars."""
        values = self.values(u)
        number = {"integer": int, "float": float}.get(self.type)
        return (values if number is None else values.astype(number)).tolist()

    def value(self, u: float) -> Any:
        """Return the value at one ``u`` as a plain Python scalar."""
        return self.scalars([u])[0]

    def interval(self, value: Any) -> tuple[float, float]:
        """Return the part of [0, 1] that gives ``value``: a bin, or one point if continuous.

        ``value`` must be one that the hyperparameter can take.
        """
        return self.law.interval(value)

    def contains(self, value: Any) -> bool:
        """Tell whether ``value`` is one that the hyperparameter can take."""
        return self.law.contains(value)

    def is_active(self, configuration: Mapping[str, Any]) -> bool:
        """Tell whether it exists beside the values of the hyperparameters before it."""
        return all(condition.holds_in(configuration) for condition in self.conditions)

    def from_stored(self, value: Any) -> Any:
        """Return a value that was stored in a file, as a number or as text, in its own type."""
        if self.type == "boolean":
            return bool(value)
        if self.type == "integer":
            return int(value)
        if self.type == "categorical":
            # Levels that are numbers come back from a file as floats.
            return next(level for level in self.levels if level == value or str(level) == value)
        return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool | np.bool)
