"""The interactive plane of validation error and FLOPs."""

from typing import Any

import altair as alt
import pandas as pd
import xarray as xr

from hsic_hpo.figures.scales import spans_a_decade
from hsic_hpo.figures.style import search_look
from hsic_hpo.reports.chart_style import FONT, Tables, embeddable
from hsic_hpo.trials.costs import NETWORK_COSTS
from hsic_hpo.trials.dataset import STOPPED
from hsic_hpo.wording import cost_name, with_units

_HEIGHT = 420
_SHAPES = {
    "o": "circle",
    "s": "square",
    "D": "diamond",
    "^": "triangle-up",
    "v": "triangle-down",
    "P": "cross",
    ">": "triangle-right",
    "<": "triangle-left",
    # Vega has no shapes of these names: paths in a square from -1 to 1.
    "8": "M-0.4,-1L0.4,-1L1,-0.4L1,0.4L0.4,1L-0.4,1L-1,0.4L-1,-0.4Z",
    "d": "M0,-1L0.5,0L0,1L-0.5,0Z",
    "h": "M0,-1L0.87,-0.5L0.87,0.5L0,1L-0.87,0.5L-0.87,-0.5Z",
    "p": "M0,-1L0.95,-0.31L0.59,0.81L-0.59,0.81L-0.95,-0.31Z",
    "*": (
        "M0,-1L0.24,-0.32L0.95,-0.31L0.38,0.12L0.59,0.81L0,0.4"
        "L-0.59,0.81L-0.38,0.12L-0.95,-0.31L-0.24,-0.32Z"
    ),
    "X": "stroke",
}


def plane(
    frame: pd.DataFrame, error_name: str, error_units: str, front: xr.Dataset | None = None
) -> dict[str, Any] | None:
    """Specify a chart of error against FLOPs of all trials.

    Parameters
    ----------
    frame
        Rows of :func:`hsic_hpo.reports.frames.trials_frame`.
    error_name, error_units
        What the errors measure.
    front
        Front Dataset, whose staircase is drawn where it is that of the FLOPs.

    Returns
    -------
    dict or None
        Vega-Lite specification: a point per trial that ended well, coloured by its search, its
        configuration in a tooltip; dragging moves, the wheel with the shift key zooms, a click
        into the legend shows one search alone. Axes are logarithmic where those of the figures
        are. None where no trial has both.
    """
    ended = frame["validation_error"].notna() & (frame["status"] != STOPPED)
    shown = frame[ended & frame["flops"].notna()]
    if shown.empty:
        return None
    searches = shown["search"].unique().tolist()
    looks = [search_look(search) for search in searches]
    chosen = alt.selection_point(fields=["search"], bind="legend", name="search_shown")
    # The wheel alone scrolls the page.
    moved = alt.selection_interval(bind="scales", zoom="wheel![event.shiftKey]", name="moved")
    tables = Tables()
    chart = (
        alt.Chart(tables.add(shown.drop(columns=["share", "share_from_worst", "status"])))
        .mark_point(filled=True, size=45)
        .encode(
            x=alt.X(
                "flops:Q",
                scale=_scale(shown["flops"]),
                title="FLOPs per sample (operations of the forward pass)",
                axis=alt.Axis(format="~s", tickCount=6),
            ),
            y=alt.Y(
                "validation_error:Q",
                scale=_scale(shown["validation_error"]),
                title=f"validation {with_units(error_name, error_units)}",
                axis=alt.Axis(format="~g", tickCount=6),
            ),
            color=alt.Color(
                "search:N",
                scale=alt.Scale(domain=searches, range=[colour for colour, _ in looks]),
                legend=alt.Legend(title="search (click to show one)", orient="top"),
            ),
            shape=alt.Shape(
                "search:N",
                scale=alt.Scale(domain=searches, range=[_SHAPES[mark] for _, mark in looks]),
            ),
            opacity=alt.condition(chosen, alt.value(0.75), alt.value(0.05)),
            tooltip=[
                alt.Tooltip("trial:N"),
                alt.Tooltip("search:N"),
                alt.Tooltip("round:Q"),
                alt.Tooltip("validation_error:Q", title="validation error", format=".3g"),
                alt.Tooltip("test_error:Q", title="test error", format=".3g"),
                *(
                    alt.Tooltip(f"{name}:Q", title=cost_name(name), format=",.0f")
                    for name in NETWORK_COSTS
                ),
                alt.Tooltip("seconds:Q", title="training time (s)", format=".3g"),
                alt.Tooltip("configuration:N"),
            ],
        )
        .add_params(chosen, moved)
    )
    layers = [chart]
    if front is not None and front.attrs["cost"] == "flops":
        layers.insert(0, _staircase(front, tables))
    whole = alt.layer(*layers) if len(layers) > 1 else chart
    return embeddable(whole.properties(width="container", height=_HEIGHT), tables, FONT)


def _staircase(front: xr.Dataset, tables: Tables) -> alt.Chart:
    columns = {"flops": "cost", "validation_error": "error"}
    found = front.sel(search="all")
    steps = pd.DataFrame({column: found[name].values for column, name in columns.items()})
    return (
        alt.Chart(tables.add(steps.dropna()))
        .mark_line(interpolate="step-after", color="black", strokeWidth=1.2)
        .encode(x="flops:Q", y="validation_error:Q")
    )


def _scale(values: pd.Series) -> alt.Scale:
    if spans_a_decade(values.to_numpy(float)):
        return alt.Scale(type="log", nice=False, padding=12)
    return alt.Scale(type="linear", zero=False, nice=False, padding=12)
