"""The sortable and filterable table of all trials."""

import re
from html import escape

import pandas as pd
from itables import to_html_datatable
from itables.javascript import generate_init_offline_itables_html
from itables.options import dt_bundle

_COLUMNS = {
    "trial": "trial",
    "search": "search",
    "round": "round",
    "status": "status",
    "validation_error": "validation error",
    "test_error": "test error",
    "n_params": "parameters",
    "flops": "FLOPs per sample",
    "seconds": "seconds",
}


def trials_table(frame: pd.DataFrame, values: pd.DataFrame) -> str:
    """Return HTML of a table that a click into a heading sorts and that filters by column.

    Parameters
    ----------
    frame
        n rows of :func:`hsic_hpo.report.frames.trials_frame`.
    values
        The n rows of :func:`hsic_hpo.report.frames.values_frame`.
    """
    table = pd.concat([frame[list(_COLUMNS)].rename(columns=_COLUMNS), values], axis=1)
    # Cells are escaped for us, headings are not.
    table.columns = pd.Index([escape(name) for name in table.columns])
    # Sorted here, as the browser would put missing errors first.
    table = table.sort_values("validation error", kind="stable")
    return to_html_datatable(
        table,
        table_id="trials",
        connected=False,
        showIndex=False,
        column_filters="footer",
        maxBytes=0,
        classes="display compact nowrap",
        order=[],
        pageLength=10,
        autoWidth=False,
    )


def offline_scripts() -> str:
    """Return the scripts and styles that the table needs, without its maker's logo."""
    everything = generate_init_offline_itables_html(dt_bundle)
    return re.sub(r"<div.*?</div>", "", everything, flags=re.DOTALL)
