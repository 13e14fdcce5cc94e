"""Histogram of the errors of a random search (figure 2 of the slides)."""

from collections.abc import Mapping
from textwrap import fill
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from hsic_hpo.errors import printable
from hsic_hpo.figures.figure import Figure
from hsic_hpo.figures.scales import Scaling, spans_a_decade
from hsic_hpo.figures.style import COLUMN_WIDTH, GREY, LIGHT_GREY, VERMILLION, message, style
from hsic_hpo.trials.goals import target_values
from hsic_hpo.trials.kinds import SENSITIVITY, TRIALS, check_kind
from hsic_hpo.trials.outcomes import outcomes
from hsic_hpo.trials.stopped import is_stopped
from hsic_hpo.wording import goal, number, with_units

_DECADES_ONLY_FROM_RATIO = 100
_TITLE_LETTERS = 46
_ROUNDING = 1e-12
_FEWEST_BINS, _MOST_BINS = 10, 50


def errors(trials: xr.Dataset, sensitivity: xr.Dataset | None = None) -> Figure:
    """Draw the histogram of the validation errors, with the goal marked.

    Parameters
    ----------
    trials
        Trials Dataset of n trials.
    sensitivity
        Sensitivity Dataset of these trials: the threshold of its best fraction is marked.

    Returns
    -------
    matplotlib.figure.Figure
        One panel at column width. The axis of the errors is logarithmic when all are positive
        and the largest is at least ten times the smallest. Diverged and failed trials have no
        error to show; the title states their number. Stopped ones show the error that they had
        reached.

    Raises
    ------
    InputError
        For a Dataset of another kind.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> figure = hh.plot.errors(hh.example_trials())
    """
    check_kind("trials", trials, TRIALS)
    if sensitivity is not None:
        check_kind("sensitivity", sensitivity, SENSITIVITY)
    error = target_values(trials, "error")
    known = np.isfinite(error)
    finite, stopped = error[known], is_stopped(trials)[known]
    with style():
        figure = Figure(figsize=(COLUMN_WIDTH, 2.6))
        axes = figure.add_subplot()
        if finite.size == 0:
            axes.set_title(fill(outcomes(trials), _TITLE_LETTERS))
            message(axes, "no trial finished with an error")
            return figure
        texts = [_found(error, trials.attrs, sensitivity), outcomes(trials)]
        axes.set_title("\n".join(fill(text, _TITLE_LETTERS) for text in texts), parse_math=False)
        scaling = Scaling.of(finite)
        _histogram(axes, scaling(finite), stopped, in_logarithms=scaling.in_logarithms)
        name = with_units(trials.attrs["error_name"], trials.attrs["error_units"])
        axes.set_xlabel(scaling.label(name), parse_math=False)
        axes.set_ylabel("number of trials")
        axes.yaxis.set_major_locator(MaxNLocator("auto", integer=True, steps=[1, 2, 5, 10]))
        if sensitivity is not None:
            _mark_goal(axes, sensitivity, scaling)
        if axes.get_legend_handles_labels()[0]:
            figure.legend(loc="outside lower center")
    return figure


def _found(errors: np.ndarray, attrs: Mapping[Any, Any], sensitivity: xr.Dataset | None) -> str:
    units = "" if attrs["error_units"] == "1" else f" {attrs['error_units']}"
    name = printable(str(attrs["error_name"]))
    parts = []
    if sensitivity is not None:
        threshold = float(sensitivity["threshold"].sel(target="error", subset="best"))
        parts.append((f"the {goal(sensitivity)}", threshold))
    # A trial without an error ranks behind all that have one.
    parts.append(("half of the trials", float(np.median(errors))))
    told = [
        f"of {what} ≤\u00a0{number(value)}{units}" for what, value in parts if np.isfinite(value)
    ]
    return f"{name} {', '.join(told)}" if told else f"{name} of fewer than half of the trials"


def _histogram(axes: Axes, errors: np.ndarray, stopped: np.ndarray, *, in_logarithms: bool) -> None:
    low, high = errors.min(), errors.max()
    log = not in_logarithms and spans_a_decade(errors)
    edges = _edges(np.log10(errors) if log else errors)
    if log:
        axes.set_xscale("log")
        if high < _DECADES_ONLY_FROM_RATIO * low:
            axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axes.xaxis.set_major_formatter("{x:g}")
            axes.xaxis.set_minor_formatter(NullFormatter())
        edges = 10**edges
        # Rounding in the logarithm must not push the extreme errors out of their bins.
        edges[0], edges[-1] = min(edges[0], low), max(edges[-1], high)
    if not stopped.any():
        axes.hist(errors, edges.tolist(), color=LIGHT_GREY, edgecolor=GREY)
        return
    axes.hist(
        [errors[~stopped], errors[stopped]],
        edges.tolist(),
        stacked=True,
        color=[LIGHT_GREY, "white"],
        edgecolor=GREY,
        label=["trained to the end", "stopped, with the error reached"],
    )


def _edges(values: np.ndarray) -> np.ndarray:
    # Errors that are equal up to rounding are one bar.
    if np.ptp(values) <= _ROUNDING * np.abs(values).max():
        half = abs(values[0]) / 10 or 1.0
        return np.array([values[0] - half, values[0] + half])
    chosen = len(np.histogram_bin_edges(values, "auto")) - 1
    return np.linspace(
        values.min(), values.max(), 1 + int(np.clip(chosen, _FEWEST_BINS, _MOST_BINS))
    )


def _mark_goal(axes: Axes, sensitivity: xr.Dataset, scaling: Scaling) -> None:
    threshold = float(sensitivity["threshold"].sel(target="error", subset="best"))
    if np.isfinite(threshold):
        label = f"{goal(sensitivity)}: error ≤ {number(threshold)}"
        place = float(scaling(np.array(threshold)))
        axes.axvline(place, color=VERMILLION, linestyle="--", label=label)
