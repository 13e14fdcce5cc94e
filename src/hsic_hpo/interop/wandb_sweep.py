"""The search space of a Weights & Biases sweep configuration.

The distributions are those of W&B's documentation of sweep configurations.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.interop.choices import choices
from hsic_hpo.interop.quantised import numbers

# Beyond, e to the power of it is infinite or 0.
_LARGEST = 700
_UNIFORM = ("uniform", "int_uniform", "q_uniform")
_EXPONENTS = ("log_uniform", "q_log_uniform", "inv_log_uniform")
_LOG_VALUES = ("log_uniform_values", "q_log_uniform_values", "inv_log_uniform_values")
_KNOWN = (
    *("constant", "categorical", "categorical_w_probabilities"),
    *_UNIFORM,
    *_EXPONENTS,
    *_LOG_VALUES,
    *("normal", "log_normal"),
)


def is_sweep(content: Mapping[str, Any]) -> bool:
    """Tell whether a file's content is a sweep configuration."""
    return isinstance(content.get("parameters"), Mapping) and "method" in content


def sweep_space(content: Mapping[str, Any], where: str) -> tuple[dict[str, Any], list[str]]:
    """Return the definitions of a sweep's parameters, and what a reader must know.

    Constants are left out; nested parameters are called ``outer.inner``.

    Parameters
    ----------
    content
        The sweep configuration.
    where
        Place named first in messages.

    Raises
    ------
    InputError
        For a distribution that is unknown, is rounded and normal, or lacks a bound.
    """
    found: dict[str, Any] = {}
    notes = []
    for name, parameter in _flat(content["parameters"], where).items():
        definition = _definition(parameter, f"{where}: parameters.{name}")
        if definition is None:
            notes.append(f"{name} is a constant of the sweep and is left out.")
        else:
            found[name] = definition
    return found, notes


def _flat(parameters: Mapping[str, Any], where: str) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for name, parameter in parameters.items():
        if not isinstance(parameter, Mapping):
            raise InputError(f"{where}: parameters.{name}: {parameter!r} is not a mapping")
        if isinstance(parameter.get("parameters"), Mapping):
            inner = _flat(parameter["parameters"], where)
            found |= {f"{name}.{key}": value for key, value in inner.items()}
        else:
            found[str(name)] = parameter
    return found


def _definition(parameter: Mapping[str, Any], where: str) -> dict[str, Any] | None:
    law = parameter.get("distribution") or _usual(parameter, where)
    if law not in _KNOWN:
        raise InputError(
            f"{where}.distribution: {law!r} is not supported; allowed: {', '.join(_KNOWN)}"
            f"{did_you_mean(law, _KNOWN)}"
        )
    if law == "constant":
        return None
    if law.startswith("categorical"):
        values = parameter.get("values")
        if not isinstance(values, list):
            raise InputError(f"{where}: key 'values' is missing, a list")
        return choices(values, _probabilities(parameter, len(values), where))
    if law in ("normal", "log_normal"):
        mu, sigma = _number(parameter, "mu", where, 0), _number(parameter, "sigma", where, 1)
        if law == "normal":
            return {"type": "float", "distribution": {"name": "norm", "loc": mu, "scale": sigma}}
        known = {"name": "lognorm", "s": sigma, "scale": _exp(mu, "mu", where)}
        return {"type": "float", "distribution": known}
    low, high = _number(parameter, "min", where), _number(parameter, "max", where)
    if law in _EXPONENTS:
        low, high = (-high, -low) if law.startswith("inv") else (low, high)
        low, high = (_exp(end, "min and max", where) for end in (low, high))
    if law == "int_uniform":
        return {"type": "integer", "range": [int(low), int(high)]}
    step = _number(parameter, "q", where, 1) if law.startswith("q_") else None
    return numbers(low, high, step, log=law not in _UNIFORM, where=where)


def _exp(exponent: float, keys: str, where: str) -> float:
    if abs(exponent) > _LARGEST:
        raise InputError(
            f"{where}: {keys} are exponents of e, and e**{exponent:g} is no number; allowed: "
            f"-{_LARGEST} to {_LARGEST}, or 'log_uniform_values', whose ends are values"
        )
    return math.exp(exponent)


def _probabilities(
    parameter: Mapping[str, Any], n_values: int, where: str
) -> Sequence[float] | None:
    given = parameter.get("probabilities")
    if given is None:
        return None
    if (
        not isinstance(given, list)
        or len(given) != n_values
        or not all(isinstance(one, int | float) and one >= 0 for one in given)
        or not sum(given) > 0
    ):
        raise InputError(
            f"{where}.probabilities: {given!r}; needed: a number of at least 0 for each of "
            f"{n_values} values, not all 0"
        )
    return given


def _usual(parameter: Mapping[str, Any], where: str) -> str:
    """Return the distribution that W&B takes where none is named."""
    if "value" in parameter:
        return "constant"
    if "values" in parameter:
        return "categorical"
    if "mu" in parameter or "sigma" in parameter:
        return "normal"
    ends = parameter.get("min"), parameter.get("max")
    if None in ends:
        raise InputError(f"{where}: {dict(parameter)!r}; needed: values, or min and max")
    return "int_uniform" if all(isinstance(end, int) for end in ends) else "uniform"


def _number(
    parameter: Mapping[str, Any], key: str, where: str, default: float | None = None
) -> float:
    value = parameter.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{where}.{key}: {value!r} is not a number")
    return value
