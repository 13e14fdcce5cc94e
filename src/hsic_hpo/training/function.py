"""Evaluate a problem that needs no training."""

import math
from collections.abc import Mapping
from typing import Any

from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.problems.base import FunctionProblem
from hsic_hpo.problems.costs import known_costs
from hsic_hpo.training.budget import Budget
from hsic_hpo.training.outcome import Diverged, Outcome
from hsic_hpo.trials.costs import MEASURED_COSTS

_COUNTS = [name for name, cost in MEASURED_COSTS.items() if cost.units == "1"]
_KNOWN = ("validation_error", "test_error", "status", "reason", "learning_curve", *MEASURED_COSTS)
_BAD = ("diverged", "failed")


def evaluate(
    problem: FunctionProblem,
    configuration: Mapping[str, Any],
    budget: Budget,
    *,
    seed: int,
    outcome: Outcome,
) -> None:
    """Evaluate one configuration; see :func:`hsic_hpo.training.train`.

    Parameters
    ----------
    outcome
        Filled in with what the problem returns.

    Raises
    ------
    Diverged
        When an error is not finite.
    InputError
        When the problem returns anything but errors and cost, or another cost than it knew before.
    """
    returned = problem.evaluate(configuration, budget.to_dict(), seed)
    where = f"{problem.name}.evaluate"
    if not isinstance(returned, Mapping):
        raise InputError(
            f"{where}: returned {returned!r}; needed: a mapping of {', '.join(_KNOWN[:2])} and "
            "perhaps more"
        )
    found = dict(returned)
    _add_known_costs(found, problem, configuration, where)
    for name in found:
        if name not in _KNOWN:
            raise InputError(
                f"{where}: returned {name!r}; known: {', '.join(_KNOWN)}"
                f"{did_you_mean(name, _KNOWN)}"
            )
    for name in MEASURED_COSTS:
        if found.get(name) is not None:
            setattr(outcome, name, (int if name in _COUNTS else float)(found[name]))
    outcome.learning_curve = [
        math.nan if error is None else float(error) for error in found.get("learning_curve", ())
    ]
    status = found.get("status", "ok")
    if status in _BAD:
        outcome.end(status, str(found.get("reason", "")))
        return
    if status != "ok":
        raise InputError(f"{where}: status is {status!r}; allowed: ok, {', '.join(_BAD)}")
    for name in ("validation_error", "test_error"):
        if name not in found:
            raise InputError(f"{where}: {name!r} is missing")
    outcome.finish(_finite(found, "validation_error"), _finite(found, "test_error"))


def _add_known_costs(
    found: dict[str, Any], problem: FunctionProblem, configuration: Mapping[str, Any], where: str
) -> None:
    for name, known in known_costs(problem, configuration).items():
        if found.get(name) is None:
            found[name] = known
        elif found[name] != known:
            raise InputError(
                f"{where}: {name} is {found[name]!r}, but {known:g} before the training "
                f"({problem.name}.costs)"
            )


def _finite(found: Mapping[str, Any], name: str) -> float:
    value = found[name]
    if value is None:
        raise Diverged(f"{name.replace('_', ' ')} is missing")
    return float(value)
