"""What a halving stopped, and how sure it is that the best are not among it."""

import pandas as pd
import xarray as xr

from hsic_hpo.trials.missed import is_negligible, missed_by_halving, proposed_rungs, rungs_of
from hsic_hpo.wording import number, percent


def halving_table(missed: xr.Dataset) -> pd.DataFrame:
    """Tabulate the rungs of a halving.

    Parameters
    ----------
    missed
        Dataset of :func:`hsic_hpo.trials.missed.missed_by_halving`.

    Returns
    -------
    pandas.DataFrame
        One row per rung: ``rung``, its ``epochs``, the trials ``compared`` and ``stopped`` there,
        and how many of the best are expected among these, ``expected_missed``.
    """
    rows = missed[["epochs", "compared", "stopped", "missed"]].to_dataframe().reset_index()
    return rows.rename(columns={"missed": "expected_missed"})


def halving_remark(missed: xr.Dataset) -> str:
    """Say how many of the best a halving is expected to have stopped, and what to do about it.

    Parameters
    ----------
    missed
        Dataset of :func:`hsic_hpo.trials.missed.missed_by_halving`.
    """
    best = int(missed["best"])
    low, high = (f"{float(missed[end]):.0f}" for end in ("low", "high"))
    expected = f"{float(missed['expected']):.1f}"
    said = (
        f"Of the best {percent(float(missed.attrs['goal_fraction']))}, {best} trials, it is "
        f"expected to have stopped {expected} ({percent(float(missed.attrs['confidence']))} "
        f"interval {low} to {high})"
    )
    if is_negligible(missed):
        return f"{said}: the explanation rests on nearly the same trials as without it."
    rungs = proposed_rungs(missed)
    listed = ", ".join(f"{{epochs: {rung.epochs}, keep: {number(rung.keep)}}}" for rung in rungs)
    advice = f"rungs: [{listed}] would hardly miss any" if rungs else "train all to their end"
    return (
        f"{said}. Warning: that is not negligible, and what is found for the best may rest on "
        f"other trials than without it; {advice}."
    )


def halving_sentence(trials: xr.Dataset, goal_fraction: float) -> str:
    """Say what a halving stopped and how sure it is; empty where trials were not halved.

    Parameters
    ----------
    trials
        Trials Dataset.
    goal_fraction
        Fraction of the trials that counts as the best.
    """
    if not rungs_of(trials):
        return ""
    missed = missed_by_halving(trials, goal_fraction)
    stopped = missed["stopped"].values
    after = [
        f"{n} after epoch {epochs}"
        for n, epochs in zip(stopped, missed["epochs"].values, strict=True)
    ]
    return (
        f"The halving stopped {stopped.sum()} of {trials.sizes['trial']} trials: "
        f"{', '.join(after)}. {halving_remark(missed)}"
    )
