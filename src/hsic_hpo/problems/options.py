"""Check the options that a study config gives to a problem."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import Field
from typing import Any

from hsic_hpo.errors import InputError, did_you_mean

_OPTION_TYPES: dict[str, tuple[str, Any]] = {
    "int": ("an integer", int),
    "float": ("a number", int | float),
    "str": ("text", str),
    "bool": ("true or false", bool),
}


def check_options(
    given: Mapping[str, Any], declared: Sequence["Field[Any]"], problem: str, where: str
) -> None:
    """Check names, types and ranges.

    Parameters
    ----------
    given
        Values by name.
    declared
        Fields of the problem's dataclass, see :func:`hsic_hpo.problems.base.option`.
    problem
        Name of the problem.
    where
        Place named first in messages.

    Raises
    ------
    InputError
        One line: place, option, value, what is allowed.
    """
    by_name = {option.name: option for option in declared}
    for name, value in given.items():
        if name not in by_name:
            known = f"known: {', '.join(by_name)}" if by_name else "it has none"
            raise InputError(
                f"{where}.{name}: not an option of {problem}; {known}{did_you_mean(name, by_name)}"
            )
        _check_option(value, by_name[name], f"{where}.{name}")


def _check_option(value: Any, declared: "Field[Any]", where: str) -> None:
    # Under ``from __future__ import annotations`` the types of fields are strings.
    kind = getattr(declared.type, "__name__", str(declared.type))
    if kind not in _OPTION_TYPES:
        raise InputError(f"{where}: declared as {kind}; allowed: {', '.join(_OPTION_TYPES)}")
    noun, types = _OPTION_TYPES[kind]
    if (isinstance(value, bool) and kind != "bool") or not isinstance(value, types):
        raise InputError(f"{where}: {value!r} is not {noun}")
    if kind in ("int", "float"):
        low = declared.metadata.get("minimum", -math.inf)
        high = declared.metadata.get("maximum", math.inf)
        if not low <= value <= high:
            raise InputError(f"{where}: {value!r} is outside [{low:g}, {high:g}]")
