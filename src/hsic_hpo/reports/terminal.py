"""The analysis of finished trials from anywhere, as a person reads it in a terminal."""

from typing import Any

import numpy as np
import xarray as xr
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hsic_hpo.sensitivity.analysis import SINGLES
from hsic_hpo.trials.goals import cost_names
from hsic_hpo.wording import goal, group_name, number, p_value, percent

N_INTERACTIONS = 5


def show(sensitivity: xr.Dataset, subset: str, console: Console) -> None:
    """Print a table of indices per group, and the strongest pure interactions of each.

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset.
    subset
        ``"best"`` or ``"worst"``.
    console
        Where to print.
    """
    attrs = sensitivity.attrs
    aim = f"{goal(sensitivity, 'error', subset)} by {attrs['error_name']}"
    counts = (int(sensitivity[name]) for name in ("n_trials", "n_diverged", "n_failed"))
    console.print("{} trials, {} diverged, {} failed".format(*counts))
    console.print(
        "HSIC in thousandths; * significant: adjusted p (over the hyperparameters of the group) "
        f"at most {attrs['significance']:g}; compare within one table only"
    )
    costs = cost_names(sensitivity)
    for label in sensitivity["group"].values:
        group = sensitivity.sel(group=label, subset=subset)
        error = group.sel(target="error")
        title = f"{group_name(str(label))}: what matters to reach the {aim}"
        note = str(error["note"].item())
        if note:
            console.print(Text(f"\n{title}", style="bold"))
            console.print(Text(f"  no index: {note}"))
            continue
        console.print()
        console.print(_table(title, group, costs, attrs))
        for line in _interactions(error, float(attrs["significance"])):
            console.print(Text(f"  {line}"))


def _table(title: str, group: xr.Dataset, costs: list[str], attrs: dict[str, Any]) -> Table:
    error = group.sel(target="error")
    n, m = int(group["n"]), int(error["m"])
    # Brackets in names would be read as markup, so that all text of the user's is a Text.
    shown = Text(f"{title} ({m} of {n} trials)")
    table = Table(title=shown, title_justify="left", title_style="bold")
    table.add_column("hyperparameter", overflow="fold")
    interval = f"{percent(float(attrs['confidence']))} interval"
    for heading in ["HSIC", interval, "p", "adjusted p", *(f"HSIC, {cost}" for cost in costs)]:
        table.add_column(Text(heading), justify="right")
    index = error["hsic"]
    order = index.dropna("hyperparameter").sortby(index, ascending=False)["hyperparameter"].values
    for name in order:
        row = {key: error[key].sel(hyperparameter=name).item() for key in SINGLES}
        is_significant = row["significant"] == 1
        ends = (_scaled(row[f"interval_{end}"]) for end in ("low", "high"))
        cells = [
            _scaled(row["hsic"]),
            "{} to {}".format(*ends),
            p_value(row["p_value"]),
            p_value(row["p_value_adjusted"]) + ("*" if is_significant else " "),
        ]
        for cost in costs:
            value = group["hsic"].sel(target=cost, hyperparameter=name).item()
            cells.append("" if np.isnan(value) else _scaled(value))
        table.add_row(Text(str(name)), *cells, style="" if is_significant else "dim")
    return table


def _scaled(index: float) -> str:
    """Return an index in thousandths, the unit in which the table is read."""
    return number(1e3 * index)


def _interactions(error: xr.Dataset, significance: float) -> list[str]:
    names = [str(name) for name in error["hyperparameter"].values]
    pure = error["pure_interaction"].values
    rows, columns = np.triu_indices(len(names), 1)
    known = np.isfinite(pure[rows, columns])
    rows, columns = rows[known], columns[known]
    strongest = np.argsort(-pure[rows, columns], kind="stable")[:N_INTERACTIONS]
    lines = []
    for i, j in zip(rows[strongest], columns[strongest], strict=True):
        adjusted = error["pure_p_value_adjusted"].values[i, j]
        mark = "*" if adjusted <= significance else ""
        lines.append(
            f"{names[i]} and {names[j]}: {_scaled(pure[i, j])}, "
            f"adjusted p {p_value(adjusted)}{mark}"
        )
    return ["Strongest pure interactions (HSIC in thousandths):", *lines] if lines else []
