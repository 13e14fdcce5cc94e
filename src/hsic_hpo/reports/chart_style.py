"""What the interactive charts share: their style, and how data get into them."""

import hashlib
import json
from collections.abc import Hashable
from typing import Any

import altair as alt
import pandas as pd

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"


class Tables:
    """The data of a chart, which Altair would copy, and check row by row, many times over.

    Attributes
    ----------
    rows
        Of each table, by the name under which the chart knows it.
    """

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[Hashable, Any]]] = {}

    def add(self, frame: pd.DataFrame) -> alt.NamedData:
        """Return a table as data of a chart, of any number, missing values as null."""
        # pandas' own JSON rounds to decimals, which would turn small errors into zero.
        rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
        content = json.dumps(rows, default=str).encode()
        name = f"data-{hashlib.sha256(content).hexdigest()[:32]}"
        self.rows[name] = rows
        return alt.NamedData(name)


def embeddable(chart: alt.TopLevelMixin, tables: Tables, font: str) -> dict[str, Any]:
    """Return the Vega-Lite specification of a chart, which names no address of the network.

    Parameters
    ----------
    chart
        Any chart.
    tables
        Its data.
    font
        CSS font family of all texts.
    """
    specification = chart.to_dict()
    # The address of its schema, which nothing reads.
    del specification["$schema"]
    return specification | {
        "datasets": tables.rows,
        "config": {
            "font": font,
            "view": {"stroke": None},
            "axis": {"labelFontSize": 11, "titleFontSize": 12, "titleFontWeight": "normal"},
            "legend": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"},
        },
    }
