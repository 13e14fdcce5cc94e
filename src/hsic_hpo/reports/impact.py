"""What matters for the best, as the table of the page: the exact tests and the surrogate's word."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import xarray as xr

from hsic_hpo.tables.importance import importance_table
from hsic_hpo.trials.goals import has_both, is_tested
from hsic_hpo.wording import group_name, number, p_value, percent


def impact_table(sensitivity: xr.Dataset) -> pd.DataFrame:
    """Tabulate the indices for the best fraction by error, for people.

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset.

    Returns
    -------
    pandas.DataFrame
        Of texts, one row per hyperparameter of each group that has an index: its index and
        interval in thousandths, the adjusted p-value with a star where it is significant and, in
        words, whether a surrogate found it.
    """
    table = importance_table(sensitivity)
    table = table[table["index"].notna()]
    interval = f"{percent(float(sensitivity.attrs['confidence']))} interval"
    # The draws of a surrogate have no noise floor with which to read the biased index.
    index = table["index"] if is_tested(sensitivity) else table["debiased_index"].clip(lower=0)
    shown = {
        "group": table["group"].map(group_name),
        "hyperparameter": table["hyperparameter"],
        "HSIC": (1e3 * index).map(number),
        interval: _interval(table, "interval"),
    }
    if not is_tested(sensitivity):
        return pd.DataFrame({**shown, "surrogate": _found(table["found"])})
    stars = np.where(table["significant"], "*", "")
    shown["adjusted p"] = _texts(table["adjusted_p_value"], p_value) + stars
    if has_both(sensitivity):
        shown |= {
            "surrogate": _found(table["surrogate_found"]),
            "HSIC, surrogate": (1e3 * table["surrogate_index"].clip(lower=0)).map(number),
            f"{interval}, surrogate": _interval(table, "surrogate_interval"),
        }
    return pd.DataFrame(shown).replace({"nan": "", "nan to nan": ""})


def impact_remark(sensitivity: xr.Dataset) -> str:
    """Say how the table is read."""
    scale = "HSIC in thousandths; compare within one group only."
    level = f"{float(sensitivity.attrs['significance']):g}"
    star = f" * significant: adjusted p (over the hyperparameters of the group) at most {level}."
    found = " Found: by the surrogate, which is no test."
    tested, both = is_tested(sensitivity), has_both(sensitivity)
    return f"{scale}{star if tested else ''}{found if both or not tested else ''}"


def _interval(table: pd.DataFrame, name: str) -> pd.Series:
    low, high = (_texts(1e3 * table[f"{name}_{end}"], number) for end in ("low", "high"))
    return low + " to " + high


def _texts(values: pd.Series, written: Callable[[float], str]) -> pd.Series:
    # Of no values pandas would keep the type of numbers, to which no text can be added.
    return values.map(written).astype(object)


def _found(flags: pd.Series) -> pd.Series:
    return flags.map({True: "found", False: "not found"}).fillna("").astype(str)
