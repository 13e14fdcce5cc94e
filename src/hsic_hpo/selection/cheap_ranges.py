"""The cheap range of a hyperparameter that drives both error and cost."""

from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.selection.cheap_values import CheapValue
from hsic_hpo.spaces.hyperparameter import Hyperparameter, Range


def values_between(parameter: Hyperparameter, low: Any, high: Any) -> dict[str, Any] | None:
    """Return the definition of the values from ``low`` to ``high``.

    Returns
    -------
    dict or None
        None when fewer than two values are left, or the law cannot be cut (a distribution of
        scipy.stats).
    """
    if isinstance(parameter.law, Range):
        if low >= high:
            return None
        scale = "log" if parameter.law.log else "linear"
        return {"range": [low, high], "scale": scale}
    kept = [level for level in parameter.levels if low <= level <= high]
    return {"levels": kept} if len(kept) > 1 else None


def cheap_range(
    parameter: Hyperparameter, sensitivity: xr.Dataset, cheap: CheapValue
) -> tuple[Any, dict[str, Any]] | None:
    """Return the cheap range that the range sweep leaves (slides, Figure 9).

    From some value on, a larger (dearer) one makes no difference any more: that value ends the
    range from the dear side. Where few trials are among the best, the sweep finds no difference
    even between values that spoil a network and others. Not in the paper: the range therefore
    holds at least the cheap values that keep the success rate.

    Parameters
    ----------
    parameter
        That drives both error and cost.
    sensitivity
        Sensitivity Dataset with its sweeps.
    cheap
        Its cheap values that keep the success rate.

    Returns
    -------
    tuple or None
        The value and the definition of the range; None when it is not swept, or when all values
        or no values are left.
    """
    if parameter.name not in sensitivity["sweep"].values:
        return None
    found = sensitivity["sweep_choice"].sel(
        sweep=parameter.name, end="lower" if cheap.rising else "upper"
    )
    end = float(found)
    if not np.isfinite(end):
        return None
    low, high = parameter.value(0.0), parameter.value(1.0)
    end = max(end, cheap.value) if cheap.rising else min(end, cheap.value)
    end = int(end) if parameter.type == "integer" else end
    if end in (low, high):
        return None
    ends = (low, end) if cheap.rising else (end, high)
    definition = values_between(parameter, *ends)
    return None if definition is None else (end, definition)
