"""Which of many conditional groups a figure shows: a page has room for some, a table for all."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

MOST_GROUPS = 16
"""Conditional groups that a figure shows, beside the main group."""
_MOST_REMARKS = 12


def leading(chosen: xr.Dataset, labels: Sequence[str]) -> list[str]:
    """Return the groups to show, in their order: the first, and those that say most.

    Parameters
    ----------
    chosen
        Sensitivity Dataset of one target and one subset.
    labels
        Groups with an index, the main group first.

    Returns
    -------
    list of str
        All of them, or the first and those with the smallest adjusted p-values, larger groups
        first where these tie.
    """
    first, others = list(labels[:1]), list(labels[1:])
    if len(others) <= MOST_GROUPS:
        return [*first, *others]
    within = chosen.sel(group=others)
    smallest = within["p_value_adjusted"].min("hyperparameter").values
    kept = np.lexsort((-within["n"].values, smallest))[:MOST_GROUPS]
    return [*first, *(others[i] for i in np.sort(kept))]


def homes(chosen: xr.Dataset) -> dict[str, str]:
    """Return the largest group in which each hyperparameter has an index, by its name.

    Parameters
    ----------
    chosen
        Sensitivity Dataset of one target and one subset.
    """
    index = chosen["hsic"]
    order = np.argsort(-chosen["n"].values, kind="stable")
    home: dict[str, str] = {}
    for label in chosen["group"].values[order]:
        within = index.sel(group=label)
        for name in within["hyperparameter"].values[np.isfinite(within.values)]:
            home.setdefault(str(name), str(label))
    return home


def few(remarks: Sequence[str], n_hidden: int = 0) -> list[str]:
    """Return the remarks on groups for which there is room, and how many groups are left out.

    Parameters
    ----------
    remarks
        One for each group without an index.
    n_hidden
        Groups with an index that are not shown.
    """
    shown = list(remarks[:_MOST_REMARKS])
    if n_hidden:
        shown.append(f"{n_hidden} more groups have higher p-values: see the table of indices")
    if len(remarks) > _MOST_REMARKS:
        shown.append(f"{len(remarks) - _MOST_REMARKS} more groups have no index")
    return shown
