"""The table of an explanation: indices, evidence and the values that stand out."""

import pandas as pd
import xarray as xr

from hsic_hpo.tables.importance import BESIDE, cost_column
from hsic_hpo.trials.goals import cost_names, has_both

_COLUMNS = {
    "index": "hsic",
    "debiased_index": "hsic_unbiased",
    "interval_low": "interval_low",
    "interval_high": "interval_high",
    "p_value": "p_value",
    "adjusted_p_value": "p_value_adjusted",
    "found": "found",
}
_VALUES = ("values_at_goal", "share_at_goal", "share_of_all")


def explained_table(sensitivity: xr.Dataset, subset: str = "best") -> pd.DataFrame:
    """Tabulate what was found for the best, or the worst, fraction by error.

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset of :func:`hsic_hpo.sensitivity.explanation.explain_trials`.
    subset
        ``"best"`` or ``"worst"``.

    Returns
    -------
    pandas.DataFrame
        One row per hyperparameter of each ``group``, the largest index of a group first; a group
        without an index has one row with an empty ``hyperparameter`` and the reason in ``note``.
        ``found`` tells whether it matters by the evidence that there is; p-values are missing
        where trials were explained through a surrogate alone, and what it found in random trials
        stands in the columns ``surrogate_``, beside the exact tests. ``values_at_goal`` stand out:
        of those that reach the goal ``share_at_goal`` have one of them, of all ``share_of_all``, in
        [0, 1].
        ``NAME_index`` is the index of a cost ``NAME``; ``m`` of the ``n`` trials of a group reach
        the goal.
    """
    chosen = sensitivity.sel(subset=subset, drop=True)
    error = chosen.sel(target="error", drop=True)
    columns = {column: error[variable] for column, variable in _COLUMNS.items()}
    flags = ["found"]
    if has_both(sensitivity):
        columns |= {name: error[name] for name in BESIDE}
        flags.append("surrogate_found")
    columns |= {name: error[name] for name in _VALUES}
    for cost in cost_names(sensitivity):
        columns[cost_column(cost, "index")] = chosen["hsic"].sel(target=cost, drop=True)
    columns |= {name: error[name] for name in ("m", "n", "note")}
    frame = xr.Dataset(columns).to_dataframe(["group", "hyperparameter"]).reset_index()
    frame = frame.astype(dict.fromkeys(flags, "boolean") | {"n": int, "m": int})
    parts = [_kept(part) for _, part in frame.groupby("group", sort=False)]
    return pd.concat(parts, ignore_index=True)


def _kept(group: pd.DataFrame) -> pd.DataFrame:
    present = group[group["index"].notna()]
    if present.empty:
        return group.head(1).assign(hyperparameter="", values_at_goal="")
    return present.sort_values("index", ascending=False, kind="stable")
