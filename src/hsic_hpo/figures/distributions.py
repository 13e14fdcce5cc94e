"""Distributions of the hyperparameters of the best networks (figure 7 of the slides)."""

from dataclasses import dataclass
from textwrap import fill

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from hsic_hpo.checks import check_integer
from hsic_hpo.figures.best_values import BestValues
from hsic_hpo.figures.groups import few, homes, leading
from hsic_hpo.figures.histograms import ALL, REACHED, histogram, legend_marks
from hsic_hpo.figures.layout import LINE, lines, page, panel_letters
from hsic_hpo.figures.style import message, style
from hsic_hpo.figures.titles import values_title
from hsic_hpo.trials.goals import is_found, is_tested
from hsic_hpo.trials.kinds import SENSITIVITY, TRIALS, check_kind
from hsic_hpo.wording import group_name, number, p_value

_COLUMNS, _ROW = 3, 1.45


@dataclass(frozen=True)
class _Shown:
    """A hyperparameter, and the largest group in which it has an index."""

    name: str
    group: str


def distributions(trials: xr.Dataset, sensitivity: xr.Dataset, most: int = 6) -> Figure:
    """Draw U given that the goal is reached against U, for the highest indices.

    Parameters
    ----------
    trials
        Trials Dataset.
    sensitivity
        Sensitivity Dataset of these trials.
    most
        How many hyperparameters of the main group to show. Of each conditional group the
        conditional hyperparameter with the highest index follows; of more than 16 groups, of
        those with the smallest adjusted p-values.

    Returns
    -------
    matplotlib.figure.Figure
        A panel per hyperparameter, three a row. The horizontal axis is U with the
        hyperparameter's own values written below it, so that the law of the random search is flat
        whatever the scale: histograms and kernel density estimates of all trials of the group and
        of those that reach the goal. Estimates near 0 and 1 are corrected by reflection. A
        hyperparameter of few levels has bars instead: the share of each level.

    Raises
    ------
    InputError
        For a Dataset of another kind, or a number that is not allowed.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> trials = hh.example_trials()
    >>> figure = hh.plot.distributions(trials, hh.explain(trials, n_permutations=99))
    """
    check_kind("trials", trials, TRIALS)
    check_kind("sensitivity", sensitivity, SENSITIVITY)
    check_integer("most", most, 1)
    chosen = sensitivity.sel(target="error", subset="best")
    shown = _highest(chosen, most)
    homes = list(dict.fromkeys(one.group for one in shown))
    kept = leading(chosen, homes)
    shown = [one for one in shown if one.group in kept]
    reasons = [
        f"{group_name(label)}: not shown, {note}"
        for label, note in zip(chosen["group"].values, chosen["note"].values, strict=True)
        if note
    ]
    with style():
        return _draw(trials, sensitivity, chosen, shown, few(reasons, len(homes) - len(kept)))


def _highest(chosen: xr.Dataset, most: int) -> list[_Shown]:
    """Return the highest indices of the main group, then of each conditional group in turn."""
    index, home = chosen["hsic"], homes(chosen)
    found = []
    for label in map(str, chosen["group"].values):
        names = [name for name, group in home.items() if group == label]
        names.sort(key=lambda name: -float(index.sel(group=label, hyperparameter=name)))
        kept = most if label == chosen["group"].values[0] else 1
        found += [_Shown(name, label) for name in names[:kept]]
    return found


def _draw(
    trials: xr.Dataset,
    sensitivity: xr.Dataset,
    chosen: xr.Dataset,
    shown: list[_Shown],
    remarks: list[str],
) -> Figure:
    if not shown:
        figure, (axes,) = page(1, 1, _ROW, remarks=remarks)
        message(axes, "no index, no distribution to show")
        return figure
    width = panel_letters(len(shown), _COLUMNS)
    values = BestValues(trials, sensitivity)
    titles = [_title(chosen, one, values, width) for one in shown]
    names = [fill(one.name, width) for one in shown]
    heights = [
        _ROW
        + LINE * max(lines(text) for text in titles[i : i + _COLUMNS])
        + LINE * max(lines(text) for text in names[i : i + _COLUMNS])
        for i in range(0, len(shown), _COLUMNS)
    ]
    title = values_title(sensitivity, values)
    columns = 2 if len(shown) > 1 else 1
    figure, panels = page(
        len(shown), _COLUMNS, heights, title=title, remarks=remarks, legend_lines=4 // columns
    )
    for i, (axes, one) in enumerate(zip(panels, shown, strict=True)):
        group = values.group(one.group)
        law_and_goal = [(np.ones_like(group.reached), ALL), (group.reached, REACHED)]
        histogram(axes, group.trials, values.hyperparameter(one.name), law_and_goal)
        axes.set_title(titles[i], parse_math=False)
        axes.set_xlabel(names[i], parse_math=False)
    drawn = [(ALL, "all trials of the group"), (REACHED, "those that reach the goal")]
    handles = legend_marks(drawn, [values.hyperparameter(one.name) for one in shown])
    figure.legend(handles=handles, loc="outside lower center", ncols=columns)
    return figure


def _title(chosen: xr.Dataset, one: _Shown, values: BestValues, width: int) -> str:
    found = chosen.sel(group=one.group, hyperparameter=one.name)
    index = number(found["hsic"].item())
    verdict = f"adj. p {p_value(found['p_value_adjusted'].item())}"
    if not is_tested(found):
        verdict = "found" if is_found(found).item() else "not found"
    rows = [f"index {index}, {verdict}"]
    if is_found(found).item() and (text := values.text(one.group, one.name)):
        rows.insert(0, f"best: {text}")
    if one.group != chosen["group"].values[0]:
        rows.insert(0, f"where {one.group}")
    return "\n".join(fill(row, width) for row in rows)
