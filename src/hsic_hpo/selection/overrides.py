"""Decisions that the user makes in place of the selection."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.selection.decisions import ROLES, Decision, whole
from hsic_hpo.spaces.space import Space, allowed
from hsic_hpo.spaces.subspace import Subspace

_KEYS = ("role", "range", "scale", "step", "levels", "weights")


def check(given: Mapping[str, Any], space: Space, where: str) -> None:
    """Check the overrides of a study config before anything is analysed; see :func:`apply`.

    Raises
    ------
    InputError
        One line: ``where``, the key, the value, what is allowed.
    """
    undecided = Decision("fine-tune", None, None, "")
    apply(given, dict.fromkeys(space.names, undecided), space, where)


def apply(
    given: Mapping[str, Any], decisions: Mapping[str, Decision], space: Space, where: str
) -> dict[str, Decision]:
    """Replace decisions by those of a study config.

    Parameters
    ----------
    given
        By name: a value to fix it at; or a mapping with ``role`` (optimise, restrict or
        fine-tune; restrict if left out) and, if wanted, a narrower ``range``, on the scale of
        the space unless it has a ``scale``, or ``levels``. A default outside of these becomes
        the nearest value inside, or, without order, their middle one.
    decisions
        What the analysis decided, by name.
    space
        The search space.
    where
        Place named first in messages.

    Raises
    ------
    InputError
        One line: the key, the value, what is allowed.
    """
    decided = dict(decisions)
    for name, change in given.items():
        place = f"{where}selection.override.{name}"
        if name not in decisions:
            raise InputError(
                f"{place}: not a hyperparameter of the space; known: {', '.join(decisions)}"
                f"{did_you_mean(name, decisions)}"
            )
        decided[name] = _overridden(name, change, decisions[name], space, place)
    return decided


def _overridden(name: str, change: Any, decided: Decision, space: Space, place: str) -> Decision:
    reason = f"set in the study config (the analysis: {decided.role}; {decided.reason})"
    if not isinstance(change, Mapping):
        if not space[name].contains(change):
            raise InputError(
                f"{place}: {change!r} is not a value of it; allowed: {allowed(space[name])}"
            )
        return Decision("fix", change, change, reason, overridden=True)
    for key in change:
        if key not in _KEYS:
            raise InputError(
                f"{place}: unknown key {key!r}; allowed: {', '.join(_KEYS)}"
                f"{did_you_mean(key, _KEYS)}"
            )
    searched = [role for role in ROLES if role != "fix"]
    role = change.get("role", "restrict")
    if role not in searched:
        raise InputError(
            f"{place}.role: {role!r}; allowed: {', '.join(searched)}; to fix it, write its value"
        )
    everything = whole(space[name])
    narrowed = {key: value for key, value in change.items() if key != "role"}
    if "range" in narrowed:
        kept = {key: everything[key] for key in ("scale", "step") if key in everything}
        narrowed = {**kept, **narrowed}
    decided = replace(
        decided, role=role, choice=narrowed or everything, reason=reason, overridden=True
    )
    if not narrowed:
        return decided
    # This checks the definition: it is refused where it goes beyond the space.
    part = Subspace.of(space, {name: narrowed}, place.removesuffix(f".{name}"))
    return replace(decided, default=_inside(name, decided.default, part))


def _inside(name: str, default: Any, part: Subspace) -> Any:
    """Return the default, or the value nearest to it, of what is left of a hyperparameter."""
    free = part.free
    if free is None or free[name].contains(default):
        return default
    nearest = part.project({name: default})[free.names.index(name)]
    return free[name].value(0.5 if np.isnan(nearest) else float(nearest))
