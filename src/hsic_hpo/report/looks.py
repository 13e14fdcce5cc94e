"""What the interactive charts share: their style, and how data get into them."""

import json
from typing import Any

import altair as alt
import pandas as pd

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"


def inline(frame: pd.DataFrame) -> alt.InlineData:
    """Return the rows of a table as data of a chart, of any number, missing values as null."""
    return alt.InlineData(values=json.loads(frame.to_json(orient="records", double_precision=8)))


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
