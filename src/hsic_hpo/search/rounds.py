"""The design of a search's next round."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.search.front_search import propose_on_front
from hsic_hpo.search.paper_stages import propose_in_stage
from hsic_hpo.search.propose import propose
from hsic_hpo.selection.decisions import preferred_space, searched_space
from hsic_hpo.spaces.subspace import Subspace
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.design import label_design
from hsic_hpo.trials.drawn import ADAPTIVE, drawn_attributes
from hsic_hpo.trials.history import History, initial_part
from hsic_hpo.trials.rungs_of_searches import expected_ends


def next_round(
    known: Sequence[xr.Dataset],
    n: int,
    *,
    method: str,
    repeat: int,
    cost: str | None,
    seed: int,
    budget: Mapping[str, Any],
    initial_trials: int = 0,
    selection: xr.Dataset | None = None,
    stage: int = 0,
    ceiling: float = np.inf,
    cost_of: Callable[[dict[str, Any]], float] | None = None,
    expect_ends: bool = False,
) -> xr.Dataset:
    """Propose a round and label it as a design.

    Parameters
    ----------
    known
        Trials Datasets of one space: those of the random search, then the rounds so far.
    n
        Size of the round.
    method, repeat
        Of the search.
    cost
        Variable of the trials that counts as the cost, None where there is none.
    seed
        Of the study.
    budget
        Training budget.
    initial_trials
        How many trials of the random search are known, see
        :func:`hsic_hpo.trials.history.initial_part`.
    selection, stage
        Selection Dataset of HSIC-GPBO, and stage, 1 or 2, of the paper's variant of it; None and 0
        for other methods.
    ceiling
        Cost that no proposal may exceed, of a method with such a limit.
    cost_of
        Cost of a configuration that is not trained yet; None predicts it from the trials.
    expect_ends
        Whether models of the error learn from a stopped trial what it is expected to end with
        (:func:`hsic_hpo.trials.rungs_of_searches.expected_ends`), not what it had reached.

    Returns
    -------
    xarray.Dataset
        A design, see :func:`hsic_hpo.trials.design.label_design`, of at most n trials.
    """
    space = trials_data.space(known[0])
    datasets = [initial_part(known[0], initial_trials, repeat), *known[1:]]
    finished = History.of(datasets, cost)
    if expect_ends:
        finished = replace(finished, reached=expected_ends(datasets))
    seed = _seed(seed, method, repeat, len(known))
    if selection is None:
        proposed = propose(
            Subspace.of(space, {}),
            finished,
            n,
            method=method,
            seed=seed,
            ceiling=ceiling,
            cost_of=cost_of,
        )
    elif stage:
        proposed = propose_in_stage(selection, stage, finished, n, seed=seed)
    else:
        searched = searched_space(selection)
        preferred = preferred_space(selection)
        parts = [searched] if preferred == searched else [preferred, searched]
        proposed = propose_on_front(parts, finished, n, seed=seed, limit=ceiling, cost_of=cost_of)
    u = np.array([space.point(configuration) for configuration in proposed])
    return label_design(space, u.reshape(-1, len(space)), proposed, budget).assign_attrs(
        drawn_attributes(ADAPTIVE, f"this study's {method}")
    )


def _seed(seed: int, method: str, repeat: int, number: int) -> int:
    content = f"{seed}/{method}/{repeat}/{number}".encode()
    return int.from_bytes(hashlib.sha256(content).digest()[:4], "big")
