"""How a trial ended, as the state column of a table says it."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from hsic_hpo.interop.cells import is_missing

COMPLETE, PRUNED, FAILED, DIVERGED = "complete", "pruned", "failed", "diverged"
# It ended before it had a result.
ENDED_EARLY = (PRUNED, FAILED)
# Such a trial has no result yet.
UNFINISHED = ("running", "waiting")

_MEANINGS = {
    COMPLETE: "complete completed finished success succeeded successful terminated done ok",
    PRUNED: "pruned stopped earlystopped early_stopped",
    FAILED: "fail failed failure error crashed killed preempted canceled cancelled",
    DIVERGED: "diverged",
    "running": "running",
    "waiting": "waiting pending queued scheduled paused",
}
_STATES = {word: state for state, words in _MEANINGS.items() for word in words.split()}
_NAMES = ("state", "status")


def state_column(table: pd.DataFrame, used: Sequence[str]) -> str | None:
    """Return the column that says how trials ended, as Optuna and others write it.

    Parameters
    ----------
    table
        One row a trial.
    used
        Columns that are something else.

    Returns
    -------
    str or None
        A column called state or status of which each cell is a known word.
    """
    for column in table.columns:
        if str(column).lower() in _NAMES and str(column) not in used:
            words = set(map(_word, table[column].unique()))
            if words <= _STATES.keys():
                return str(column)
    return None


def state(cell: Any) -> str:
    """Return what a cell of a state column says: one of the constants of this module."""
    return _STATES[_word(cell)]


def _word(cell: Any) -> str:
    return "" if is_missing(cell) else str(cell).strip().lower().removeprefix("trialstate.")
