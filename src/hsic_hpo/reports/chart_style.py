"""What the interactive charts share: their style, and how data get into them."""

from typing import Any

import altair as alt
import pandas as pd

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"


def inline(frame: pd.DataFrame) -> alt.InlineData:
    """Return the rows of a table as data of a chart, of any number, missing values as null."""
    # pandas' own JSON rounds to decimals, which would turn small errors into zero.
    rows: list[Any] = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return alt.InlineData(values=rows)


def embeddable(chart: alt.TopLevelMixin, font: str) -> dict[str, Any]:
    """Return the Vega-Lite specification of a chart, which names no address of the network.

    Parameters
    ----------
    chart
        Any chart.
    font
        CSS font family of all texts.
    """
    specification = chart.to_dict()
    # The address of its schema, which nothing reads.
    del specification["$schema"]
    return specification | {
        "config": {
            "font": font,
            "view": {"stroke": None},
            "axis": {"labelFontSize": 11, "titleFontSize": 12, "titleFontWeight": "normal"},
            "legend": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"},
        }
    }
