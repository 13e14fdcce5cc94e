"""The interactive view of all trials in parallel coordinates."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from hsic_hpo.figures.style import BLUE, LIGHT_GREY, VERMILLION
from hsic_hpo.figures.values import axis_values
from hsic_hpo.reports.chart_style import FONT, Tables, embeddable
from hsic_hpo.spaces.space import Space
from hsic_hpo.wording import group_name

_HEIGHT = 340
_STEP = 68
_ALL = "all searches"
_SMALLEST_SHARE = 0.01


def parallel_coordinates(
    frame: pd.DataFrame,
    space: Space,
    positions: np.ndarray,
    memberships: Mapping[str, np.ndarray],
    goal_fraction: float,
) -> dict[str, Any]:
    """Specify a chart with an upright axis per hyperparameter and a line per trial.

    Parameters
    ----------
    frame
        n rows of :func:`hsic_hpo.reports.frames.trials_frame`.
    space
        Search space of d hyperparameters.
    positions
        ``(n, d)`` in [0, 1], missing where inactive.
    memberships
        ``(n,)`` of booleans per label of a group.
    goal_fraction
        Fraction of the trials shown at first, in (0, 1].

    Returns
    -------
    dict
        Vega-Lite specification with four controls: a slider for the fraction of the trials, by
        validation error within their search; best or worst; the search; and the conditional group
        whose trials and hyperparameters are shown. A line of text counts the trials shown.
    """
    controls = _controls(frame, memberships, goal_fraction)
    trials = frame[["trial", "search", "share", "share_from_worst", "validation_error"]].copy()
    trials["configuration"] = frame["configuration"]
    trials.insert(0, "row", np.arange(len(trials)))
    inside = {f"in_{place}": mask for place, mask in enumerate(memberships.values())}
    trials = pd.concat([trials, pd.DataFrame(inside, index=trials.index)], axis=1)
    tables = Tables()
    known = tables.add(trials)
    named = tables.add(_names(space, memberships))
    counted = alt.Chart(known).transform_calculate(shown=f"{_filter()} ? 1 : 0")
    lines = _lines(tables, known, named, space, positions, memberships)
    axes = _axes(tables, named, space, memberships)
    count = (
        # Summed up rather than filtered, so that none is counted too.
        counted.transform_aggregate(n="sum(shown)")
        .transform_calculate(
            text=f"'shown: ' + datum.n + ' of {len(trials)} trials'",
        )
        .mark_text(align="left", baseline="bottom", fontSize=13, fontWeight="bold")
        .encode(x=alt.value(0), y=alt.value(_HEIGHT + 24), text="text:N")
    )
    chart = (lines + axes + count).add_params(*controls)
    return embeddable(chart.properties(width=alt.Step(_STEP), height=_HEIGHT), tables, FONT)


def _controls(
    frame: pd.DataFrame, memberships: Mapping[str, np.ndarray], goal_fraction: float
) -> list[alt.Parameter]:
    searches = [*frame["search"].unique().tolist(), _ALL]
    smallest = min(_SMALLEST_SHARE, goal_fraction)
    # Of a single search there is nothing to choose.
    choice = alt.binding_select(options=searches, name="search ") if len(searches) > 2 else None
    return [
        alt.param(
            "fraction",
            value=goal_fraction,
            bind=alt.binding_range(min=smallest, max=1, step=0.01, name="fraction of trials "),
        ),
        alt.param(
            "end",
            value="best",
            bind=alt.binding_radio(options=["best", "worst"], name="by validation error "),
        ),
        alt.param(
            "search_of",
            value=searches[0],
            bind=choice or alt.Undefined,
        ),
        alt.param(
            "group",
            value=0,
            bind=alt.binding_select(
                options=list(range(len(memberships))),
                labels=[group_name(label) for label in memberships],
                name="group ",
            ),
        ),
    ]


def _filter() -> str:
    # A share is a rank over a number of trials: equal but for rounding. A trial without an error
    # is among the worst, never among the best.
    near = (
        "(end === 'best' ? isValid(datum.validation_error) && datum.share <= fraction + 1e-9"
        " : datum.share_from_worst <= fraction + 1e-9)"
    )
    return (
        f"{near} && datum['in_' + group] && (search_of === '{_ALL}' || datum.search === search_of)"
    )


def _lines(
    tables: Tables,
    trials: alt.NamedData,
    named: alt.NamedData,
    space: Space,
    positions: np.ndarray,
    memberships: Mapping[str, np.ndarray],
) -> alt.Chart:
    n, d = positions.shape
    points = pd.DataFrame(
        {
            "row": np.repeat(np.arange(n), d),
            "axis": np.tile(np.arange(d), n),
            "u": np.round(positions.ravel(), 4),
        }
    )
    # In a trial of a group all hyperparameters of the group exist: what does not is never shown.
    points = points[points["u"].notna()]
    known = ["search", "share", "share_from_worst", "validation_error", "trial", "configuration"]
    known += [f"in_{place}" for place in range(len(memberships))]
    return (
        alt.Chart(tables.add(points))
        .transform_lookup("row", alt.LookupData(trials, "row", known))
        .transform_filter(_filter())
        .transform_lookup("axis", alt.LookupData(named, "axis", _fields(memberships)))
        .transform_filter("datum['on_' + group]")
        # With points, as a single axis has no line.
        .mark_line(strokeWidth=1.4, opacity=0.45, point={"size": 12})
        .encode(
            x=_across(space),
            y=alt.Y("u:Q", axis=None, scale=alt.Scale(domain=[0, 1])),
            detail="row:N",
            color=alt.condition("end === 'best'", alt.value(BLUE), alt.value(VERMILLION)),
            tooltip=[
                alt.Tooltip("trial:N"),
                alt.Tooltip("search:N"),
                alt.Tooltip("validation_error:Q", title="validation error", format=".3g"),
                alt.Tooltip("configuration:N"),
            ],
        )
    )


def _names(space: Space, memberships: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Return the name of each axis, and in which groups it stands."""
    members = {group.label: set(group.members) for group in space.groups()}
    shown = {
        f"on_{place}": [name in members[label] for name in space.names]
        for place, label in enumerate(memberships)
    }
    return pd.DataFrame({"axis": np.arange(len(space)), "hyperparameter": space.names} | shown)


