"""Propose the configurations of a search's next round from its finished trials.

All methods keep one contract: the same space, finished trials and seed give the same proposals; no
proposal repeats a finished trial; a trial that diverged or failed counts as a bad one. Between
rounds only the trials themselves are kept.
"""

import json
from collections.abc import Callable
from typing import Any

import numpy as np

from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.search import gpbo
from hsic_hpo.search.methods import METHODS
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.subspace import Subspace
from hsic_hpo.trials.goals import worst_for_missing
from hsic_hpo.trials.history import History

# A search in stages proposes by another method, each stage in a space of its own.
PROPOSERS = tuple(name for name, method in METHODS.items() if not method.is_staged)
_DRAWS_PER_PROPOSAL = 50


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
        ``"random"``; ``"gpbo"``, a Gaussian process with expected improvement; or, by Optuna,
        ``"tpe"``, ``"gp"`` and ``"nsga2"`` (on error and cost).
    seed
        Non-negative integer.
    ceiling
        Cost that no proposal may exceed, for ``"gpbo"`` alone.
    cost_of
        Cost of a configuration; None predicts it from the finished trials where they have costs.

    Returns
    -------
    list of dict
        At most n complete configurations, each once; fewer where no more new ones are found.

    Raises
    ------
    InputError
        For an unknown method, or one whose library is not installed.
    """
    if method not in PROPOSERS:
        raise InputError(
            f"search.{method}: not a method; known: {', '.join(PROPOSERS)}"
            f"{did_you_mean(method, PROPOSERS)}"
        )
    if method == "random" or not len(finished):
        return _random(subspace, finished, n, seed)
    if method == "gpbo":
        return gpbo.propose_by_improvement(
            subspace,
            finished.configurations,
            finished.errors,
            finished.costs,
            n,
            seed=seed,
            ceiling=ceiling,
            cost_of=cost_of,
        )
    # Optuna is needed only for its own methods.
    from hsic_hpo.search import optuna_samplers

    return optuna_samplers.propose_by_sampler(
        subspace.space,
        finished.configurations,
        worst_for_missing(finished.errors),
        worst_for_missing(finished.costs),
        n,
        method=method,
        seed=seed,
    )


def _random(subspace: Subspace, finished: History, n: int, seed: int) -> list[dict[str, Any]]:
    done = {json.dumps(dict(configuration)) for configuration in finished.configurations}
    space = subspace.free or subspace.space
    u = sample(space, _DRAWS_PER_PROPOSAL * n, seed)
    drawn = {json.dumps(c): c for c in subspace.configurations(u)}
    return [c for text, c in drawn.items() if text not in done][:n]
