"""Measures of importance side by side, and the agreement of their rankings."""

import numpy as np
import pandas as pd
import xarray as xr

from hsic_hpo.wording import group_name, number, percent

_NAMES = {
    "hsic-best": "HSIC, best",
    "hsic-worst": "HSIC, worst",
    "ped-anova": "condPED-ANOVA",
    "fanova": "fANOVA",
}


def peers_table(peers: xr.Dataset) -> pd.DataFrame:
    """Tabulate the shares and ranks of each measure.

    Parameters
    ----------
    peers
        What :func:`hsic_hpo.sensitivity.peers.compare_measures` returned.

    Returns
    -------
    pandas.DataFrame
        One row per hyperparameter, the most important by ``hsic-best`` first; the conditional
        ``group`` in which it exists; per measure its ``_share`` in the sum of the measure,
        dimensionless, and its ``_rank`` from 1, missing where the measure does not know it.
    """
    groups = peers["group"].values.tolist()
    columns: dict[str, object] = {
        "hyperparameter": peers["hyperparameter"].values,
        "group": [group_name(group) for group in groups],
    }
    for measure in peers["measure"].values.tolist():
        key = measure.replace("-", "_")
        columns[f"{key}_share"] = peers["importance"].sel(measure=measure).values
        columns[f"{key}_rank"] = pd.array(peers["rank"].sel(measure=measure).values, dtype="Int64")
    return pd.DataFrame(columns).sort_values("hsic_best_rank", ignore_index=True)


def peers_remark(peers: xr.Dataset) -> str:
    """State what each measure answers and how well the rankings agree."""
    fraction = percent(float(peers.attrs["goal_fraction"]))
    measures = peers["measure"].values.tolist()
    pairs = [
        f"{_NAMES[one]} with {_NAMES[other]} {_correlation(peers, one, other)}"
        for i, one in enumerate(measures)
        for other in measures[i + 1 :]
    ]
    return (
        f"Shares in the sum of each measure, over the {peers.sizes['hyperparameter']} "
        f"hyperparameters that have an index. HSIC and condPED-ANOVA ask which of them matter "
        f"to land among the best {fraction} (HSIC also among the worst); one that exists in some "
        f"trials only counts by the part of the trials in which it exists. fANOVA splits the "
        f"variance of the error of all trials, diverged ones counted as the worst that ended "
        f"well, over the hyperparameters that exist in each. "
        f"Rank correlations (Spearman): {'; '.join(pairs)}."
    )


def _correlation(peers: xr.Dataset, one: str, other: str) -> str:
    value = float(peers["rank_correlation"].sel(measure=one, other=other))
    return number(value) if np.isfinite(value) else "undefined"
