"""Hyperparameters written in Python: objects for what a study config writes in YAML."""

from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Float:
    """A number of a continuous range, of a list of levels, or of a law of scipy.stats.

    Parameters
    ----------
    low, high
        Ends of the range, ends included; low < high.
    log
        Uniform on a logarithmic scale, for which ``low`` must be positive.
    step
        Only the values ``low``, ``low + step``, ... up to ``high``, which must be one of them.
    levels, weights
        In place of a range: increasing numbers, and a positive weight for each (equal ones by
        default).
    distribution
        In place of a range: the name of a continuous law of scipy.stats and its parameters, such
        as ``{"name": "norm", "scale": 2}``.
    when
        What must hold for it to exist: a mapping from a hyperparameter that is listed before it
        to the value it must have, or to tests by the operators ``in``, ``not``, ``<``, ``<=``,
        ``>`` and ``>=``. All must hold.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> space = hh.Space({"lr": hh.Float(1e-4, 1e-1, log=True), "noise": hh.Float(levels=[0, 0.5])})
    >>> space.names
    ['lr', 'noise']
    """

    low: float | None = None
    high: float | None = None
    _: KW_ONLY
    log: bool = False
    step: float | None = None
    levels: Iterable[float] | None = None
    weights: Iterable[float] | None = None
    distribution: Mapping[str, Any] | None = None
    when: Mapping[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the definition as a study config writes it."""
        return _numbers("float", self) | _given(distribution=self.distribution, when=self.when)


@dataclass(frozen=True)
class Integer:
    """A whole number of a range, or of a list of levels.

    Parameters
    ----------
    low, high
        Ends of the range, ends included; low < high.
    log, step, levels, weights, when
        As for `Float`.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> hh.Space({"units": hh.Integer(8, 256, log=True)}).configuration([0.0])
    {'units': 8}
    """

    low: int | None = None
    high: int | None = None
    _: KW_ONLY
    log: bool = False
    step: int | None = None
    levels: Iterable[int] | None = None
    weights: Iterable[float] | None = None
    when: Mapping[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the definition as a study config writes it."""
        return _numbers("integer", self) | _given(when=self.when)


@dataclass(frozen=True)
class Categorical:
    """One of several levels without order: texts or numbers.

    Parameters
    ----------
    levels
        At least two, each once.
    weights
        A positive weight for each level; equal ones by default.
    when
        As for `Float`.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> space = hh.Space({"optimizer": hh.Categorical(["sgd", "adam"], weights=[1, 3])})
    >>> space["optimizer"].levels
    ('sgd', 'adam')
    """

    levels: Iterable[Any]
    weights: Iterable[float] | None = None
    when: Mapping[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the definition as a study config writes it."""
        return {
            "type": "categorical",
            **_given(levels=self.levels, weights=self.weights, when=self.when),
        }


@dataclass(frozen=True)
class Boolean:
    """True or false.

    Parameters
    ----------
    probability
        Of true, in (0, 1).
    when
        As for `Float`.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> space = hh.Space({
    ...     "optimizer": hh.Categorical(["sgd", "adam"]),
    ...     "nesterov": hh.Boolean(when={"optimizer": "sgd"}),
    ... })
    >>> space["nesterov"].conditions[0].label
    'optimizer = sgd'
    """

    probability: float = 0.5
    when: Mapping[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the definition as a study config writes it."""
        return {"type": "boolean", **_given(probability=self.probability, when=self.when)}


Definition = Float | Integer | Categorical | Boolean


def as_dict(definition: Any) -> Any:
    """Return a definition as a study config writes it; what is no object is left as it is."""
    return definition.to_dict() if isinstance(definition, Definition) else definition


def _numbers(kind: str, definition: Float | Integer) -> dict[str, Any]:
    ends = (definition.low, definition.high)
    return {
        "type": kind,
        **_given(
            range=None if ends == (None, None) else ends,
            scale="log" if definition.log else None,
            step=definition.step,
            levels=definition.levels,
            weights=definition.weights,
        ),
    }


def _given(**settings: Any) -> dict[str, Any]:
    return {key: _plain(value) for key, value in settings.items() if value is not None}


def _plain(value: Any) -> Any:
    """Return a value as YAML or JSON would hold it: plain numbers, texts, lists and mappings.

    A set stays what it is, to be refused: its order changes from one process to the next.
    """
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str | set | frozenset):
        return [_plain(inner) for inner in value]
    return value
