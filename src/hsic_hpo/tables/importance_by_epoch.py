"""The table of what matters after which epoch, and what is said of it."""

import numpy as np
import pandas as pd
import xarray as xr

from hsic_hpo.trials.found_along import holds_from
from hsic_hpo.trials.kinds import BY_EPOCH, check_kind
from hsic_hpo.wording import counted, percent

_COLUMNS = ("hsic", "noise_floor", "interval_low", "interval_high", "p_value_adjusted")


def importance_by_epoch_table(found: xr.Dataset) -> pd.DataFrame:
    """Tabulate indices by epoch, the first epoch first, the highest indices first in each.

    Parameters
    ----------
    found
        Dataset of :func:`hsic_hpo.sensitivity.by_epoch.indices_by_epoch`.

    Returns
    -------
    pandas.DataFrame
        One row per epoch and hyperparameter that has an index there: ``epoch``, ``trained``,
        ``hyperparameter``, ``index``, ``noise_floor``, ``interval_low``, ``interval_high``,
        ``p_value_adjusted``, ``significant``.

    Raises
    ------
    InputError
        For a Dataset of another kind.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> len(hh.importance_by_epoch_table(hh.explain_by_epoch(hh.example_trials())))
    0
    """
    check_kind("found", found, BY_EPOCH)
    rows = found[[*_COLUMNS, "significant", "trained"]].to_dataframe().reset_index()
    rows = rows[rows["hsic"].notna()]
    rows = rows.sort_values(["epoch", "hsic"], ascending=[True, False], kind="stable")
    rows = rows.rename(columns={"hsic": "index"}).reset_index(drop=True)
    rows["significant"] = rows["significant"] == 1
    leading = ["epoch", "trained", "hyperparameter", "index"]
    return rows[[*leading, *_COLUMNS[1:], "significant"]]


def importance_by_epoch_remark(found: xr.Dataset) -> str:
    """Return sentences that say how to read the table."""
    share = percent(float(found.attrs["goal_fraction"]))
    return (
        f"The index of the best {share} of all trials by the validation error after the epoch, for "
        "the hyperparameters that all trials have; p-values are adjusted for these at each epoch "
        f"by itself.{_behind(found)}"
    )


def importance_by_epoch_sentence(found: xr.Dataset) -> str:
    """Say from which epoch on the explanation holds, and where brief trainings mislead.

    Parameters
    ----------
    found
        Dataset of :func:`hsic_hpo.sensitivity.by_epoch.indices_by_epoch`.
    """
    epochs = found["epoch"].values
    if not len(epochs):
        return (
            f"From which epoch on the explanation holds cannot be told: {found.attrs['why_none']}."
        )
    last = int(epochs[-1])
    if last == 1:
        return "All trials trained for one epoch: there is no earlier one to compare with."
    if note := str(found["note"].values[-1]):
        return f"From which epoch on the explanation holds cannot be told: {note}."
    first = holds_from(found)
    if first is None:
        return (
            "No hyperparameter stands out at the end, so that no epoch can be told from which on "
            f"the explanation holds.{_misleading(found)}"
        )
    at_end = found["hyperparameter"].values[found["significant"].values[-1] == 1].tolist()
    names = ", ".join(map(str, at_end))
    if first == last:
        before = found.isel(epoch=-2)
        said = (
            f"Only whole trainings single out {names}: after {int(before['epoch'])} of {last} "
            f"epochs {_difference(before, at_end)}."
        )
    else:
        verb = "stands" if len(at_end) == 1 else "stand"
        said = (
            f"After {first} of {last} epochs the same {counted(len(at_end), 'hyperparameters')} "
            f"{verb} out as at the end: {names}."
        )
    return f"{said}{_misleading(found)}{_behind(found)}"


def _difference(before: xr.Dataset, at_end: list[str]) -> str:
    then = before["hyperparameter"].values[before["significant"].values == 1].tolist()
    more = [str(name) for name in then if name not in at_end]
    fewer = [str(name) for name in at_end if name not in then]
    parts = []
    if more:
        parts.append(f"{', '.join(more)} {'stands' if len(more) == 1 else 'stand'} out too")
    if fewer:
        parts.append(f"{', '.join(fewer)} {_does(fewer)} not")
    return " and ".join(parts)


def _misleading(found: xr.Dataset) -> str:
    """Say what briefer trainings would find that does not hold, beyond what chance does."""
    significant = found["significant"].values == 1
    index = np.maximum(found["hsic_unbiased"].values, 0)
    low, high = (found[f"interval_{end}"].values[-1] for end in ("low", "high"))
    other = (index < low) | (index > high)
    names, epochs = found["hyperparameter"].values, found["epoch"].values
    early: list[str] = []
    late: list[str] = []
    for i, name in enumerate(names):
        differs = (significant[:, i] != significant[-1, i]) & other[:, i]
        if differs.any():
            last = int(epochs[differs][-1])
            (late if significant[-1, i] else early).append(f"{name} (up to epoch {last})")
    parts = []
    if early:
        parts.append(f"{', '.join(early)} would seem to matter and in the end {_does(early)} not")
    if late:
        parts.append(f"{', '.join(late)} would seem not to matter and in the end {_does(late)}")
    return f" Brief trainings mislead: {'; '.join(parts)}." if parts else ""


def _does(names: list[str]) -> str:
    return "does" if len(names) == 1 else "do"


def _behind(found: xr.Dataset) -> str:
    rung = int(found.attrs["first_rung"])
    if not rung:
        return ""
    return (
        f" All trials reached epoch {rung}; after it those that the halving stopped rank behind "
        "those that went on."
    )
