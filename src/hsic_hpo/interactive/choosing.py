"""The end of a search: one network, chosen by what it may cost."""

import math
from typing import Any

import xarray as xr

from hsic_hpo.checks import check_number
from hsic_hpo.errors import InputError
from hsic_hpo.search.choices import LIMITS, Choice
from hsic_hpo.search.chosen import ChosenTrial, choose_trial, weighed_cost
from hsic_hpo.search.settings import TOLERANCE
from hsic_hpo.trials.dataset import check_trials


def choose(
    trials: xr.Dataset,
    *,
    within: float | None = None,
    max_flops: float | None = None,
    max_params: float | None = None,
    max_seconds: float | None = None,
    max_cost: float | None = None,
    lowest_error: bool = False,
    knee: bool = False,
    cost: str | None = None,
) -> ChosenTrial:
    """Choose one configuration from finished trials, by what it may cost.

    Limits can be combined with each other and with one of the three rules; limits alone choose
    the lowest error within them. Without any argument: the cheapest within 10 % of the lowest
    error, or, where the trials have no cost, the lowest error.

    Parameters
    ----------
    trials
        Trials Dataset. Trials that diverged or failed are never chosen.
    within
        Choose the cheapest whose error is at most this fraction above the lowest; in [0, 10].
    max_flops, max_params, max_seconds
        Largest number of operations of one forward pass of one sample, of trainable parameters,
        of seconds of a training.
    max_cost
        Largest cost, of the cost that is weighed.
    lowest_error
        Choose the lowest error, of equal ones the cheapest.
    knee
        Choose the network of the front of error and cost beyond which more cost brings least: the
        one farthest below the chord between its ends, in logarithms.
    cost
        Which cost is weighed; by default the first of the trials.

    Returns
    -------
    ChosenTrial
        Its ``configuration``, ``error``, ``error_std`` (over repeats), ``cost``, ``costs``, the
        neighbours on the front (``cheaper``, ``dearer``), and the ``reason`` why it is this one.

    Raises
    ------
    InputError
        When no trial ended well or none is within the limits, for a cost that the trials lack, or
        for arguments that exclude each other.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> chosen = hh.choose(hh.example_trials(), max_cost=50)
    >>> chosen.cost <= 50
    True
    >>> print(chosen.choice)
    lowest error, at most 50 seconds
    >>> sorted(chosen.configuration)
    ['lr', 'opt', 'units']
    """
    check_trials(trials, "trials")
    rules = {"within": within is not None, "lowest_error": lowest_error, "knee": knee}
    asked = [name for name, is_asked in rules.items() if is_asked]
    if len(asked) > 1:
        raise InputError(f"{' and '.join(asked)}: allowed: one of them")
    if within is not None:
        check_number("within", within, "a number from 0 to 10", lambda t: 0 <= t <= 10)
    if cost is not None and not isinstance(cost, str):
        raise InputError(f"cost: {cost!r} is not the name of a cost")
    weighed = weighed_cost(trials, cost)
    limits = _limits({"max_flops": max_flops, "max_params": max_params, "max_seconds": max_seconds})
    if max_cost is not None:
        if weighed is None:
            raise InputError("max_cost: the trials have no cost: name a column of theirs as it")
        limits[weighed] = min(_limit("max_cost", max_cost), limits.get(weighed, math.inf))
    if not asked and not limits and weighed is not None:
        within = TOLERANCE
    choice = Choice(tolerance=within or 0.0, knee=knee, limits=limits)
    return choose_trial(trials, choice, weighed)


def _limits(given: dict[str, Any]) -> dict[str, float]:
    return {LIMITS[key]: _limit(key, value) for key, value in given.items() if value is not None}


def _limit(name: str, value: Any) -> float:
    check_number(name, value, "a number above 0", lambda limit: 0 < limit < math.inf)
    return float(value)
