"""Rows of a comparison where each choice was trained again with several budgets, a row for each."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.wording import counted

RETRAINED_FOR = "retrained_for"
"""Coordinate of the length of a row's trainings in words, where rows differ in it."""


def trained_for(budget: Mapping[str, Any]) -> str:
    """Return how long trainings take unless another limit ends them, such as ``"150 epochs"``.

    Parameters
    ----------
    budget
        As a study config writes it, with ``epochs`` or ``steps``.
    """
    length = "epochs" if "epochs" in budget else "steps"
    return counted(budget[length], length)


def each_choice_once(compared: xr.Dataset) -> xr.Dataset:
    """Return the rows of the first budget, where choices were trained again with several.

    Parameters
    ----------
    compared
        Comparison Dataset, see :func:`hsic_hpo.search.comparison.compare_methods`.
    """
    if RETRAINED_FOR not in compared.coords:
        return compared
    lengths = compared[RETRAINED_FOR].values
    return compared.isel(search=np.flatnonzero(lengths == lengths[0]))
