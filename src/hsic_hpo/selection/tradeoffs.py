"""What the decisions of a selection cost: the best networks that obey them beside all.

Not in the paper, which gives no account of what its choices cost in accuracy.
"""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from hsic_hpo.digits import value_in_words
from hsic_hpo.selection.decisions import cost_ceiling
from hsic_hpo.selection.parts import admits
from hsic_hpo.spaces.space import Space
from hsic_hpo.spaces.subspace import Subspace
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.history import History
from hsic_hpo.wording import number

# A preferred default leaves too few networks to compare.
_NARROWING = ("fix", "restrict")


def tradeoffs(selection: xr.Dataset, datasets: Sequence[xr.Dataset]) -> pd.DataFrame:
    """Tabulate the best trained networks with and without each decision for a part of the values.

    Parameters
    ----------
    selection
        Selection Dataset.
    datasets
        Trials Datasets of the random search and of all searches.

    Returns
    -------
    pandas.DataFrame
        First all networks (``none``), then those that obey one decision each, last those that
        obey all. ``networks`` counts them; ``validation_error`` is the lowest among them, NaN
        where none ended well; ``error_factor`` divides it by the lowest of all, NaN unless both are
        positive; the cost of that
        network stands under the name of the cost. Decisions that every network obeys are left out.
    """
    cost = str(selection.attrs["cost"])
    known = History.of(datasets, cost)
    obeying = _obeying(selection, known, trials_data.space(datasets[0]))
    every = np.ones(len(known), dtype=bool)
    kept = {("none", ""): every, **obeying}
    if len(obeying) > 1:
        kept["all", ""] = np.logical_and.reduce(list(obeying.values()))
    rows = [
        {"decision": decision, "choice": choice, **_best(known, inside, cost)}
        for (decision, choice), inside in kept.items()
    ]
    frame = pd.DataFrame(rows)
    # Of a metric times minus one a factor would read the other way round.
    positive = frame["validation_error"].where(frame["validation_error"] > 0)
    frame["error_factor"] = positive / positive.iloc[0]
    return frame[["decision", "choice", "networks", "validation_error", "error_factor", cost]]


def tradeoffs_remark(selection: xr.Dataset) -> str:
    """Return a sentence that says how to read the table."""
    return (
        "Lowest validation error of all networks that this study trained, and of those that obey "
        f"a decision, with the {selection.attrs['cost']} of that network. A factor above 1 is what "
        "following a decision is seen to cost; a factor of 1 does not prove that it costs nothing. "
        "Only what is fixed keeps proposals out; the ceiling is where cheap values end."
    )


def _obeying(
    selection: xr.Dataset, known: History, space: Space
) -> dict[tuple[str, str], np.ndarray]:
    """Return which networks obey each decision that keeps some out, by its name and choice."""
    ceiling = cost_ceiling(selection)
    found = {("ceiling", f"at most {number(ceiling)}"): known.costs <= ceiling}
    for name in selection["hyperparameter"].values.tolist():
        row = selection.sel(hyperparameter=name)
        fixed = str(row["decision"].values) == "fix"
        choice = json.loads(str(row["preferred" if fixed else "definition"].values))
        if (fixed or str(row["role"].values) in _NARROWING) and choice is not None:
            part = Subspace.of(space, {name: choice})
            found[name, value_in_words(choice)] = _inside(part, name, known)
    return {decision: inside for decision, inside in found.items() if not inside.all()}


def _inside(part: Subspace, name: str, known: History) -> np.ndarray:
    return np.array([admits(part, name, c) for c in known.configurations])


def _best(known: History, inside: np.ndarray, cost: str) -> dict[str, Any]:
    errors = np.where(inside, known.errors, np.inf)
    best = int(np.argmin(errors))
    well = bool(np.isfinite(errors[best]))
    return {
        "networks": int(inside.sum()),
        "validation_error": errors[best] if well else np.nan,
        cost: known.costs[best] if well else np.nan,
    }
