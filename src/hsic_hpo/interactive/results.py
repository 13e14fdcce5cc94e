"""Datasets that a notebook shows as a table, above the view of their variables."""

import html
from typing import Any

import pandas as pd
import xarray as xr

from hsic_hpo.tables.decisions import decisions_table
from hsic_hpo.tables.importance import importance_table
from hsic_hpo.tables.writing import cell_text
from hsic_hpo.wording import goal, target_name

# Of the table of indices; the rest stands in the Dataset.
_SHOWN = ("group", "hyperparameter", "index", "noise_floor", "adjusted_p_value", "significant")


class Explanation(xr.Dataset):
    """A sensitivity Dataset, shown by a notebook as the table of its indices.

    All that takes a Dataset takes it; one that was written and read again is a plain Dataset.
    """

    __slots__ = ()

    def _repr_html_(self) -> str:
        try:
            table = importance_table(self)
            aim = f"the {goal(self)} by {target_name(self, 'error')}"
        except Exception:
            # A part of it, such as one group or one variable, has no table; a view never fails.
            return str(super()._repr_html_())
        costs = [name for name in table.columns if str(name).endswith("_index")]
        kept = [name for name in (*_SHOWN, "found", "surrogate_found") if name in table]
        shown = table[[*kept, *(name for name in costs if _is_of_cost(str(name))), "m", "n"]]
        if table["note"].any():
            shown = shown.assign(note=table["note"])
        line = (
            f"What matters to be among {aim}: HSIC of each hyperparameter, comparable within a "
            "group only; m of the n trials of a group are among them"
        )
        return _shown(line, shown) + str(super()._repr_html_())


def _is_of_cost(column: str) -> bool:
    return column not in ("debiased_index", "paper_index", "surrogate_index")


class Selection(xr.Dataset):
    """A selection Dataset, shown by a notebook as the table of its decisions.

    All that takes a Dataset takes it; one that was written and read again is a plain Dataset.
    """

    __slots__ = ()

    def _repr_html_(self) -> str:
        try:
            table = decisions_table(self)
        except Exception:
            return str(super()._repr_html_())
        remarks = (self.attrs.get(key, "") for key in ("remark", "ceiling_reason"))
        line = " ".join(["What a search does with each hyperparameter.", *filter(None, remarks)])
        return _shown(line, table.drop(columns="overridden")) + str(super()._repr_html_())


def _shown(line: str, table: pd.DataFrame) -> str:
    texts = table.map(cell_text)
    texts.columns = [str(name).replace("_", " ") for name in table.columns]
    return f"<p>{html.escape(line)}</p>{texts.to_html(index=False, border=0)}"


def as_result(kind: type[Any], dataset: xr.Dataset) -> Any:
    """Return a Dataset as one of the kinds above, its content unchanged."""
    return kind(dataset.data_vars, dataset.coords, dataset.attrs)
