"""The search space: hyperparameters, their conditions, and points in [0, 1] as configurations."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.spaces.conditions import ORDERINGS, Condition
from hsic_hpo.spaces.definitions import Definition, as_dict
from hsic_hpo.spaces.hyperparameter import Hyperparameter, Levels, Range
from hsic_hpo.spaces.parsing import parse_hyperparameter
from hsic_hpo.wording import MAIN_GROUP


@dataclass(frozen=True)
class Group:
    """Hyperparameters whose sensitivity indices may be compared with each other.

    Attributes
    ----------
    label
        ``"all"`` for the hyperparameters that always exist, else the group's conditions, such as
        ``"optimizer = sgd"``.
    conditions
        What holds in the trials of the group, conditions of ancestors included.
    members
        Names of the hyperparameters that exist in every trial of the group.
    """

    label: str
    conditions: tuple[Condition, ...]
    members: tuple[str, ...]


@dataclass(frozen=True, init=False)
class Space:
    """A search space: hyperparameters in the order in which they were listed, parents first.

    Parameters
    ----------
    definitions
        By name: a `Float`, `Integer`, `Categorical` or `Boolean`, or the mapping that a study
        config writes, such as ``{"type": "float", "range": [0, 1]}``.
    where
        Place named first in messages.

    Attributes
    ----------
    hyperparameters
        All of them, in order.

    Raises
    ------
    InputError
        One line: ``where``, the key, the value, what is allowed. Among others when a parent does
        not stand before its child, or a condition on it makes no sense.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> space = hh.Space({
    ...     "lr": hh.Float(1e-4, 1e-1, log=True),
    ...     "optimizer": hh.Categorical(["sgd", "adam"]),
    ...     "momentum": hh.Float(0, 0.99, when={"optimizer": "sgd"}),
    ... })
    >>> [group.label for group in space.groups()]
    ['all', 'optimizer = sgd']
    """

    hyperparameters: tuple[Hyperparameter, ...]
    where: str

    def __init__(
        self, definitions: Mapping[str, Definition | Mapping[str, Any]], where: str = "space"
    ) -> None:
        if not isinstance(definitions, Mapping):
            raise InputError(f"{where}: {definitions!r} is not a mapping from names to definitions")
        if not definitions:
            raise InputError(f"{where}: empty; at least one hyperparameter is needed")
        self._set(
            tuple(
                parse_hyperparameter(name, as_dict(found), where)
                for name, found in definitions.items()
            ),
            where,
        )

    @classmethod
    def of_hyperparameters(
        cls, hyperparameters: Iterable[Hyperparameter], where: str = "space"
    ) -> "Space":
        """Return the space of hyperparameters that are defined already."""
        space = cls.__new__(cls)
        space._set(tuple(hyperparameters), where)
        return space

    def _set(self, hyperparameters: tuple[Hyperparameter, ...], where: str) -> None:
        object.__setattr__(self, "hyperparameters", hyperparameters)
        object.__setattr__(self, "where", where)
        for position, child in enumerate(hyperparameters):
            before = {parent.name: parent for parent in hyperparameters[:position]}
            for condition in child.conditions:
                place = f"{where}.{child.name}.when.{condition.parent}"
                self._check_condition(condition, before, place)
            self._check_together(child)

    @classmethod
    def from_dict(cls, spec: Any, where: str = "space") -> "Space":
        """Read a space from the mapping of names to definitions that a YAML file holds."""
        return cls(spec, where)

    @classmethod
    def from_json(cls, text: str) -> "Space":
        """Read what :meth:`to_json` wrote."""
        return cls(json.loads(text))

    def to_dict(self) -> dict[str, Any]:
        """Return the mapping that :meth:`from_dict` reads."""
        return {
            parameter.name: deepcopy(parameter.definition) for parameter in self.hyperparameters
        }

    def to_json(self) -> str:
        """Return the space as JSON."""
        return json.dumps(self.to_dict())

    def __len__(self) -> int:
        return len(self.hyperparameters)

    def __getitem__(self, name: str) -> Hyperparameter:
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Hyperparameter]:
        return {parameter.name: parameter for parameter in self.hyperparameters}

    @property
    def names(self) -> list[str]:
        """Names of the hyperparameters, in order."""
        return list(self._by_name)

    def active(self, u: np.ndarray) -> np.ndarray:
        """Tell which hyperparameters exist at each point.

        Parameters
        ----------
        u
            ``(n, d)`` in [0, 1]; columns of inactive hyperparameters may hold anything.

        Returns
        -------
        numpy.ndarray
            ``(n, d)`` of bool.
        """
        position = {name: i for i, name in enumerate(self.names)}
        active = np.ones(np.shape(u), dtype=bool)
        for i, child in enumerate(self.hyperparameters):
            for condition in child.conditions:
                j = position[condition.parent]
                exists = active[:, j]
                values = self.hyperparameters[j].values(np.where(exists, u[:, j], 0.5))
                holds = np.fromiter(map(condition.holds, values.tolist()), bool, len(values))
                active[:, i] &= exists & holds
        return active

    def mask(self, u: np.ndarray) -> np.ndarray:
        """Return ``u``, shape (n, d), with NaN where a hyperparameter is inactive."""
        return np.where(self.active(u), u, np.nan)

    def configurations(self, u: np.ndarray) -> list[dict[str, Any]]:
        """Return the values of the active hyperparameters at the points ``u``, (n, d).

        Returns
        -------
        list of dict
            Plain Python scalars by name, in the order of the space.
        """
        u = np.asarray(u, dtype=float)
        active = self.active(u)
        configurations: list[dict[str, Any]] = [{} for _ in u]
        for j, parameter in enumerate(self.hyperparameters):
            values = parameter.scalars(u[active[:, j], j])
            for i, value in zip(np.flatnonzero(active[:, j]), values, strict=True):
                configurations[i][parameter.name] = value
        return configurations

    def configuration(self, u: np.ndarray) -> dict[str, Any]:
        """Return the values of the active hyperparameters at one point ``u``, (d,)."""
        return self.configurations(np.asarray(u)[None])[0]

    def intervals(self, configuration: Mapping[str, Any]) -> np.ndarray:
        """Return the part of [0, 1] that gives each value of a configuration.

        Returns
        -------
        numpy.ndarray
            ``(d, 2)``: the ends of a discrete value's bin, twice the same point for a continuous
            value, NaN where inactive.
        """
        ends = [
            parameter.interval(configuration[parameter.name])
            if parameter.name in configuration
            else (np.nan, np.nan)
            for parameter in self.hyperparameters
        ]
        return np.array(ends, dtype=float)

    def point(self, configuration: Mapping[str, Any]) -> np.ndarray:
        """Return u of a configuration, (d,): NaN where inactive or, being discrete, not drawn."""
        points = [
            parameter.interval(configuration[parameter.name])[0]
            if parameter.name in configuration and not parameter.is_discrete
            else np.nan
            for parameter in self.hyperparameters
        ]
        return np.array(points, dtype=float)

    def points(self, configurations: Sequence[Mapping[str, Any]]) -> np.ndarray:
        """Return u of configurations, (n, d), as :meth:`point` does of one."""
        u = np.full((len(configurations), len(self)), np.nan)
        for j, parameter in enumerate(self.hyperparameters):
            if parameter.is_discrete:
                continue
            name, law = parameter.name, parameter.law
            rows = [i for i, values in enumerate(configurations) if name in values]
            values = [configurations[i][name] for i in rows]
            if isinstance(law, Range):
                u[rows, j] = law.positions(np.array(values, dtype=float))
            else:
                u[rows, j] = [law.interval(value)[0] for value in values]
        return u

    def check_configuration(self, configuration: Mapping[str, Any], where: str) -> None:
        """Check that a configuration is a point of the space.

        Raises
        ------
        InputError
            For an unknown name, a value that cannot occur, a missing value of an active
            hyperparameter, or a value of an inactive one.
        """
        for name in configuration:
            if name not in self._by_name:
                raise InputError(
                    f"{where}: unknown hyperparameter {name!r}; known: {', '.join(self.names)}"
                    f"{did_you_mean(name, self.names)}"
                )
        for parameter in self.hyperparameters:
            name = parameter.name
            missing = [c for c in parameter.conditions if not c.holds_in(configuration)]
            if name not in configuration:
                if not missing:
                    raise InputError(f"{where}: {name} has no value, though it is active")
            elif missing:
                raise InputError(
                    f"{where}: {name} is {configuration[name]!r}, but it is inactive: "
                    f"not {missing[0].label}"
                )
            elif not parameter.contains(configuration[name]):
                raise InputError(
                    f"{where}: {name} is {configuration[name]!r}; allowed: {allowed(parameter)}"
                )

    def groups(self) -> list[Group]:
        """List the conditional groups G_{X_k}, the main group of all trials first.

        Hyperparameters that exist under the same conditions share a group. Its members are all
        that exist whenever its conditions hold.
        """
        conditions: list[tuple[Condition, ...]] = [()]
        for parameter in self.hyperparameters:
            inherited = self._inherited(parameter)
            if not any(set(inherited) == set(known) for known in conditions):
                conditions.append(inherited)
        return [
            Group(
                ", ".join(condition.label for condition in known) or MAIN_GROUP,
                known,
                tuple(
                    parameter.name
                    for parameter in self.hyperparameters
                    if all(self._implies(known, c) for c in self._inherited(parameter))
                ),
            )
            for known in conditions
        ]

    def _inherited(self, parameter: Hyperparameter) -> tuple[Condition, ...]:
        found: dict[Condition, None] = {}
        for condition in parameter.conditions:
            found |= dict.fromkeys(self._inherited(self[condition.parent]))
            found[condition] = None
        return tuple(found)

    def _implies(self, known: Sequence[Condition], condition: Condition) -> bool:
        about = [c for c in known if c.parent == condition.parent]
        if not about:
            return False
        values = probes(self[condition.parent], [*about, condition])
        return all(condition.holds(v) for v in values if all(c.holds(v) for c in about))

    @staticmethod
    def _check_condition(
        condition: Condition, before: Mapping[str, Hyperparameter], where: str
    ) -> None:
        parent = before.get(condition.parent)
        if parent is None:
            raise InputError(
                f"{where}: no hyperparameter {condition.parent!r} stands before it"
                f"{did_you_mean(condition.parent, before)}"
            )
        if condition.operator in ORDERINGS:
            if parent.type in ("categorical", "boolean"):
                raise InputError(
                    f"{where}: {condition.operator!r} orders values, "
                    f"but {parent.name} is {parent.type}"
                )
            if isinstance(condition.value, bool) or not isinstance(condition.value, int | float):
                raise InputError(f"{where}: {condition.value!r} is not a number")
        else:
            for value in condition.operands:
                if not parent.contains(value):
                    raise InputError(
                        f"{where}: {value!r} is not a value of {parent.name}; "
                        f"allowed: {allowed(parent)}{_near(value, parent)}"
                    )
            if not parent.is_discrete:
                raise InputError(
                    f"{where}: {parent.name} is continuous, a single value has probability 0; "
                    f"compare it with {', '.join(ORDERINGS)}"
                )
        held = [condition.holds(value) for value in probes(parent, [condition])]
        if not any(held):
            raise InputError(f"{where}: {condition.label} never holds: {allowed(parent)}")
        if all(held):
            raise InputError(f"{where}: {condition.label} always holds: {allowed(parent)}")

    def _check_together(self, child: Hyperparameter) -> None:
        inherited = self._inherited(child)
        for name in dict.fromkeys(condition.parent for condition in inherited):
            about = [condition for condition in inherited if condition.parent == name]
            if not any(all(c.holds(v) for c in about) for v in probes(self[name], about)):
                labels = " and ".join(condition.label for condition in about)
                raise InputError(f"{self.where}.{child.name}.when: {labels} never hold together")


def allowed(parameter: Hyperparameter) -> str:
    """Describe the allowed values of a hyperparameter."""
    if parameter.type in ("categorical", "boolean"):
        texts = (str(level) for level in parameter.levels)
        return ", ".join(t.lower() if parameter.type == "boolean" else t for t in texts)
    if isinstance(parameter.law, Levels) and "step" in (parameter.definition or {}):
        low, high = parameter.levels[0], parameter.levels[-1]
        return f"{low:g} to {high:g} in steps of {parameter.definition['step']:g}"
    if isinstance(parameter.law, Levels):
        return ", ".join(f"{level:g}" for level in parameter.levels)
    low, high = parameter.value(0.0), parameter.value(1.0)
    if parameter.type == "integer":
        return f"integers from {low} to {high}"
    return f"numbers from {low:g} to {high:g}"


def _near(value: Any, parameter: Hyperparameter) -> str:
    if parameter.type != "categorical":
        return ""
    return did_you_mean(value, (level for level in parameter.levels if isinstance(level, str)))


def probes(parameter: Hyperparameter, conditions: Iterable[Condition]) -> list[Any]:
    """Return values at which the conditions take every combination of true and false that exists.

    Truths that a continuous hyperparameter takes at single points only have probability zero and
    do not count.
    """
    if isinstance(parameter.law, Levels):
        return list(parameter.levels)
    low, high = parameter.value(0.0), parameter.value(1.0)
    named = {value for c in conditions for value in c.operands if low < value < high}
    if parameter.type == "integer":
        near = {math.floor(v) + step for v in (low, high, *named) for step in (-1, 0, 1)}
        return sorted(value for value in near if low <= value <= high)
    cuts = sorted({0.0, 1.0, *(parameter.interval(value)[0] for value in named)})
    return [parameter.value((a + b) / 2) for a, b in pairwise(cuts)]


def runs(parameter: Hyperparameter, conditions: Iterable[Condition]) -> list[tuple[Any, Any]]:
    """Return the values of a range of integers that meet conditions, as runs of neighbours.

    Returns
    -------
    list of tuple
        First and last value of each run, increasing.
    """
    conditions = list(conditions)
    found: list[tuple[Any, Any]] = []
    joined = False
    for value in probes(parameter, conditions):
        held = all(condition.holds(value) for condition in conditions)
        # Between two probes that follow each other the conditions do not change.
        if held and joined:
            found[-1] = (found[-1][0], value)
        elif held:
            found.append((value, value))
        joined = held
    return found
