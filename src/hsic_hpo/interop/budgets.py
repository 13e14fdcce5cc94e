"""Rows of one configuration at several budgets: epochs, steps, rungs."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hsic_hpo.errors import InputError
from hsic_hpo.wording import counted


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BUDGETS = _words(
    "epoch epochs step steps iteration iterations iter iters budget budgets round rounds "
    "fidelity resource rung timestep timesteps"
)
_SEEDS = _words("seed seeds fold folds repeat repeats replicate replication split cv")
_RUNS = _words("run id name tag")


def words(column: str) -> list[str]:
    """Return the words of a column's name: ``["training", "iteration"]``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z0-9]+", " ", column).lower().split()


def highest_budget(
    table: pd.DataFrame,
    keys: Sequence[str],
    budgets: Sequence[float],
    errors: Sequence[float | None],
    used: Sequence[str],
) -> tuple[list[int], list[str]]:
    """Return the rows of each configuration's highest budget, in their order, and notes.

    Parameters
    ----------
    table
        One row a training.
    keys
        The configuration of each row, as text.
    budgets
        The budget of each row, NaN where it told none.
    errors
        The error of each row; None where it failed.
    used
        Columns of which it is known what they are; others may name a seed or a training.

    Returns
    -------
    tuple of list
        Numbers of the rows, and what a reader must know, a sentence each.
    """
    run = _run_columns(table, used)
    grouped = pd.DataFrame({"key": keys, "budget": budgets})
    by = ["key"]
    for number, column in enumerate(run):
        grouped[f"run {number}"] = table[column].astype(str).to_numpy()
        by.append(f"run {number}")
    top = grouped.groupby(by)["budget"].transform("max")
    # A training that failed before it told a budget is a trial, too.
    failed = np.array([error is None for error in errors])
    kept = ((grouped["budget"] == top) | (top.isna() & failed)).to_numpy().nonzero()[0].tolist()
    reached = grouped.groupby("key")["budget"].max()
    n_less = int((reached < reached.max()).sum())
    notes = []
    if len(kept) < len(table):
        notes.append(f"Of {counted(len(table), 'rows')}, {len(kept)} at the highest budget count.")
    if n_less:
        notes.append(
            f"{counted(n_less, 'configurations')} of {reached.count()} did not reach the highest "
            f"budget {reached.max():g}: errors are compared as they are."
        )
    return kept, notes


def check_no_budget(
    table: pd.DataFrame,
    keys: Sequence[str],
    errors: Sequence[Any],
    used: Sequence[str],
    where: str,
) -> None:
    """Check that the rows of a configuration are repeats, not steps of one training.

    Raises
    ------
    InputError
        When a column called epoch, step, budget or the like differs between them, and no seed or
        fold does, so that the user must say which it is.
    """
    by_key = pd.Series(keys)
    repeated = by_key.duplicated(keep=False).to_numpy()
    if not repeated.any():
        return
    columns = [str(column) for column in table.columns if str(column) not in used]
    suspects = [column for column in columns if not _BUDGETS.isdisjoint(words(column))]
    seeds = [column for column in columns if not _SEEDS.isdisjoint(words(column))]
    if (
        seeds
        and not pd.concat([by_key, table[seeds].astype(str).reset_index(drop=True)], axis=1)
        .duplicated()
        .any()
    ):
        return
    groups = by_key[repeated].to_numpy()
    told = pd.Series(list(map(str, errors)))[repeated]
    if told.groupby(groups).nunique().max() == 1:
        return
    for column in suspects:
        values = table[column].astype(str).reset_index(drop=True)[repeated]
        if values.groupby(groups).nunique().max() > 1:
            raise InputError(
                f"{where}: rows of one configuration differ in column {column!r}: --budget "
                f"{column} takes the highest of each; if they are repeats, leave out the column"
            )


def _run_columns(table: pd.DataFrame, used: Sequence[str]) -> list[str]:
    """Return the columns that tell trainings of one configuration apart."""
    found = []
    for column in (str(column) for column in table.columns if str(column) not in used):
        is_seed = not _SEEDS.isdisjoint(words(column))
        is_run = not _RUNS.isdisjoint(words(column)) and table[column].duplicated().any()
        if is_seed or is_run:
            found.append(column)
    return found


def configuration_keys(configurations: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return configurations as texts that are equal where they are."""
    return [repr(sorted(configuration.items())) for configuration in configurations]
