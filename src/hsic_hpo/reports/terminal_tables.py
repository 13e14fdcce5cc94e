"""Tables of indices that fit the width of a terminal."""

from textwrap import fill

import numpy as np
import xarray as xr
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hsic_hpo.trials.goals import has_both, is_tested
from hsic_hpo.wording import cost_name, number, p_value, percent

# Left out in this order where the table is wider than the terminal.
_OPTIONAL = ("p", "interval")
_HEADING_LETTERS = 16
_LEAST_NAME = 14
# Where a table is not cut to the terminal.
_UNLIMITED = 10_000


def fitting_table(group: xr.Dataset, costs: list[str], console: Console) -> Table:
    """Return the table of a group's indices, with as many columns as there is room for.

    Parameters
    ----------
    group
        Sensitivity Dataset at one group and subset.
    costs
        Costs whose indices stand beside those of the error.
    console
        Whose width counts.
    """
    columns = ["interval", "p", "adjusted p"] if is_tested(group) else ["interval", "found"]
    if has_both(group):
        columns.append("surrogate")
    left_out = [name for name in _OPTIONAL if name in columns]
    shown = list(costs)
    table = _table(group, columns, shown)
    unlimited = console.options.update(max_width=_UNLIMITED)
    longest = max((len(name) for name in by_index(group.sel(target="error"))), default=0)
    # Names fold once nothing is left that could go, into no less than this.
    room = longest - min(longest, _LEAST_NAME)
    while left_out or shown:
        too_wide = console.measure(table, options=unlimited).maximum - console.width
        if left_out and too_wide > 0:
            columns.remove(left_out.pop(0))
        elif too_wide > room:
            shown.pop()
        else:
            break
        table = _table(group, columns, shown)
    return table


def _table(group: xr.Dataset, columns: list[str], costs: list[str]) -> Table:
    error = group.sel(target="error")
    table = Table()
    table.add_column("hyperparameter", overflow="fold")
    headings = {
        "interval": f"{percent(float(group.attrs['confidence']))}\ninterval",
        "adjusted p": "adjusted\np",
    }
    # Brackets in names would be read as markup, so that all text of the user's is a Text.
    for heading in (
        "HSIC",
        *columns,
        *(fill(f"HSIC, {cost_name(cost)}", _HEADING_LETTERS) for cost in costs),
    ):
        table.add_column(Text(headings.get(heading, heading)), justify="right", no_wrap=True)
    for name in by_index(error):
        row = error.sel(hyperparameter=name)
        is_found = float(row["found"]) == 1
        matters = is_found or (has_both(error) and float(row["surrogate_found"]) == 1)
        index = float(_index(error).sel(hyperparameter=name))
        cells = [scaled(index), *(_cell(row, column, is_found) for column in columns)]
        for cost in costs:
            value = float(_index(group.sel(target=cost)).sel(hyperparameter=name))
            cells.append("" if np.isnan(value) else scaled(value))
        table.add_row(Text(str(name)), *cells, style="" if matters else "dim")
    return table


def by_index(error: xr.Dataset) -> list[str]:
    """Return the hyperparameters that have an index, the largest first."""
    index = _index(error).dropna("hyperparameter")
    return [str(name) for name in index.sortby(-index)["hyperparameter"].values]


def _index(part: xr.Dataset) -> xr.DataArray:
    # The draws of a surrogate have no noise floor with which to read the biased index.
    return part["hsic"] if is_tested(part) else part["hsic_unbiased"].clip(min=0)


def _cell(row: xr.Dataset, column: str, is_found: bool) -> str:
    if column == "interval":
        return " to ".join(scaled(float(row[f"interval_{end}"])) for end in ("low", "high"))
    if column == "p":
        return p_value(float(row["p_value"]))
    if column == "surrogate":
        return "found" if float(row["surrogate_found"]) == 1 else ""
    if column == "found":
        return "found" if is_found else ""
    return p_value(float(row["p_value_adjusted"])) + ("*" if is_found else " ")


def scaled(index: float) -> str:
    """Return an index in thousandths, the unit in which the table is read."""
    return number(1e3 * index)
