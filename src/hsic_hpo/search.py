"""Propose the configurations of a search's next round from its finished trials.

One contract for all methods: the same space, finished trials and seed give the same proposals; no
proposal repeats a finished trial; a trial that diverged or failed is told as a bad one. Nothing is
remembered between rounds but the trials themselves.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo import gpbo
from hsic_hpo import trials as trials_data
from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.goals import target_values, worst_for_missing
from hsic_hpo.sampling import design
from hsic_hpo.subspace import Subspace

METHODS = ("random", "gpbo", "tpe", "gp", "nsga2")
_DRAWS_PER_PROPOSAL = 50


@dataclass(frozen=True)
class Finished:
    """Finished trials, in the order in which they were proposed.

    Attributes
    ----------
    configurations
        n of them: values of the active hyperparameters by name.
    errors
        ``(n,)`` validation error, the mean over repeats; infinite where a trial did not end well.
    costs
        ``(n,)`` what is to be kept low beside the error; infinite where unknown.
    """

    configurations: Sequence[Mapping[str, Any]]
    errors: np.ndarray
    costs: np.ndarray

    @classmethod
    def of(cls, datasets: Sequence[xr.Dataset], cost: str = "flops") -> "Finished":
        """Read them from trials Datasets; ``cost`` names the variable that is the cost."""
        return cls(
            [c for dataset in datasets for c in trials_data.configurations(dataset)],
            np.concatenate([[], *(target_values(dataset, "error") for dataset in datasets)]),
            np.concatenate([[], *(target_values(dataset, cost) for dataset in datasets)]),
        )

    def __len__(self) -> int:
        return len(self.configurations)

    def best(self, ceiling: float = np.inf) -> int:
        """Return the place of the lowest error among trials that cost at most ``ceiling``.

        Raises
        ------
        InputError
            When no such trial ended well.
        """
        errors = np.where(self.costs <= ceiling, self.errors, np.inf)
        if not np.isfinite(errors).any():
            dearer = "" if np.isinf(ceiling) else f", or cost more than {ceiling:g}"
            raise InputError(f"no trial to choose: all diverged or failed{dearer}")
        return int(np.argmin(errors))


def propose(
    subspace: Subspace,
    finished: Finished,
    n: int,
    *,
    method: str,
    seed: int,
    ceiling: float = np.inf,
) -> list[dict[str, Any]]:
    """Propose the next configurations of a search.

    Parameters
    ----------
    subspace
        Where to search; methods of Optuna search its whole space.
    finished
        All that is known: trials of earlier rounds and others of the same space.
    n
        Size of the round, at least 1.
    method
        ``"random"``; ``"gpbo"``, a Gaussian process with expected improvement; or, by Optuna,
        ``"tpe"``, ``"gp"`` and ``"nsga2"`` (on error and cost).
    seed
        Non-negative integer.
    ceiling
        Cost that no proposal may exceed, as far as the finished trials let it be predicted;
        for ``"gpbo"`` alone.

    Returns
    -------
    list of dict
        At most n complete configurations, each once; fewer where no more new ones are found.

    Raises
    ------
    InputError
        For an unknown method, or one whose library is not installed.
    """
    if method not in METHODS:
        raise InputError(
            f"search.{method}: not a method; known: {', '.join(METHODS)}"
            f"{did_you_mean(method, METHODS)}"
        )
    if method == "random" or not len(finished):
        return _random(subspace, finished, n, seed)
    if method == "gpbo":
        return gpbo.propose(
            subspace,
            finished.configurations,
            finished.errors,
            finished.costs,
            n,
            seed=seed,
            ceiling=ceiling,
        )
    # Only who asks for a method of Optuna needs it installed.
    from hsic_hpo import optuna_search

    return optuna_search.propose(
        subspace.space,
        finished.configurations,
        worst_for_missing(finished.errors),
        worst_for_missing(finished.costs),
        n,
        method=method,
        seed=seed,
    )


def _random(subspace: Subspace, finished: Finished, n: int, seed: int) -> list[dict[str, Any]]:
    done = {json.dumps(dict(configuration)) for configuration in finished.configurations}
    space = subspace.free or subspace.space
    u = design(space, _DRAWS_PER_PROPOSAL * n, seed)
    drawn = {json.dumps(c): c for c in subspace.configurations(u)}
    return [c for text, c in drawn.items() if text not in done][:n]
