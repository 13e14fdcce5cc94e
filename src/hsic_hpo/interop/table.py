"""Trials from a table: one row a trial, one column a hyperparameter."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.interop.costs import Costs
from hsic_hpo.interop.reading import read_file
from hsic_hpo.interop.rows import trials_of_rows
from hsic_hpo.spaces.space import Space


def trials_from_table(
    path: Path | str,
    space: Space | Mapping[str, Any],
    *,
    error: str,
    cost: Costs = None,
    maximise: bool | None = None,
    budget: str | None = None,
    rows: str | None = None,
) -> xr.Dataset:
    """Read finished trials from a file that holds a table.

    Rows of one configuration (seeds, folds) are one trial: see `trials_from_frame`.

    Parameters
    ----------
    path
        CSV or the like with a header, JSON, Parquet, Excel. An empty cell of a hyperparameter means
        that it is inactive; other columns are ignored.
    space
        The search space, or its definitions: each of its hyperparameters has a column of its
        name, or of its name behind ``params_`` or ``config/`` as tools write it.
    error
        Column of the error, lower is better unless ``maximise``. Empty, NaN or infinite: the
        trial failed.
    cost
        Column of a cost, or several, lower is better, if there are any; durations count in
        seconds.
    maximise
        Whether more of the error column is better. None: less is, unless its name (accuracy,
        auc, reward, ...) says otherwise, which needs an answer.
    budget
        Column of epochs, steps or the like, where a configuration has rows at several of them:
        the highest counts.
    rows
        Part of the rows: ``"A:B"`` from row A up to, but without, row B, counted from 0.

    Returns
    -------
    xarray.Dataset
        Trials Dataset; a cost is the variable ``cost:NAME`` of its column's name.

    Raises
    ------
    InputError
        One line: file, line, column, value, what is allowed.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> import pandas as pd
    >>> import hsic_hpo as hh
    >>> x = np.linspace(0, 1, 40)
    >>> table = pd.DataFrame({"x": x, "loss": (x - 0.3) ** 2})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table.to_csv(f"{folder}/trials.csv", index=False)
    ...     space = {"x": hh.Float(0, 1)}
    ...     trials = hh.trials_from_table(f"{folder}/trials.csv", space, error="loss")
    >>> trials.sizes["trial"]
    40
    """
    table = read_file(path)
    return trials_of_rows(
        table.frame.reset_index(drop=True),
        list(table.frame.index),
        space,
        table.where,
        error=error,
        cost=cost,
        maximise=table.maximise if maximise is None else maximise,
        budget=budget,
        rows=rows,
        notes=table.notes,
        attrs=table.attrs,
    )


def trials_from_frame(
    frame: pd.DataFrame,
    space: Space | Mapping[str, Any],
    *,
    error: str,
    cost: Costs = None,
    name: str = "trials",
    maximise: bool | None = None,
    budget: str | None = None,
    rows: str | None = None,
) -> xr.Dataset:
    """Take finished trials from a DataFrame.

    Rows of one configuration (seeds, folds) are one trial: its repeats, ranked by their mean
    error. A column ``state`` or ``status`` is read as Optuna writes it: trials that still run or
    wait are left out; pruned and failed ones have no error and rank worst, or are dropped where
    another row of their configuration has one. Rows that do not fit the space are left out; the
    attribute ``notes`` counts them.

    Parameters
    ----------
    frame
        One row a trial. None, NaN or an empty text of a hyperparameter means that it is inactive;
        other columns are ignored.
    space
        The search space, or its definitions: each of its hyperparameters has a column of its
        name, or of its name behind ``params_`` or ``config/`` as tools write it.
    error
        Column of the error, lower is better unless ``maximise``. Missing or infinite: the trial
        failed.
    cost
        Column of a cost, or several, lower is better, if there are any; durations count in
        seconds.
    name
        What to call the trials, in messages and in a report.
    maximise
        Whether more of the error column is better. None: less is, unless its name (accuracy,
        auc, reward, ...) says otherwise, which needs an answer.
    budget
        Column of epochs, steps or the like, where a configuration has rows at several of them:
        the highest counts.
    rows
        Part of the rows: ``"A:B"`` from row A up to, but without, row B, counted from 0.

    Returns
    -------
    xarray.Dataset
        Trials Dataset; a cost is the variable ``cost:NAME`` of its column's name.

    Raises
    ------
    InputError
        One line: row, column, value, what is allowed.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> import hsic_hpo as hh
    >>> frame = pd.DataFrame(np.random.default_rng(0).random((50, 2)), columns=["x", "y"])
    >>> frame["loss"] = (frame["x"] - 0.3) ** 2
    >>> space = {"x": hh.Float(0, 1), "y": hh.Float(0, 1)}
    >>> hh.trials_from_frame(frame, space, error="loss").sizes["trial"]
    50
    """
    if not isinstance(frame, pd.DataFrame):
        raise InputError(f"{name}: {type(frame).__name__}; a pandas DataFrame is needed")
    places = [f"row {label}" for label in frame.index]
    return trials_of_rows(
        frame,
        places,
        space,
        name,
        error=error,
        cost=cost,
        maximise=maximise,
        budget=budget,
        rows=rows,
    )
