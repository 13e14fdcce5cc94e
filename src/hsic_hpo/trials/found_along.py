"""What is found along something that grows: the budget, the epoch."""

import numpy as np
import xarray as xr

from hsic_hpo.trials.goals import is_found


def leaders(found: xr.Dataset) -> list[str]:
    """Return which hyperparameter that is found to matter has the highest index at each budget.

    Parameters
    ----------
    found
        Dataset of :func:`hsic_hpo.sensitivity.by_budget.indices_by_budget`; hyperparameters that
        exist in some trials only are not compared with those that always do.

    Returns
    -------
    list of str
        A name for each budget, empty where none is found.
    """
    main = found.isel(hyperparameter=found["group"].values == found["group"].values[0])
    names = main["hyperparameter"].values
    index = main["hsic"].where(is_found(main)).fillna(-1.0).values
    return [str(names[row.argmax()]) if row.max() >= 0 else "" for row in index]


def holds_from(found: xr.Dataset) -> int | None:
    """Return the epoch from which on the same hyperparameters are significant as at the end.

    Parameters
    ----------
    found
        Dataset of :func:`hsic_hpo.sensitivity.by_epoch.indices_by_epoch`.

    Returns
    -------
    int
        The first of its epochs after which no other set was found; None where none is significant
        at the end.
    """
    significant = found["significant"].values == 1
    if not len(significant) or not significant[-1].any():
        return None
    same = (significant == significant[-1]).all(axis=1)
    first = len(same) - int(np.argmin(same[::-1])) if not same.all() else 0
    return int(found["epoch"].values[first])
