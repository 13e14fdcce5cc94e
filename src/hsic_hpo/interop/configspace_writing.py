"""Search spaces as ConfigSpace's JSON, for SMAC, DeepCAVE, HyperSHAP and NePS."""

import math
from collections.abc import Iterator
from typing import Any

from hsic_hpo.errors import InputError
from hsic_hpo.spaces.conditions import Condition
from hsic_hpo.spaces.hyperparameter import Hyperparameter, Levels, Range
from hsic_hpo.spaces.space import Space

_FORMAT = 0.4


def configspace_content(space: Space, name: str | None = None) -> dict[str, Any]:
    """Return a space as the JSON that ``ConfigSpace.ConfigurationSpace.from_json`` reads.

    Ordered levels and steps become ordinal hyperparameters, truth values categorical ones.

    Parameters
    ----------
    space
        The space.
    name
        Of the space.

    Raises
    ------
    InputError
        For what ConfigSpace does not have: ordered levels with unequal weights, and laws of
        scipy.stats but for bounded normal and beta laws.
    """
    return {
        "name": name,
        "hyperparameters": [_hyperparameter(one, space.where) for one in space.hyperparameters],
        "conditions": [_conditions(one, space) for one in space.hyperparameters if one.conditions],
        "forbiddens": [],
        "python_module_version": "1.2.0",
        "format_version": _FORMAT,
    }


def _hyperparameter(parameter: Hyperparameter, where: str) -> dict[str, Any]:
    law = parameter.law
    common = {"name": parameter.name, "meta": None}
    if isinstance(law, Range):
        low, high = (int(law.low), int(law.high)) if law.integer else (law.low, law.high)
        middle = math.sqrt(law.low * law.high) if law.log else (law.low + law.high) / 2
        return {
            **common,
            "type": "uniform_int" if law.integer else "uniform_float",
            "lower": low,
            "upper": high,
            "log": law.log,
            "default_value": int(middle) if law.integer else middle,
        }
    if not isinstance(law, Levels):
        return {**common, **_law(parameter, where)}
    shares = law.probabilities
    is_equal = max(shares) - min(shares) < 1e-9 * max(shares)
    if parameter.type in ("categorical", "boolean"):
        weights = None if is_equal else list(shares)
        return {
            **common,
            "type": "categorical",
            "choices": list(law.levels),
            "weights": weights,
            "default_value": law.levels[shares.index(max(shares))],
        }
    if not is_equal:
        raise InputError(f"{where}.{parameter.name}: ConfigSpace has no weights of ordered levels")
    levels = list(law.levels)
    return {**common, "type": "ordinal", "sequence": levels, "default_value": levels[0]}


def _law(parameter: Hyperparameter, where: str) -> dict[str, Any]:
    given = dict(parameter.definition["distribution"])
    name, loc, scale = given.pop("name"), given.get("loc", 0), given.get("scale", 1)
    low, high = parameter.value(0.0), parameter.value(1.0)
    ends = {"lower": low, "upper": high, "log": False}
    middle = parameter.value(0.5)
    if name == "truncnorm":
        return {"type": "normal_float", "mu": loc, "sigma": scale, **ends, "default_value": middle}
    if name == "beta":
        shape = {"alpha": given["a"], "beta": given["b"]}
        return {"type": "beta_float", **shape, **ends, "default_value": middle}
    raise InputError(f"{where}.{parameter.name}: ConfigSpace has no distribution {name!r}")


def _conditions(parameter: Hyperparameter, space: Space) -> dict[str, Any]:
    child = parameter.name
    parts = [{"child": child, **part} for part in _parts(parameter, space)]
    return parts[0] if len(parts) == 1 else {"type": "AND", "child": child, "conditions": parts}


def _parts(parameter: Hyperparameter, space: Space) -> Iterator[dict[str, Any]]:
    for one in parameter.conditions:
        parent = space[one.parent]
        yield {"parent": one.parent, **_test(one, parent)}
        if one.operator == "not" and not isinstance(parent.law, Levels):
            # To ConfigSpace a parent that does not exist is another value, too.
            yield from _parts(parent, space)


def _test(condition: Condition, parent: Hyperparameter) -> dict[str, Any]:
    sign, value = condition.operator, condition.value
    if sign == "=":
        return {"type": "EQ", "value": value}
    if sign == "in":
        return {"type": "IN", "values": list(value)}
    if isinstance(parent.law, Levels):
        return {"type": "IN", "values": [one for one in parent.levels if condition.holds(one)]}
    if sign == "not":
        return {"type": "NEQ", "value": value}
    if parent.type == "integer":
        # The whole number next to those that hold.
        if sign.startswith(">"):
            return {
                "type": "GT",
                "value": math.floor(value) if sign == ">" else math.ceil(value) - 1,
            }
        return {"type": "LT", "value": math.ceil(value) if sign == "<" else math.floor(value) + 1}
    return {"type": "GT" if sign.startswith(">") else "LT", "value": value}
