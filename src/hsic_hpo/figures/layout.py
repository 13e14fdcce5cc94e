"""Pages of several panels: a title, a grid of panels, remarks below them."""

from collections.abc import Sequence
from textwrap import fill
from typing import Any

from matplotlib.axes import Axes
from matplotlib.gridspec import GridSpec
from matplotlib.transforms import blended_transform_factory

from hsic_hpo.figures.figure import Figure
from hsic_hpo.figures.style import COLUMN_WIDTH, GREY, PAGE_WIDTH

LINE = 0.14
"""Height of a line of text, in inches."""
_LETTERS_PER_INCH, _TITLE_PART = 15.5, 0.88
# Letters that the labels of a vertical axis take from a line.
_BESIDE = 9


def letters(width: float) -> int:
    """Return how many letters of a title fit into ``width`` inches."""
    return max(8, int(_LETTERS_PER_INCH * width))


def title_lines(text: str, width: float) -> str:
    """Break the title of a figure of ``width`` inches into lines, none between number and %."""
    fits = int(_TITLE_PART * letters(width))
    return fill(text.replace(" %", "\u00a0%"), fits).replace("\u00a0%", " %")


def panel_letters(n_panels: int, columns: int) -> int:
    """Return how many letters fit above or below one of ``n_panels``, ``columns`` a row."""
    columns = min(n_panels, columns)
    return letters((PAGE_WIDTH if columns > 1 else COLUMN_WIDTH) / columns) - _BESIDE


def lines(text: str) -> int:
    """Return the number of lines of ``text``."""
    return 1 + text.count("\n")


def page(
    n_panels: int,
    columns: int,
    height: float | Sequence[float],
    *,
    width: float | None = None,
    title: str = "",
    remarks: Sequence[str] = (),
    legend_lines: int = 0,
) -> tuple[Figure, list[Axes]]:
    """Start a figure of equal panels, row by row.

    Parameters
    ----------
    n_panels
        Number of panels, at least 1.
    columns
        Panels beside each other.
    height
        Inches of a row, or of each row.
    width
        Inches of the page; by default one panel takes a journal's column, several take the page.
    title
        Above all panels; long ones break.
    remarks
        Sentences below the panels, in grey.
    legend_lines
        Lines of text to leave for a legend outside the panels.

    Returns
    -------
    figure : matplotlib.figure.Figure
    panels : list of matplotlib.axes.Axes
        ``n_panels`` of them.
    """
    columns = min(columns, n_panels)
    width = width or (PAGE_WIDTH if columns > 1 else COLUMN_WIDTH)
    title = title_lines(title, width) if title else ""
    footer = "\n".join(fill(remark, letters(width)) for remark in remarks)
    n_rows = -(-n_panels // columns)
    heights = [height] * n_rows if isinstance(height, int | float) else list(height)
    if footer:
        heights.append(LINE * (1 + lines(footer)))
    around = LINE * (lines(title) if title else 0) + LINE * 1.2 * legend_lines
    figure = Figure(figsize=(width, sum(heights) + around))
    if title:
        figure.suptitle(title, parse_math=False)
    grid = GridSpec(len(heights), columns, figure, height_ratios=heights)
    panels = [figure.add_subplot(grid[i // columns, i % columns]) for i in range(n_panels)]
    if footer:
        _write_footer(figure, figure.add_subplot(grid[-1, :]), footer)
    return figure, panels


def _write_footer(figure: Figure, axes: Axes, text: str) -> None:
    axes.set_axis_off()
    # From the left edge of the page: the labels take much of a panel's width.
    left = blended_transform_factory(figure.transFigure, axes.transAxes)
    place: dict[str, Any] = {"transform": left, "va": "top", "in_layout": False}
    axes.text(0.02, 1, text, color=GREY, size=7, parse_math=False, **place)