def _fields(memberships: Mapping[str, np.ndarray]) -> list[str]:
    return ["hyperparameter", *(f"on_{place}" for place in range(len(memberships)))]


def _across(space: Space) -> alt.X:
    return alt.X(
        "hyperparameter:N",
        sort=space.names,
        title=None,
        axis=alt.Axis(
            orient="top",
            labelAngle=-25,
            labelLimit=150,
            grid=True,
            domain=False,
            ticks=False,
            gridColor=LIGHT_GREY,
            labelPadding=24,
        ),
        scale=alt.Scale(paddingOuter=0.6),
    )


def _axes(
    tables: Tables, named: alt.NamedData, space: Space, memberships: Mapping[str, np.ndarray]
) -> alt.LayerChart:
    """Return the users' values beside the axes."""
    values: Sequence[tuple[int, float, str]] = [
        (place, position, text)
        for place, parameter in enumerate(space.hyperparameters)
        for position, text in axis_values(parameter)
    ]
    texts = pd.DataFrame(values, columns=["axis", "u", "text"])
    labels = (
        alt.Chart(tables.add(texts))
        .transform_lookup("axis", alt.LookupData(named, "axis", _fields(memberships)))
        .transform_filter("datum['on_' + group]")
        .encode(x=_across(space), y=alt.Y("u:Q"), text="text:N")
    )
    look: dict[str, Any] = {"align": "left", "dx": 4, "fontSize": 10, "aria": False}
    # A mark's outline covers its letters: the halo is a mark of its own behind them.
    halo = labels.mark_text(stroke="white", strokeWidth=4, strokeJoin="round", **look)
    return halo + labels.mark_text(color="black", **look)
