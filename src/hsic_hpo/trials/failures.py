"""Which trainings failed, and why."""

from collections import Counter
from collections.abc import Iterable

import pandas as pd
import xarray as xr

from hsic_hpo.wording import counted

_NAMED = 3
_LONGEST = 160


def failures(trials: xr.Dataset) -> pd.DataFrame:
    """List the trainings that failed.

    Parameters
    ----------
    trials
        Trials Dataset.

    Returns
    -------
    pandas.DataFrame
        A row per failed training, in the order of the trials: ``trial`` (its name), ``repeat``
        and ``reason``.
    """
    failed = trials["status"].transpose("trial", "repeat").values == "failed"
    rows = [
        {
            "trial": str(trials["trial"].values[trial]),
            "repeat": int(trials["repeat"].values[repeat]),
            "reason": str(trials["reason"].values[trial, repeat]),
        }
        for trial, repeat in zip(*failed.nonzero(), strict=True)
    ]
    return pd.DataFrame(rows, columns=["trial", "repeat", "reason"])


def commonest(reasons: Iterable[str]) -> str:
    """Say which reasons are the commonest, with counts: ``"ValueError: no (4), killed (1)"``.

    Parameters
    ----------
    reasons
        One for each failed training; at least one.
    """
    counts = Counter(_short(reason) for reason in reasons)
    named = [f"{reason} ({count})" for reason, count in counts.most_common(_NAMED)]
    left = len(counts) - len(named)
    return ", ".join(named) + (f" and {counted(left, 'other reasons')}" if left else "")


def _short(reason: str) -> str:
    text = " ".join(reason.split()) or "no reason given"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
