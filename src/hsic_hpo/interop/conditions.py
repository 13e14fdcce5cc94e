"""Which values of other hyperparameters decide whether one is present: conditions from trials."""

from collections.abc import Mapping, Sequence
from typing import Any

UNORDERED, INTEGER, CONTINUOUS = "unordered", "integer", "continuous"


def condition(
    child: str,
    before: Sequence[str],
    values: Mapping[str, Mapping[int, Any]],
    kinds: Mapping[str, str],
) -> dict[str, Any] | None:
    """Find the parent whose values decide whether a hyperparameter is present.

    Parameters
    ----------
    child
        Name of the hyperparameter.
    before
        Names of its possible parents, the most likely first.
    values
        By name: the values by number of trial, for the trials that have it.
    kinds
        By name: ``UNORDERED``, ``INTEGER`` or ``CONTINUOUS``.

    Returns
    -------
    dict or None
        The ``when`` of a definition; None where no parent decides.
    """
    for parent in before:
        if not values[child].keys() < values[parent].keys():
            continue
        held = {values[parent][i] for i in values[child]}
        missed = {values[parent][i] for i in values[parent].keys() - values[child].keys()}
        test = _test(kinds[parent], held, missed)
        if test is not None:
            return {parent: test}
    return None


def _test(kind: str, held: set[Any], missed: set[Any]) -> Any:
    """Return the condition that separates values with the child from others, None without one."""
    if not held or held & missed:
        return None
    if kind == UNORDERED:
        values = sorted(held, key=str)
        return values[0] if len(values) == 1 else {"in": values}
    # Samples of many numbers are often disjoint by chance, but rarely separated by a threshold.
    if kind == INTEGER and min(held) > max(missed):
        return {">=": min(held)}
    if kind == INTEGER and max(held) < min(missed):
        return {"<=": max(held)}
    return None
