"""HSIC-GPBO in the two stages of the paper's Table 4 ([1]_), as literally as it can be read.

"HSIC-GPBO first optimizes most impactful hyperparameters defined by HSIC with other hyperparameters
values chosen in order to improve cost efficiency. It then fine-tunes the remaining hyperparameters
that has no effect on execution time." Both stages minimise the error by expected improvement; the
second one holds the values of the first one's best trial.

References
----------
.. [1] P. Novello, G. Poëtte, D. Lugato, P. M. Congedo, "Explainable hyperparameter optimization
   using goal oriented sensitivity analysis", slides (2021).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.search.gpbo import propose_by_improvement
from hsic_hpo.selection.decisions import stage_space
from hsic_hpo.spaces.subspace import Subspace
from hsic_hpo.trials.history import History


def propose_in_stage(
    selection: xr.Dataset, stage: int, finished: History, n: int, *, seed: int
) -> list[dict[str, Any]]:
    """Propose a batch in a stage.

    Parameters
    ----------
    selection
        Selection Dataset.
    stage
        1 or 2.
    finished
        Finished trials of the whole space, at least one.
    n
        Size of the batch.
    seed
        Non-negative integer.

    Returns
    -------
    list of dict
        At most n, each new. Where the stage has fewer new ones, the others come from the other
        stage's hyperparameters too, which the paper leaves open.
    """
    impactful = stage_space(selection, 1)
    held = _best_of(impactful, finished)
    fine_tuned = stage_space(selection, 2, held)
    parts = [impactful, fine_tuned] if stage == 1 else [fine_tuned, impactful]
    proposed: list[dict[str, Any]] = []
    for part in [*parts, stage_space(selection, 2)]:
        if len(proposed) == n:
            break
        known = [*finished.configurations, *proposed]
        nothing = np.full(len(proposed), np.inf)
        proposed += propose_by_improvement(
            part,
            known,
            np.append(finished.told, nothing),
            np.append(finished.costs, nothing),
            n - len(proposed),
            seed=seed,
        )
    return proposed


def _best_of(part: Subspace, finished: History) -> Mapping[str, Any]:
    """Return the best trial of a part of the space, or of the whole where it has none."""
    inside = [_lies_in(part, configuration) for configuration in finished.configurations]
    errors = np.where(inside, finished.errors, np.inf)
    if not np.isfinite(errors).any():
        errors = finished.errors
    return finished.configurations[int(np.argmin(errors))]


def _lies_in(part: Subspace, configuration: Mapping[str, Any]) -> bool:
    free = {} if part.free is None else {one.name: one for one in part.free.hyperparameters}
    return all(
        free[name].contains(value) if name in free else part.fixed.get(name) == value
        for name, value in configuration.items()
    )
