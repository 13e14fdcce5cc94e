"""The search methods of a study: what each is given in which round, and how it ends."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from hsic_hpo.search.settings import STAGES, SearchSettings

_PLAIN = SearchSettings()
_STAGED = SearchSettings(rounds=STAGES[0], fine_tuning_rounds=STAGES[1])


@dataclass(frozen=True, kw_only=True)
class Method:
    """What tells one method from the others.

    Attributes
    ----------
    needs_selection
        Whether the decisions of a selection say where it searches.
    is_staged
        Whether it searches in the two stages of the paper.
    weighs_cost
        Whether it ends with the cheapest of its nearly best trials, not with the best.
    is_limited
        Whether a study must set a limit to the cost of what it proposes and chooses.
    takes_limit
        Whether a study may do so.
    asks_costs
        Whether it asks what a configuration costs before it is trained.
    fills_up
        Whether random configurations fill a round for which it finds too few.
    defaults
        Size of its search where a study does not give it.
    """

    needs_selection: bool = False
    is_staged: bool = False
    weighs_cost: bool = False
    is_limited: bool = False
    takes_limit: bool = False
    asks_costs: bool = False
    fills_up: bool = False
    defaults: SearchSettings = _PLAIN


_ON_FRONT = Method(weighs_cost=True, fills_up=True)
_LIMITED = Method(
    weighs_cost=True, is_limited=True, takes_limit=True, asks_costs=True, fills_up=True
)
_KNOWING = Method(weighs_cost=True, takes_limit=True, asks_costs=True)
_DECIDED = replace(_KNOWING, needs_selection=True, defaults=_STAGED)

METHODS: Mapping[str, Method] = MappingProxyType(
    {
        # The random search starts without trials, and has no rounds of its own.
        "random": Method(defaults=SearchSettings(rounds=0, repeats=1)),
        "gpbo": Method(),
        "hsic-gpbo": _DECIDED,
        "hsic-gpbo-paper": Method(
            needs_selection=True, is_staged=True, weighs_cost=True, defaults=_STAGED
        ),
        "tpe": Method(),
        "gp": Method(),
        "nsga2": Method(weighs_cost=True),
        "front": _KNOWING,
        "motpe": _ON_FRONT,
        "mogp": _ON_FRONT,
        "ctpe": _LIMITED,
        "cgp": _LIMITED,
        "cgpbo": _LIMITED,
    }
)


def search_settings(method: str, given: Mapping[str, Any]) -> SearchSettings:
    """Return the settings of a method's search: its defaults with what a study gives.

    Parameters
    ----------
    method
        One of ``METHODS``.
    given
        Settings by name, as in a section of a study config.
    """
    return replace(METHODS[method].defaults, **given)


def uses_known_costs(method: str) -> bool:
    """Tell whether a method asks what a configuration costs before it is trained."""
    return METHODS[method].asks_costs


def needs_selection(method: str) -> bool:
    """Tell whether a method searches where the decisions of a selection say."""
    return METHODS[method].needs_selection


def round_settings(method: str, settings: SearchSettings, number: int) -> dict[str, Any]:
    """Return what :func:`hsic_hpo.search.rounds.next_round` is told of one round.

    Nothing of the rounds after it enters, so that further rounds leave it as it is.

    Parameters
    ----------
    method, settings
        Of the search.
    number
        Number of the round, from 1 on.
    """
    told = {"n": settings.batch_size, "initial_trials": settings.initial_trials}
    if METHODS[method].is_staged:
        told["stage"] = settings.stage(number)
    return told | _limit(method, settings)


def choice_settings(method: str, settings: SearchSettings, tolerance: float) -> dict[str, Any]:
    """Return what :func:`hsic_hpo.search.final_choice.chosen_design` is told of a method.

    Parameters
    ----------
    method, settings
        Of the search.
    tolerance
        Of the methods that weigh error and cost.
    """
    return {
        "initial_trials": settings.initial_trials,
        "tolerance": tolerance if METHODS[method].weighs_cost else None,
        **_limit(method, settings),
    }


def _limit(method: str, settings: SearchSettings) -> dict[str, Any]:
    is_limited = METHODS[method].takes_limit and settings.max_cost < math.inf
    return {"ceiling": settings.max_cost} if is_limited else {}
