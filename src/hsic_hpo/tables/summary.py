"""What a random search found, in three lines."""

import numpy as np
import pandas as pd
import xarray as xr

from hsic_hpo.tables.importance import cost_column, importance_table, verdict_column
from hsic_hpo.trials.failures import commonest, failures
from hsic_hpo.trials.goals import SUBSETS, cost_names, interacts, is_tested, target_values
from hsic_hpo.trials.outcomes import looks_in_words, outcomes
from hsic_hpo.trials.stopped import first_rung
from hsic_hpo.wording import MAIN_GROUP, adjusted_p, goal, group_name, number, target_name


def summary(trials: xr.Dataset, sensitivity: xr.Dataset) -> list[str]:
    """Say in three lines what a random search found.

    Parameters
    ----------
    trials
        Trials Dataset.
    sensitivity
        Sensitivity Dataset of these trials.

    Returns
    -------
    list of str
        How the trials ended and how far their errors spread; which hyperparameters matter for
        the best fraction, with adjusted p-values, each in the largest group that has an index
        of it; which ones only cost.
    """
    table = importance_table(sensitivity)
    largest = table[table["index"].notna()].sort_values("n", ascending=False, kind="stable")
    largest = largest.drop_duplicates("hyperparameter")
    if largest.empty:
        return [_spread(trials), _no_index(table), "Nothing can be said about cost either."]
    return [_spread(trials), _impact(largest, sensitivity), _only_cost(largest, sensitivity)]


def _spread(trials: xr.Dataset) -> str:
    error, worst = (target_values(trials, "error", end) for end in SUBSETS)
    finite = error[np.isfinite(error)]
    ends = f"{outcomes(trials)}{_why(trials)}"
    if finite.size == 0:
        return f"{ends}; no error to compare."
    units = "" if trials.attrs["error_units"] == "1" else f" {trials.attrs['error_units']}"
    values = (
        finite.min(),
        *(np.quantile(known[np.isfinite(known)], q) for known, q in ((error, 0.1), (worst, 0.9))),
    )
    best, low, high = (f"{number(value)}{units}" for value in values)
    name = trials.attrs["error_name"]
    then = f" after epoch {first_rung(trials)}" if first_rung(trials) else ""
    looked = f" {looks_in_words(trials)}".rstrip()
    return f"{ends}; {name}: best {best}, best decile {low}, worst decile {high}{then}.{looked}"


def _why(trials: xr.Dataset) -> str:
    reasons = failures(trials)["reason"].tolist()
    # Of trials from elsewhere it is often not known.
    return f" for these reasons: {commonest(reasons)}" if any(reasons) else ""


def _impact(largest: pd.DataFrame, sensitivity: xr.Dataset) -> str:
    aim = f"the {goal(sensitivity)} by {target_name(sensitivity, 'error')}"
    found = largest[largest[verdict_column(sensitivity)]]
    if found.empty and not is_tested(sensitivity):
        return f"No hyperparameter is found to matter for {aim}, through the surrogate."
    if found.empty:
        nearest = largest.sort_values("adjusted_p_value").head(1)
        return f"No hyperparameter matters significantly for {aim}; nearest: {_named(nearest)}."
    parts = [
        _named(rows) if label == MAIN_GROUP else f"where {group_name(str(label))}: {_named(rows)}"
        for label, rows in found.groupby("group", sort=False)
    ]
    return f"What matters for {aim}: {'; '.join(parts)}."


def _named(rows: pd.DataFrame) -> str:
    if "adjusted_p_value" not in rows:
        return f"{', '.join(rows['hyperparameter'])} (found through the surrogate)"
    pairs = zip(rows["hyperparameter"], rows["adjusted_p_value"], strict=True)
    return ", ".join(f"{name} ({adjusted_p(value)})" for name, value in pairs)


def _no_index(table: pd.DataFrame) -> str:
    # The main group comes first and is the largest: its reason holds for the others too.
    return f"No hyperparameter has an index: {table['note'].iloc[0]}."


def _only_cost(largest: pd.DataFrame, sensitivity: xr.Dataset) -> str:
    verdict = verdict_column(sensitivity)
    known = {cost: cost_column(cost, verdict) for cost in cost_names(sensitivity)}
    if not known:
        return "No cost was recorded."
    parts = []
    for _, row in largest[~largest[verdict].astype(bool)].iterrows():
        costs = [
            target_name(sensitivity, cost)
            for cost, column in known.items()
            if pd.notna(row[column]) and row[column]
        ]
        if costs:
            parts.append(f"{row['hyperparameter']} ({', '.join(costs)}{_but(row, sensitivity)})")
    if not parts:
        return "No hyperparameter was found to drive cost without mattering for the error."
    return f"What only costs: {', '.join(parts)}."


def _but(row: pd.Series, sensitivity: xr.Dataset) -> str:
    pure = interacts(sensitivity).sel(
        target="error", subset="best", group=row["group"], hyperparameter=row["hyperparameter"]
    )
    found = pure["partner"].values[pure.values]
    return f"; but it interacts with {', '.join(map(str, found))}" if len(found) else ""
