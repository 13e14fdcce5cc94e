"""A part of a search space: some hyperparameters fixed, others kept to fewer values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hsic_hpo.errors import InputError
from hsic_hpo.spaces.conditions import ORDERINGS, Condition, parse_conditions
from hsic_hpo.spaces.hyperparameter import Hyperparameter, Levels
from hsic_hpo.spaces.parsing import parse_hyperparameter
from hsic_hpo.spaces.space import Space, allowed, probes


@dataclass(frozen=True)
class Subspace:
    """The configurations of a space that agree with fixed values and restricted definitions.

    Attributes
    ----------
    space
        The whole space.
    fixed
        Values by name of hyperparameters that no longer vary.
    free
        Space of those that still vary and can still exist, with conditions on fixed parents
        resolved; None when none is left.
    """

    space: Space
    fixed: Mapping[str, Any]
    free: Space | None

    @classmethod
    def of(cls, space: Space, changes: Mapping[str, Any], where: str = "subspace") -> "Subspace":
        """Take part of a space.

        Parameters
        ----------
        space
            The whole space.
        changes
            By name: a value to fix it at, or a definition, without conditions, of the values
            that are left.
        where
            Place named first in messages.

        Raises
        ------
        InputError
            When a name is unknown, or a value or a definition goes beyond the space.
        """
        fixed, free = {}, {}
        for name, change in changes.items():
            if name not in space.names:
                raise InputError(
                    f"{where}.{name}: not a hyperparameter of the space; "
                    f"known: {', '.join(space.names)}"
                )
            if isinstance(change, Mapping):
                free[name] = _restricted(space[name], change, where)
            elif space[name].contains(change):
                fixed[name] = _plain(space[name], change)
            else:
                raise InputError(
                    f"{where}.{name}: {change!r} is not a value of it; "
                    f"allowed: {allowed(space[name])}"
                )
        return cls(space, fixed, _free(space, fixed, free))

    def complete(self, free: Mapping[str, Any]) -> dict[str, Any]:
        """Put the fixed values beside a configuration of the free ones."""
        configuration: dict[str, Any] = {}
        for parameter in self.space.hyperparameters:
            if parameter.is_active(configuration):
                name = parameter.name
                configuration[name] = free[name] if name in free else self.fixed[name]
        return configuration

    def configurations(self, u: np.ndarray) -> list[dict[str, Any]]:
        """Return the complete configurations at points ``u``, (n, d), of the free space."""
        if self.free is None:
            return [self.complete({}) for _ in u]
        return [self.complete(free) for free in self.free.configurations(u)]

    def project(self, configuration: Mapping[str, Any]) -> np.ndarray:
        """Return the point, (d,), of the free space nearest to a configuration of the whole.

        A value outside what is left becomes the nearest end, or, without order, missing (NaN),
        as is that of a hyperparameter which the configuration does not have.
        """
        if self.free is None:
            return np.empty(0)
        return np.array(
            [
                _nearest(parameter, configuration.get(parameter.name))
                for parameter in self.free.hyperparameters
            ]
        )


def _plain(parameter: Hyperparameter, value: Any) -> Any:
    # As when read from a file: new configurations are compared with finished ones as JSON.
    return float(value) if parameter.type == "float" else parameter.from_stored(value)


def _restricted(whole: Hyperparameter, definition: Mapping[str, Any], where: str) -> Hyperparameter:
    part = parse_hyperparameter(whole.name, {"type": whole.type, **definition}, where)
    where = f"{where}.{whole.name}"
    if part.type != whole.type:
        raise InputError(f"{where}.type: {part.type!r}; allowed: {whole.type}, as in the space")
    if whole.is_discrete and not part.is_discrete:
        raise InputError(
            f"{where}: {allowed(part)} are not all in the space; allowed: {allowed(whole)}"
        )
    for value in part.levels if isinstance(whole.law, Levels) else _ends(part):
        if not whole.contains(value):
            raise InputError(f"{where}: {value!r} is outside the space; allowed: {allowed(whole)}")
    return part


def _ends(parameter: Hyperparameter) -> Sequence[Any]:
    """Return the listed levels, or the ends of a range."""
    if isinstance(parameter.law, Levels):
        return parameter.levels
    return parameter.value(0.0), parameter.value(1.0)


def _free(
    space: Space, fixed: Mapping[str, Any], restricted: Mapping[str, Hyperparameter]
) -> Space | None:
    # What must still hold for each hyperparameter to exist; None where it cannot.
    remaining: dict[str, tuple[Condition, ...] | None] = {}
    kept: dict[str, Hyperparameter] = {}
    for parameter in space.hyperparameters:
        name = parameter.name
        conditions = _remaining(parameter.conditions, remaining, fixed, kept)
        if conditions is not None and not _possible(conditions, kept):
            conditions = None
        remaining[name] = conditions
        if name not in fixed and conditions is not None:
            kept[name] = _conditional(restricted.get(name, parameter), conditions, kept)
    return Space.of_hyperparameters(kept.values(), "subspace") if kept else None


def _remaining(
    conditions: Sequence[Condition],
    remaining: Mapping[str, tuple[Condition, ...] | None],
    fixed: Mapping[str, Any],
    kept: Mapping[str, Hyperparameter],
) -> tuple[Condition, ...] | None:
    found: dict[Condition, None] = {}
    for condition in conditions:
        inherited = remaining[condition.parent]
        if inherited is None:
            return None
        if condition.parent in fixed:
            held = [condition.holds(fixed[condition.parent])]
        else:
            parent = kept[condition.parent]
            held = [condition.holds(value) for value in probes(parent, [condition])]
        if not any(held):
            return None
        if all(held):
            found |= dict.fromkeys(inherited)
        else:
            found[_narrowed(condition, kept[condition.parent])] = None
    return tuple(found)


def _possible(conditions: Sequence[Condition], kept: Mapping[str, Hyperparameter]) -> bool:
    """Tell whether conditions can hold together, and with those of their parents."""
    inherited = list(conditions)
    for condition in inherited:
        inherited.extend(c for c in kept[condition.parent].conditions if c not in inherited)
    for name in {condition.parent for condition in inherited}:
        about = [condition for condition in inherited if condition.parent == name]
        if not any(all(c.holds(v) for c in about) for v in probes(kept[name], about)):
            return False
    return True


def _conditional(
    parameter: Hyperparameter, conditions: Sequence[Condition], kept: Mapping[str, Hyperparameter]
) -> Hyperparameter:
    """Return it with these conditions, in its definition too, in place of its own."""
    plain = {key: value for key, value in parameter.definition.items() if key != "when"}
    if not conditions:
        return replace(parameter, conditions=(), definition=plain)
    when = {
        parent: _written([c for c in conditions if c.parent == parent], kept[parent])
        for parent in dict.fromkeys(condition.parent for condition in conditions)
    }
    return replace(
        parameter,
        conditions=parse_conditions(when, parameter.name),
        definition={**plain, "when": when},
    )


def _written(about: Sequence[Condition], parent: Hyperparameter) -> Any:
    """Write the conditions on one parent, which hold together, as a definition does.

    A definition has each operator once, whereas conditions that a fixed hyperparameter passes on
    to its children may repeat one.
    """
    tests: dict[str, Any] = {}
    others = [condition for condition in about if condition.operator not in ORDERINGS]
    operators = [condition.operator for condition in others]
    if "=" in operators:
        return others[operators.index("=")].value
    if len(set(operators)) == len(operators):
        tests = {c.operator: list(c.value) if c.operator == "in" else c.value for c in others}
    else:
        among = others[operators.index("in")].value if "in" in operators else parent.levels
        tests["in"] = [value for value in among if all(c.holds(value) for c in others)]
    for condition in about:
        if condition.operator in ORDERINGS:
            strictest = max if condition.operator.startswith(">") else min
            known = tests.get(condition.operator, condition.value)
            tests[condition.operator] = strictest(known, condition.value)
    return tests


def _narrowed(condition: Condition, parent: Hyperparameter) -> Condition:
    if condition.operator != "in":
        return condition
    return replace(condition, value=tuple(filter(parent.contains, condition.value)))


def _nearest(parameter: Hyperparameter, value: Any) -> float:
    if value is None:
        return np.nan
    if not parameter.contains(value):
        if parameter.type in ("categorical", "boolean"):
            return np.nan
        value = min(_ends(parameter), key=lambda end: abs(end - value))
    return float(np.mean(parameter.interval(value)))
