"""The design of a round: the configurations proposed for training, as a Dataset."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.spaces.space import Space


def trial_identifier(
    configuration: Mapping[str, Any], budget: Mapping[str, Any], occurrence: int = 0
) -> str:
    """Return the identifier of a trial: a hash of what it trains.

    Parameters
    ----------
    configuration
        Values of the active hyperparameters.
    budget
        Training budget that the trial is given.
    occurrence
        How often the same configuration stands earlier in the same design: random draws from a
        small discrete space repeat, and each draw is a training of its own.

    Returns
    -------
    str
        16 hexadecimal digits of a SHA-256.
    """
    content = json.dumps([configuration, budget, occurrence], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def make_design(space: Space, u: np.ndarray, budget: Mapping[str, Any]) -> xr.Dataset:
    """Label drawn points as a design.

    Parameters
    ----------
    space
        The search space, of d hyperparameters.
    u
        ``(n, d)`` points in [0, 1], NaN where a hyperparameter is inactive.
    budget
        Training budget, part of each trial's identifier.

    Returns
    -------
    xarray.Dataset
        ``u(trial, hyperparameter)`` and ``configuration(trial)``, the active values as JSON.
    """
    return label_design(space, u, space.configurations(u), budget)


def label_design(
    space: Space,
    u: np.ndarray,
    configurations: Sequence[Mapping[str, Any]],
    budget: Mapping[str, Any],
) -> xr.Dataset:
    """Label points and their configurations as a design, see :func:`make_design`.

    Parameters
    ----------
    space
        The search space, of d hyperparameters.
    u
        ``(n, d)`` points; NaN where a hyperparameter is inactive, or is discrete and its point
        was not recorded.
    configurations
        Values of the active hyperparameters of the n trials.
    budget
        Training budget.
    """
    seen: Counter[str] = Counter()
    identifiers = []
    texts = [json.dumps(configuration) for configuration in configurations]
    for configuration, text in zip(configurations, texts, strict=True):
        identifiers.append(trial_identifier(configuration, budget, seen[text]))
        seen[text] += 1
    return xr.Dataset(
        {
            "u": (
                ("trial", "hyperparameter"),
                u,
                {"long_name": "normalised hyperparameter, missing where inactive", "units": "1"},
            ),
            "configuration": (
                "trial",
                np.array(texts, dtype=object),
                {"long_name": "values of the active hyperparameters as JSON", "units": "1"},
            ),
        },
        coords={
            "trial": ("trial", np.array(identifiers, dtype=object), {"long_name": "trial"}),
            "hyperparameter": (
                "hyperparameter",
                np.array(space.names, dtype=object),
                {"long_name": "hyperparameter"},
            ),
        },
        attrs={"space": space.to_json(), "budget": json.dumps(dict(budget))},
    )
