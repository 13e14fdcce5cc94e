"""The two stages of HSIC-GPBO as parts of the search space."""

import json
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.spaces.space import Space
from hsic_hpo.spaces.subspace import Subspace

STAGES = (1, 2)


def stage_space(selection: xr.Dataset, stage: int) -> Subspace:
    """Return where a stage searches.

    In the first stage the hyperparameters that matter, or could not be fixed, vary; those to be
    fine-tuned stay at their defaults. In the second stage these vary too. The paper holds the
    first stage's best values there; ours goes on with all, from the best, as holding them lost
    accuracy on tabulated networks: the values that are best depend on each other.

    Parameters
    ----------
    selection
        Selection Dataset.
    stage
        1 or 2.
    """
    changes: dict[str, Any] = {}
    for name in selection["hyperparameter"].values.tolist():
        row = selection.sel(hyperparameter=name)
        choice = json.loads(str(row["definition"].values))
        later = int(row["stage"]) > stage
        choice = json.loads(str(row["default"].values)) if later else choice
        if choice is not None:
            changes[name] = choice
    return Subspace.of(Space.from_json(selection.attrs["space"]), changes, "selection")


def stage_ceiling(selection: xr.Dataset) -> float:
    """Return the cost that no proposal may exceed, infinite without a ceiling."""
    return float(np.float64(selection.attrs["ceiling"]))
