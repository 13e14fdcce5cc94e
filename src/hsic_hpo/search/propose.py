"""Propose the configurations of a search's next round from its finished trials.

All methods keep one contract: the same space, finished trials and seed give the same proposals; no
proposal repeats a finished trial; a trial that diverged or failed counts as a bad one. Between
rounds only the trials themselves are kept.
"""

import json
from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np

from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.search import front_search, gpbo
from hsic_hpo.search.methods import METHODS, Method
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.subspace import Subspace
from hsic_hpo.trials.goals import worst_for_missing
from hsic_hpo.trials.history import History

# What proposes from the decisions of a selection does so in parts of the space of its own.
PROPOSERS = tuple(name for name, method in METHODS.items() if not method.needs_selection)
_DRAWS_PER_PROPOSAL = 50
# How often Optuna is asked for a proposal that is new and does not cost too much. Each one that it
# gives in vain makes its Gaussian process slower: where random ones fill the round, few are enough.
_FEW_ASKS = 3
_MANY_ASKS = 20


def propose(
    subspace: Subspace,
    finished: History,
    n: int,
    *,
    method: str,
    seed: int,
    ceiling: float = np.inf,
    cost_of: Callable[[dict[str, Any]], float] | None = None,
) -> list[dict[str, Any]]:
    """Propose the next configurations of a search.

    Parameters
    ----------
    subspace
        Where to search; methods of Optuna search its whole space.
    finished
        Finished trials of earlier rounds, and others of the same space.
    n
        Size of the round, at least 1.
    method
        ``"random"``; ``"gpbo"``, a Gaussian process with expected improvement, and ``"cgpbo"``,
        the same under a limit of the cost; ``"front"``, a Gaussian process with expected
        improvement of the hypervolume of error and cost; or, by Optuna, ``"tpe"`` and ``"gp"``
        (on the error), ``"motpe"``, ``"mogp"`` and ``"nsga2"`` (on error and cost), ``"ctpe"`` and
        ``"cgp"`` (on the error under a limit of the cost).
    seed
        Non-negative integer.
    ceiling
        Cost that no proposal may exceed, for ``"front"``, ``"gpbo"`` and the methods under a limit.
    cost_of
        Cost of a configuration, where it is known before the training: nothing is proposed that
        costs more than the ceiling. None: the methods learn from the finished trials what does.

    Returns
    -------
    list of dict
        At most n complete configurations, each once; fewer where no more new ones are found.

    Raises
    ------
    InputError
        For an unknown method, or one whose library is not installed, or a ceiling so low that
        no configuration is known that costs as little.
    """
    if method not in PROPOSERS:
        raise InputError(
            f"search.{method}: not a method; known: {', '.join(PROPOSERS)}"
            f"{did_you_mean(method, PROPOSERS)}"
        )
    affordable = _affordable(METHODS[method], ceiling, cost_of)
    if method == "random" or not len(finished):
        proposed = _random(subspace, finished, n, seed, affordable)
    elif method in ("gpbo", "cgpbo"):
        proposed = gpbo.propose_by_improvement(
            subspace,
            finished.configurations,
            finished.told,
            finished.costs,
            n,
            seed=seed,
            ceiling=ceiling,
            cost_of=cost_of,
        )
    elif method == "front":
        proposed = front_search.propose_on_front(
            [subspace], finished, n, seed=seed, limit=ceiling, cost_of=cost_of
        )
    else:
        proposed = _by_optuna(
            subspace, finished, n, method=method, seed=seed, ceiling=ceiling, cost_of=cost_of
        )
    if METHODS[method].fills_up and len(proposed) < n and affordable is not None:
        known = History([*finished.configurations, *proposed], np.array([]), np.array([]))
        proposed += _random(subspace, known, n - len(proposed), seed, affordable)
    if METHODS[method].is_limited and not proposed and not (finished.costs <= ceiling).any():
        least = np.min(finished.costs, initial=np.inf)
        seen = f"; the cheapest of {len(finished)} trials costs {least:g}" if least < np.inf else ""
        raise InputError(
            f"search.{method}.max_cost: no configuration found that costs {ceiling:g} at most{seen}"
        )
    return proposed


def _affordable(
    method: Method, ceiling: float, cost_of: Callable[[dict[str, Any]], float] | None
) -> Callable[[dict[str, Any]], bool] | None:
    """Return what a method may propose as far as its limit goes; None where that is not known."""
    if not method.is_limited:
        return lambda _: True
    if cost_of is None:
        return None
    return lambda configuration: cost_of(configuration) <= ceiling


def _by_optuna(
    subspace: Subspace,
    finished: History,
    n: int,
    *,
    method: str,
    seed: int,
    ceiling: float,
    cost_of: Callable[[dict[str, Any]], float] | None,
) -> list[dict[str, Any]]:
    # Optuna is needed only for its own methods.
    from hsic_hpo.search import optuna_proposals

    return optuna_proposals.propose_by_sampler(
        subspace.space,
        finished.configurations,
        worst_for_missing(finished.told),
        worst_for_missing(finished.costs),
        n,
        method=method,
        seed=seed,
        asks=_FEW_ASKS if METHODS[method].fills_up else _MANY_ASKS,
        ceiling=ceiling,
        cost_of=cost_of,
    )


def _random(
    subspace: Subspace,
    finished: History,
    n: int,
    seed: int,
    affordable: Callable[[dict[str, Any]], bool] | None,
) -> list[dict[str, Any]]:
    done = {json.dumps(dict(configuration)) for configuration in finished.configurations}
    space = subspace.free or subspace.space
    u = sample(space, _DRAWS_PER_PROPOSAL * n, seed)
    drawn = {json.dumps(c): c for c in subspace.configurations(u)}
    new = (c for text, c in drawn.items() if text not in done)
    return list(islice((c for c in new if affordable is None or affordable(c)), n))
