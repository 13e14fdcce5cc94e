"""The table of what matters at which budget."""

import pandas as pd
import xarray as xr

from hsic_hpo.tables.importance import verdict_column
from hsic_hpo.trials.found_along import leaders
from hsic_hpo.trials.goals import is_tested
from hsic_hpo.trials.kinds import BY_BUDGET, check_kind
from hsic_hpo.wording import cost_name, number, percent

_COLUMNS = ("hsic", "noise_floor", "interval_low", "interval_high", "p_value_adjusted")
_TESTS = ("noise_floor", "p_value_adjusted")


def importance_by_budget_table(found: xr.Dataset) -> pd.DataFrame:
    """Tabulate indices by budget, the smallest budget first, the highest indices first in each.

    Parameters
    ----------
    found
        Dataset of :func:`hsic_hpo.sensitivity.by_budget.indices_by_budget`.

    Returns
    -------
    pandas.DataFrame
        One row per budget and hyperparameter that has an index there: ``budget``, ``trials`` within
        it, ``hyperparameter``, ``group``, ``index``, ``noise_floor``, ``interval_low``,
        ``interval_high``, ``p_value_adjusted``, ``significant``; through a surrogate ``found`` in
        place of it, of p-values and of noise floors.

    Raises
    ------
    InputError
        For a Dataset of another kind.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> table = hh.importance_by_budget_table(hh.explain_by_budget(hh.example_trials()))
    >>> table.loc[table["significant"], "hyperparameter"].unique().tolist()
    ['lr', 'opt']
    """
    check_kind("found", found, BY_BUDGET)
    verdict = verdict_column(found)
    columns = [name for name in _COLUMNS if is_tested(found) or name not in _TESTS]
    rows = found[[*columns, verdict, "n", "group"]].to_dataframe().reset_index()
    rows = rows[rows["hsic"].notna()]
    rows = rows.sort_values(["budget", "hsic"], ascending=[True, False], kind="stable")
    rows = rows.rename(columns={"hsic": "index", "n": "trials"}).reset_index(drop=True)
    rows[verdict] = rows[verdict] == 1
    leading = ["budget", "trials", "hyperparameter", "group", "index"]
    return rows[[*leading, *columns[1:], verdict]]


def importance_by_budget_remark(found: xr.Dataset) -> str:
    """Return sentences that say how to read the table."""
    share, cost = percent(float(found.attrs["goal_fraction"])), cost_name(found.attrs["cost"])
    if not is_tested(found):
        return (
            f"Among configurations of a group that cost at most the budget, in {cost}, through "
            f"surrogates of error and cost: the index of the best {share} of them beside all of "
            "them. No p-values: the trials were not drawn at random."
        )
    return (
        f"Among the trials of a group that cost at most the budget, in {cost}: the index of the "
        f"best {share} of them beside all of them. p-values are adjusted for the hyperparameters "
        "of the group at all budgets."
    )


def importance_by_budget_sentence(found: xr.Dataset) -> str:
    """Say which hyperparameter matters most up to which budget, or why there is no index."""
    has_index = found["hsic"].notnull().any("hyperparameter").values
    limits = found["budget"].values[has_index]
    if not len(limits):
        # Of the largest budget, where most trials are known.
        notes = [str(note) for note in found["note"].values[-1:].ravel() if note]
        return f"No budget has an index: {notes[0] if notes else 'no cost is known'}."
    leading = [name for name, has in zip(leaders(found), has_index, strict=True) if has]
    runs: list[tuple[str, float, float]] = []
    for name, limit in zip(leading, limits.tolist(), strict=True):
        first = runs.pop()[1] if runs and runs[-1][0] == name else limit
        runs.append((name, first, limit))
    cost = cost_name(found.attrs["cost"])
    parts = [
        f"{_span(first, last, len(runs), place)} {name or 'no hyperparameter is found to matter'}"
        for place, (name, first, last) in enumerate(runs)
    ]
    what = "trials" if is_tested(found) else "configurations"
    return f"What matters most among {what} of at most c {cost}: {'; '.join(parts)}."


def _span(first: float, last: float, n: int, place: int) -> str:
    if n == 1:
        return "at every budget"
    if place == 0:
        return f"up to {number(last)}"
    if place == n - 1:
        return f"from {number(first)} on"
    return f"at {number(first)}" if first == last else f"from {number(first)} to {number(last)}"
