"""The sortable and filterable table of all trials."""

import re

import pandas as pd
from itables import to_html_datatable
from itables.javascript import generate_init_offline_itables_html
from itables.options import dt_bundle

from hsic_hpo.digits import significant_digits
from hsic_hpo.figures.values import value_text
from hsic_hpo.reports.frames import RANDOM
from hsic_hpo.trials.costs import NETWORK_COSTS
from hsic_hpo.wording import cost_name

_COLUMNS = {
    "trial": "trial",
    "search": "search",
    "round": "round",
    "status": "status",
    "validation_error": "validation error",
    "test_error": "test error",
    **{name: cost_name(name) for name in NETWORK_COSTS},
    "seconds": "seconds",
}
# What imported trials may lack.
_OPTIONAL = ("test_error", *NETWORK_COSTS, "seconds")
# Larger ones are written with an exponent.
_COUNTED = 1e15
_DIGITS = 4
# DataTables puts the heading in place of the brackets.
_FILTER = {"extend": "search", "titleAttr": "filter [title]"}


def trials_table(frame: pd.DataFrame, values: pd.DataFrame) -> str:
    """Return HTML of a table that a click into a heading sorts and that filters by column.

    Parameters
    ----------
    frame
        n rows of :func:`hsic_hpo.reports.frames.trials_frame`.
    values
        The n rows of :func:`hsic_hpo.reports.frames.values_frame`.
    """
    values = values.map(lambda value: value_text(value) if isinstance(value, bool) else value)
    # Sorted here, as the browser would put missing errors first; by the frame, as names of
    # hyperparameters may be those of results.
    order = frame["validation_error"].reset_index(drop=True).sort_values(kind="stable").index
    table = pd.concat([_results(frame), values], axis=1).iloc[order]
    # Texts alone: the numbers that a column is sorted by keep all their digits.
    with pd.option_context("display.float_format", _number):
        html = _html(table)
    # What is shown until the table is drawn: without its maker's logo and links.
    waiting = re.compile(r"<tbody>.*?</tbody>", flags=re.DOTALL)
    shown = re.sub(r"<sup>.*?</sup>", "", waiting.sub("", html, count=1), count=1)
    # The same table without scripts: what a trial does not have is empty there too.
    return shown.replace(">NaN</td>", "></td>")


def _number(value: float) -> str:
    """Return a number as it is counted, or to four significant digits, near 1 to more."""
    if value.is_integer() and abs(value) < _COUNTED:
        return f"{value:.0f}"
    return f"{value:.{significant_digits(value, _DIGITS)}g}"


def _html(table: pd.DataFrame) -> str:
    html: str = to_html_datatable(
        table,
        table_id="trials",
        connected=False,
        showIndex=False,
        # Below each heading: this filter takes names as text, the one of the footer as markup.
        columnControl=[{"target": 1, "content": [_FILTER]}],
        maxBytes=0,
        classes="display compact nowrap",
        order=[],
        pageLength=10,
        autoWidth=False,
    )
    return html


def _results(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the results that the trials have, under their headings."""
    names = map(str, frame.columns)
    given = {name: name.removeprefix("cost:") for name in names if name.startswith("cost:")}
    left_out = {name for name in _OPTIONAL if frame[name].isna().all()}
    if (frame["search"] == RANDOM).all():
        left_out |= {"search", "round"}
    shown = {name: title for name, title in (_COLUMNS | given).items() if name not in left_out}
    return frame[list(shown)].rename(columns=shown)


def offline_scripts() -> str:
    """Return the scripts and styles that the table needs, without its maker's logo."""
    everything = generate_init_offline_itables_html(dt_bundle)
    return re.sub(r"<div.*?</div>", "", everything, flags=re.DOTALL)
