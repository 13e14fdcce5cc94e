"""Indices within shrinking ranges: where a cheaper range does no harm (figure 9 of the slides)."""

from textwrap import fill
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hsic_hpo.checks import check_integer
from hsic_hpo.figures.layout import LINE, lines, page, panel_letters
from hsic_hpo.figures.style import BLUE, ORANGE, message, style
from hsic_hpo.figures.titles import sweeps_title
from hsic_hpo.figures.values import label_values, position, rounded_text
from hsic_hpo.spaces.hyperparameter import Hyperparameter
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials.goals import is_tested
from hsic_hpo.trials.kinds import SENSITIVITY, check_kind

_COLUMNS, _ROW, _EMPTY = 3, 1.6, 1.2
_ENDS = {"lower": (BLUE, "lower end moves up"), "upper": (ORANGE, "upper end moves down")}


def sweeps(sensitivity: xr.Dataset, most: int = 9) -> Figure:
    """Draw the index of a hyperparameter within a range against the end of the range that moves.

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset.
    most
        How many hyperparameters to show, those with the largest index in the full range first.

    Returns
    -------
    matplotlib.figure.Figure
        A panel per numeric hyperparameter that always exists, three a row. For each end that may
        move: the index (line), its noise floor (dots), and a diamond at the widest range from
        which on no index is significant. Hyperparameters without an index in any range are named
        below.

    Raises
    ------
    InputError
        For a Dataset of another kind, or a number that is not allowed.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> figure = hh.plot.sweeps(hh.explain(hh.example_trials(), n_permutations=99))
    """
    check_kind("sensitivity", sensitivity, SENSITIVITY)
    check_integer("most", most, 1)
    ranked, lacking = _ranked(sensitivity)
    shown, hidden = ranked[:most], ranked[most:]
    remarks = [f"not shown, with smaller indices: {', '.join(hidden)}"] if hidden else []
    remarks += [f"no index, too few trials: {', '.join(lacking)}"] if lacking and shown else []
    title = sweeps_title(sensitivity)
    space = Space.from_json(sensitivity.attrs["space"])
    width = panel_letters(max(1, len(shown)), _COLUMNS)
    labels = [fill(f"{name}: end that moves", width) for name in shown]
    with style():
        if not shown:
            figure, (axes,) = page(1, 1, _EMPTY, title=title)
            message(axes, fill(_why_none(sensitivity, lacking), width))
            return figure
        figure, panels = page(
            len(shown),
            _COLUMNS,
            _ROW + LINE * max(map(lines, labels)),
            title=title,
            remarks=remarks,
            legend_lines=2 if len(shown) > 1 else 4,
        )
        for axes, name, label in zip(panels, shown, labels, strict=True):
            _panel(axes, sensitivity.sel(sweep=name), space[name], width)
            axes.set_xlabel(label, parse_math=False)
        columns = 2 if len(shown) > 1 else 1
        figure.legend(handles=_legend(sensitivity), loc="outside lower center", ncols=columns)
    return figure


def _ranked(sensitivity: xr.Dataset) -> tuple[list[str], list[str]]:
    """Return those with an index in some range, the largest in the full range first; the others."""
    full = sensitivity["sweep_hsic"].isel(point=0).max("end").fillna(-1)
    order = np.argsort(-full.values, kind="stable")
    known = sensitivity["sweep_hsic"].notnull().any(("end", "point")).values
    names = sensitivity["sweep"].values
    return (
        [str(name) for name in names[order][known[order]]],
        [str(name) for name in names[~known]],
    )


def _why_none(sensitivity: xr.Dataset, lacking: list[str]) -> str:
    if not lacking:
        return "no numeric hyperparameter exists in every trial"
    note = sensitivity["note"].sel(target="error", subset="best").isel(group=0).item()
    return f"no index: {note or 'too few trials in every range'}"


def _panel(axes: Axes, swept: xr.Dataset, hyperparameter: Hyperparameter, width: int) -> None:
    ranges = []
    for end, (colour, _) in _ENDS.items():
        line = swept.sel(end=end)
        x = _positions(line, hyperparameter)
        axes.plot(x, line["sweep_hsic"], color=colour, marker=".", markersize=3)
        axes.plot(x, line["sweep_noise_floor"], color=colour, linestyle=":", linewidth=1)
        chosen = np.flatnonzero(line["sweep_value"].values == line["sweep_choice"].item())
        if chosen.size:
            index = line["sweep_hsic"].values[chosen[0]]
            axes.plot(
                x[chosen[0]],
                index,
                marker="D",
                markersize=6,
                color=colour,
                markeredgecolor="black",
                clip_on=False,
                zorder=4,
            )
            ranges.append(_range(hyperparameter, line, int(chosen[0]), end))
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom=0)
    label_values(axes, hyperparameter)
    axes.set_ylabel("HSIC(U, Z)\n(dimensionless)")
    axes.set_title(fill(_sentence(ranges, tested=is_tested(swept)), width))


def _positions(line: xr.Dataset, hyperparameter: Hyperparameter) -> np.ndarray:
    if not hyperparameter.is_discrete:
        return line["sweep_u"].values
    values = line["sweep_value"].values.tolist()
    return np.array(
        [position(hyperparameter, hyperparameter.from_stored(value)) for value in values]
    )


def _range(hyperparameter: Hyperparameter, line: xr.Dataset, point: int, end: str) -> str:
    if point == 0:
        return "full range"
    whole, value = (
        hyperparameter.from_stored(line["sweep_value"].values[i].item()) for i in (0, point)
    )
    text = rounded_text(value, whole) if isinstance(value, float) else str(value)
    # A space at which no line breaks.
    return f"≥\u00a0{text}" if end == "lower" else f"≤\u00a0{text}"


def _sentence(ranges: list[str], *, tested: bool) -> str:
    if not tested:
        return "through a surrogate, without a test"
    if not ranges:
        return "significant in the narrowest range"
    return f"not significant: {' or '.join(dict.fromkeys(ranges))}"


def _legend(sensitivity: xr.Dataset) -> list[Line2D]:
    marks = [
        Line2D([], [], color=colour, marker=".", label=text) for colour, text in _ENDS.values()
    ]
    if not is_tested(sensitivity):
        return marks
    marks.append(Line2D([], [], color="black", linestyle=":", linewidth=1, label="noise floor"))
    level = f"{sensitivity.attrs['significance']:g} / {sensitivity.sizes['point']}"
    label = f"widest range without significance (p > {level})"
    look: dict[str, Any] = {
        "marker": "D",
        "markersize": 5,
        "color": "white",
        "markeredgecolor": "black",
    }
    marks.append(Line2D([], [], linestyle="none", label=label, **look))
    return marks
