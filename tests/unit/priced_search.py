"""Made-up random trials of width, depth and rate with a cost of their own."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.trials.dataset import configurations
from hsic_hpo.trials.variables import with_cost
from small_search import search

SPEC = {name: {"type": "float", "range": [0.0, 1.0]} for name in ("width", "depth", "rate")}


def priced(
    n: int,
    error: Callable[[Mapping[str, Any]], float],
    size: Callable[[Mapping[str, Any]], float],
    seed: int = 0,
) -> xr.Dataset:
    """Return trials whose error and ``size`` are given by functions of the configuration."""
    trials = search(n, error=error, spec=SPEC, seed=seed)
    sizes = np.array([size(configuration) for configuration in configurations(trials)])
    return with_cost(trials, "size", sizes).assign_attrs(costs='["size"]')
