"""The table of indices."""

import pandas as pd
import xarray as xr

from hsic_hpo.trials.goals import cost_names, has_both, is_tested
from hsic_hpo.trials.kinds import SENSITIVITY, check_kind

_COLUMNS = {
    "index": "hsic",
    "noise_floor": "noise_floor",
    "p_value": "p_value",
    "adjusted_p_value": "p_value_adjusted",
    "significant": "significant",
    "debiased_index": "hsic_unbiased",
    "interval_low": "interval_low",
    "interval_high": "interval_high",
}
# Through a surrogate there are no tests.
_TESTS = ("noise_floor", "p_value", "adjusted_p_value", "significant", "paper_adjusted_p_value")
_PAPER = {
    "paper_index": "hsic",
    "paper_adjusted_p_value": "p_value_adjusted",
    "paper_r2": "r2_hsic",
}
# What a surrogate says of random trials, beside their tests.
BESIDE = (
    "surrogate_index",
    "surrogate_interval_low",
    "surrogate_interval_high",
    "surrogate_found",
)
_COUNTS = ("n", "m", "note")


def importance_table(sensitivity: xr.Dataset) -> pd.DataFrame:
    """Tabulate the indices for the best fraction by error, with those for the costs beside them.

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset.

    Returns
    -------
    pandas.DataFrame
        One row per hyperparameter of each group, the largest index of a group first; a group
        without an index has one row with an empty ``hyperparameter`` and the reason in ``note``.
        All indices are dimensionless. ``interval_low`` and ``interval_high`` belong to
        ``debiased_index``; all up to them are by the values alone, which decides significance, and
        the ``paper_`` columns by the u that was drawn;
        ``flops_index``, ``train_seconds_index`` or the like of other costs are the indices for the
        cheapest fraction;
        through a surrogate, ``found`` stands in place of ``significant`` and of all p-values and
        noise floors; where random trials were explained through a surrogate as well, its word
        stands in the columns ``surrogate_``, beside the exact tests;
        ``m`` of the ``n`` trials of a group are in the best fraction.

    Raises
    ------
    InputError
        For a Dataset of another kind.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> table = hh.importance_table(hh.explain(hh.example_trials()))
    >>> table.loc[table["group"] == "all", "hyperparameter"].tolist()
    ['lr', 'opt', 'units']
    """
    check_kind("sensitivity", sensitivity, SENSITIVITY)
    best = sensitivity.sel(subset="best", drop=True)
    error = best.sel(target="error", drop=True)
    columns = {column: error[variable] for column, variable in _COLUMNS.items()}
    columns |= {
        column: error["paper"].sel(statistic=statistic, drop=True)
        for column, statistic in _PAPER.items()
    }
    verdict = verdict_column(sensitivity)
    if verdict == "found":
        columns = {"index": columns["index"], verdict: error["found"], **columns}
        columns = {name: column for name, column in columns.items() if name not in _TESTS}
    if has_both(sensitivity):
        columns |= {name: error[name] for name in BESIDE}
    for cost in cost_names(sensitivity):
        # The single row of a group without an index by error shows no index by cost either.
        by_cost = best[["hsic", verdict]].sel(target=cost, drop=True)
        by_cost = by_cost.where(error["hsic"].notnull())
        columns[cost_column(cost, "index")] = by_cost["hsic"]
        columns[cost_column(cost, verdict)] = by_cost[verdict]
    columns |= {name: error[name] for name in _COUNTS}
    frame = xr.Dataset(columns).to_dataframe(["group", "hyperparameter"]).reset_index()
    flags = [name for name in frame.columns if name.endswith((verdict, "surrogate_found"))]
    frame = frame.astype(dict.fromkeys(flags, "boolean") | {"n": int, "m": int})
    kept = [_kept(part) for _, part in frame.groupby("group", sort=False)]
    return pd.concat(kept, ignore_index=True)


def verdict_column(sensitivity: xr.Dataset) -> str:
    """Return which column says what matters: ``"significant"``, or by a surrogate ``"found"``."""
    return "significant" if is_tested(sensitivity) else "found"


def cost_column(cost: str, what: str) -> str:
    """Return the column of the ``"index"`` of a cost, or of what is said of it."""
    column = f"{cost}_{what}"
    return f"cost_{column}" if column in {**_COLUMNS, **_PAPER, **dict.fromkeys(BESIDE)} else column


def _kept(group: pd.DataFrame) -> pd.DataFrame:
    present = group[group["index"].notna()]
    if present.empty:
        return group.head(1).assign(hyperparameter="")
    return present.sort_values("index", ascending=False, kind="stable")
