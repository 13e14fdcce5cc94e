"""The table of decisions."""

import json

import pandas as pd
import xarray as xr

from hsic_hpo.digits import value_in_words
from hsic_hpo.trials.kinds import SELECTION, check_kind

_ORDER = ("search", "prefer", "fix")


def decisions_table(dataset: xr.Dataset) -> pd.DataFrame:
    """Tabulate the decisions of a selection: what is searched first, what is fixed last.

    Parameters
    ----------
    dataset
        Selection Dataset.

    Returns
    -------
    pandas.DataFrame
        One row per hyperparameter: the ``decision`` (search, prefer or fix), the ``choice`` (the
        value or the values that it prefers or fixes), ``worst_loss``, what following it could cost
        at worst as a fraction of the reachable error, NaN where nothing is claimed, the ``role``
        in the two stages of the paper, whether the study config decided (``overridden``) and the
        ``reason`` with its figures.

    Raises
    ------
    InputError
        For a Dataset of another kind.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> trials = hh.example_trials()
    >>> table = hh.decisions_table(hh.decide(hh.explain(trials), trials))
    >>> list(table.columns)
    ['hyperparameter', 'decision', 'choice', 'worst_loss', 'role', 'overridden', 'reason']
    """
    check_kind("dataset", dataset, SELECTION)
    columns = ["decision", "preferred", "worst_loss", "role", "overridden", "reason"]
    rows = dataset[columns].to_dataframe().reset_index()
    order = rows["decision"].map(_ORDER.index)
    rows = rows.loc[order.sort_values(kind="stable").index].reset_index(drop=True)
    rows["choice"] = [value_in_words(json.loads(text)) for text in rows["preferred"]]
    rows["overridden"] = rows["overridden"].astype(bool)
    return rows[["hyperparameter", "decision", "choice", *columns[2:]]]
