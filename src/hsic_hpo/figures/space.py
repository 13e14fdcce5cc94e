"""The search space as a table (figure 1 of the slides)."""

from collections.abc import Mapping
from textwrap import fill
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.figures.figure import Figure
from hsic_hpo.figures.layout import LINE, lines
from hsic_hpo.figures.style import GREY, LIGHT_GREY, PAGE_WIDTH, style
from hsic_hpo.figures.values import value_text
from hsic_hpo.spaces.hyperparameter import Hyperparameter, Range
from hsic_hpo.spaces.space import Space, allowed
from hsic_hpo.trials.kinds import check_has_space
from hsic_hpo.wording import counted, number

# Left edges of the columns, in inches, and the letters that fit into them.
_COLUMNS = {
    "hyperparameter": (0.08, 28),
    "type": (2.05, 12),
    "values": (2.85, 28),
    "distribution": (4.75, 15),
    "exists where": (5.8, 21),
}
_INDENT, _PADDING, _MARGIN, _TITLE = 2, 0.08, 0.06, 0.22


def space(dataset: xr.Dataset) -> Figure:
    """Draw the search space that a Dataset was computed from, as a table.

    Parameters
    ----------
    dataset
        Trials, sensitivity or selection Dataset.

    Returns
    -------
    matplotlib.figure.Figure
        At page width: a row per hyperparameter with its type, values, distribution and conditions,
        conditional ones indented below the hyperparameter that they depend on.

    Raises
    ------
    InputError
        For anything that holds no search space.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> figure = hh.plot.space(hh.example_trials())
    """
    check_has_space("dataset", dataset)
    known = Space.from_json(dataset.attrs["space"])
    rows = [dict(zip(_COLUMNS, _COLUMNS, strict=True))]
    rows += space_rows(known)
    rows = [
        {column: _wrapped_cell(text, _COLUMNS[column][1]) for column, text in row.items()}
        for row in rows
    ]
    heights = np.array(
        [_PADDING + LINE * max(lines(text) for text in row.values()) for row in rows]
    )
    height = float(heights.sum()) + 2 * _MARGIN + _TITLE
    with style():
        figure = Figure(figsize=(PAGE_WIDTH, height))
        figure.set_layout_engine("none")
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set(xlim=(0, PAGE_WIDTH), ylim=(height, 0))
        axes.text(_COLUMNS["hyperparameter"][0], _MARGIN, _title(known), va="top", size=9)
        tops = _TITLE + _MARGIN + np.concatenate([[0], np.cumsum(heights)[:-1]])
        for i, (row, top, tall) in enumerate(zip(rows, tops, heights, strict=True)):
            if i and i % 2 == 0:
                axes.axhspan(top, top + tall, color=LIGHT_GREY, alpha=0.4, linewidth=0)
            for column, text in row.items():
                axes.text(
                    _COLUMNS[column][0],
                    top + _PADDING / 2,
                    text,
                    va="top",
                    size=7.5,
                    weight="bold" if i == 0 else "normal",
                    color="black" if column in ("hyperparameter", "values") or i == 0 else GREY,
                    parse_math=False,
                )
        axes.axhline(tops[0] + heights[0], color="black", linewidth=0.8)
    return figure


def _title(known: Space) -> str:
    n = len(known.names)
    conditional = sum(bool(one.conditions) for one in known.hyperparameters)
    always = f"{counted(n - conditional, 'hyperparameters')} that always exist"
    if n == conditional + 1:
        always = always.replace("exist", "exists")
    return f"{always}, {conditional} under conditions" if conditional else always


def space_rows(space: Space) -> list[dict[str, str]]:
    """Describe each hyperparameter of a space: its name, type, values, law and conditions.

    Names of conditional ones are indented by spaces, below the hyperparameter that they depend on.
    """
    return [_row(space[name], depth) for name, depth in _tree(space)]


def _wrapped_cell(text: str, width: int) -> str:
    """Break a cell into lines; those of an indented name keep its indent."""
    name = text.lstrip()
    indent = text[: len(text) - len(name)]
    return "\n".join(indent + line for line in fill(name, width - len(indent)).split("\n"))


def _tree(known: Space) -> list[tuple[str, int]]:
    """Return the hyperparameters with their depths, children after the last of their parents."""
    parent = {
        one.name: one.conditions[-1].parent for one in known.hyperparameters if one.conditions
    }
    found: list[tuple[str, int]] = []

    def visit(name: str, depth: int) -> None:
        found.append((name, depth))
        for child, above in parent.items():
            if above == name:
                visit(child, depth + 1)

    for name in known.names:
        if name not in parent:
            visit(name, 0)
    return found


def _row(hyperparameter: Hyperparameter, depth: int) -> dict[str, str]:
    return {
        "hyperparameter": " " * _INDENT * depth + hyperparameter.name,
        "type": hyperparameter.type,
        "values": _values(hyperparameter),
        "distribution": _law(hyperparameter),
        "exists where": ", ".join(one.label for one in hyperparameter.conditions) or "always",
    }


def _values(hyperparameter: Hyperparameter) -> str:
    law = hyperparameter.law
    if isinstance(law, Range):
        ends = [int(law.low), int(law.high)] if law.integer else [law.low, law.high]
        return " to ".join(map(value_text, ends))
    if "step" in (hyperparameter.definition or {}):
        return allowed(hyperparameter)
    if hyperparameter.levels:
        return ", ".join(map(value_text, hyperparameter.levels))
    ends = hyperparameter.scalars([0.0, 1.0])
    return " to ".join(value_text(end).replace("inf", "∞") for end in ends)


def _law(hyperparameter: Hyperparameter) -> str:
    law, definition = hyperparameter.law, hyperparameter.definition
    if isinstance(law, Range):
        return "log-uniform" if law.log else "uniform"
    if not isinstance(definition, Mapping):
        return "uniform"
    return _stated(definition)


def _stated(definition: Mapping[str, Any]) -> str:
    if "distribution" in definition:
        parameters = dict(definition["distribution"])
        name = str(parameters.pop("name"))
        stated = ", ".join(f"{key} {value:g}" for key, value in parameters.items())
        return f"{name}: {stated}" if stated else name
    if "probability" in definition:
        return f"true: {number(100 * definition['probability'])} %"
    if "weights" in definition:
        return "weights " + " : ".join(number(weight) for weight in definition["weights"])
    return "uniform"
