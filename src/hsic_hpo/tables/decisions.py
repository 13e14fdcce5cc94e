"""The table of decisions."""

import json

import pandas as pd
import xarray as xr

from hsic_hpo.wording import readable


def decisions_table(dataset: xr.Dataset) -> pd.DataFrame:
    """Tabulate the decisions of a selection, the first stage first.

    Parameters
    ----------
    dataset
        Selection Dataset.

    Returns
    -------
    pandas.DataFrame
        One row per hyperparameter: its ``role``, the ``choice`` (the value at which it is fixed,
        or what is searched), its ``default`` until the second stage, whether the study config
        decided (``overridden``) and the ``reason`` with its figures.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> trials = hh.example_trials()
    >>> table = hh.decisions_table(hh.decide(hh.explain(trials), trials))
    >>> list(table.columns)
    ['hyperparameter', 'role', 'choice', 'default', 'overridden', 'reason']
    """
    frame = dataset[["role", "definition", "default", "overridden", "reason", "stage"]]
    rows = frame.to_dataframe().reset_index()
    order = rows["stage"].map({1: 0, 0: 1, 2: 2})
    rows = rows.loc[order.sort_values(kind="stable").index].reset_index(drop=True)
    rows["choice"] = [readable(json.loads(text)) for text in rows["definition"]]
    fixed = rows["role"] == "fix"
    rows["default"] = [readable(json.loads(text)) for text in rows["default"]]
    rows.loc[fixed, "default"] = ""
    rows["overridden"] = rows["overridden"].astype(bool)
    columns = ["hyperparameter", "role", "choice", "default", "overridden", "reason"]
    return rows[columns]
