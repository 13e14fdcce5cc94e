"""What trainings return to a search: checked, and as records of a trials Dataset."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.trials.costs import MEASURED_COSTS

_KEYS = ("error", "cost")


@dataclass(frozen=True)
class Result:
    """How one training ended.

    Attributes
    ----------
    error
        Lower is better; None when the training did not end well.
    cost
        None where unknown.
    status
        ``"ok"``, ``"diverged"`` or ``"failed"``.
    reason
        Why it did not end well, one line; empty when it did.
    """

    error: float | None
    cost: float | None = None
    status: str = "ok"
    reason: str = ""

    def record(self, trial: str) -> dict[str, Any]:
        """Return the result as :func:`hsic_hpo.trials.dataset.gather_records` takes it."""
        return {
            "trial": trial,
            "repeat": 0,
            "status": self.status,
            "reason": self.reason,
            "validation_error": self.error,
            **dict.fromkeys(("test_error", *MEASURED_COSTS)),
            "learning_curve": [],
        }


def read_result(
    given: Any,
    configuration: dict[str, Any],
    cost_of: Callable[[dict[str, Any]], float] | None,
    where: str,
) -> Result:
    """Read what a training returned.

    Parameters
    ----------
    given
        A number, the error; a mapping with ``"error"`` and perhaps ``"cost"``; or an exception,
        for a training that failed. An error that is not finite stands for one that diverged.
    configuration
        What was trained.
    cost_of
        Cost of a configuration; None where costs are told.
    where
        Place named first in messages.

    Raises
    ------
    InputError
        For anything else, an unknown key, a cost that is not a finite number, or a cost that is
        told although ``cost_of`` knows it.
    """
    told = _without_function(given, where)
    if cost_of is None:
        return told
    if told.cost is not None:
        raise InputError(f"{where}: key 'cost': not allowed, as a function of the cost was given")
    return replace(told, cost=known_cost(cost_of, configuration, where))


def known_cost(
    cost_of: Callable[[dict[str, Any]], float], configuration: dict[str, Any], where: str
) -> float:
    """Return the cost of a configuration by a function, which must give a finite number."""
    return _finite(cost_of(configuration), f"{where}: cost")


def check_costs(results: Sequence[Result], has_cost: bool | None) -> bool | None:
    """Check that costs are told of all trainings that ended well, or of none.

    Parameters
    ----------
    results
        What was told.
    has_cost
        Whether earlier ones had costs, None where nothing is known of it.

    Returns
    -------
    bool or None
        The same, these results included.

    Raises
    ------
    InputError
        For a cost that is missing, or there though others had none.
    """
    for number, result in enumerate(results):
        if result.cost is None and result.status != "ok":
            continue
        told = result.cost is not None
        if has_cost is not None and told != has_cost:
            others = "is missing; other results have it" if has_cost else "other results have none"
            raise InputError(
                f"tell: result {number}: key 'cost'{' ' if has_cost else ': '}{others}"
            )
        has_cost = told
    return has_cost


def _without_function(given: Any, where: str) -> Result:
    if isinstance(given, BaseException):
        reason = " ".join(f"{type(given).__name__}: {given}".split())
        return Result(None, None, "failed", reason.removesuffix(":"))
    if not isinstance(given, Mapping):
        return _ended(_number(given, where), None)
    for key in given:
        if key not in _KEYS:
            raise InputError(
                f"{where}: unknown key {key!r}; allowed: {', '.join(_KEYS)}"
                f"{did_you_mean(key, _KEYS)}"
            )
    if "error" not in given:
        raise InputError(f"{where}: key 'error' is missing")
    error = _number(given["error"], f"{where}: error")
    return _ended(error, _finite(given["cost"], f"{where}: cost") if "cost" in given else None)


def _ended(error: float, cost: float | None) -> Result:
    if math.isfinite(error):
        return Result(error, cost)
    return Result(None, cost, "diverged", f"error is {error}")


def _finite(given: Any, where: str) -> float:
    number = _number(given, where)
    if not math.isfinite(number):
        raise InputError(f"{where}: {number} is not a finite number")
    return number


def _number(given: Any, where: str) -> float:
    # Numbers of other libraries count too, such as a tensor that holds one.
    if not isinstance(given, bool | str | bytes):
        try:
            return float(given)
        except (TypeError, ValueError):
            pass
    raise InputError(f"{where}: {given!r} is not a number")
