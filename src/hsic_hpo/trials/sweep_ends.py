"""From which value on larger ones make no difference any more, by the range sweeps."""

from collections.abc import Collection

import numpy as np
import xarray as xr

from hsic_hpo.digits import values_in_words
from hsic_hpo.spaces.space import Space


def where_it_stops_to_matter(sensitivity: xr.Dataset, matters: Collection[str]) -> list[str]:
    """Return, of each hyperparameter that does stop to matter, from which value on, in words.

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset with its range sweeps.
    matters
        Names of the hyperparameters that matter in their whole ranges; others are left out.
    """
    space = Space.from_json(sensitivity.attrs["space"])
    told = []
    for name in sensitivity["sweep"].values.tolist():
        line = sensitivity.sel(sweep=name, end="lower")
        chosen, first = float(line["sweep_choice"]), float(line["sweep_value"][0])
        # In the whole range, the first one, it makes a difference.
        if name in matters and np.isfinite(chosen) and chosen != first:
            ends = [space[name].from_stored(value) for value in (chosen, first)]
            told.append(f"{name} from {values_in_words(ends)[0]} on")
    return told
