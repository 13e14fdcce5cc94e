"""The one style of all figures, and how they are saved."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import fill
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager

from hsic_hpo.errors import InputError
from hsic_hpo.files import atomic

COLUMN_WIDTH = 3.5
"""Width of a journal's column, in inches."""
PAGE_WIDTH = 7.2
"""Width of a journal's page of two columns, in inches."""

# What fits into a column of a journal.
_MESSAGE_LETTERS = 56

# Okabe and Ito's colours, told apart with any colour vision, and in grey print by their lightness.
BLUE = "#0072B2"
SKY = "#8CC8EC"
ORANGE = "#E69F00"
VERMILLION = "#D55E00"
GREEN = "#009E73"
PURPLE = "#CC79A7"
GREY = "#767676"
LIGHT_GREY = "#DDDDDD"

_SEARCH_LOOKS = {
    "random": (GREY, "o"),
    "gpbo": (ORANGE, "s"),
    "hsic-gpbo": (BLUE, "D"),
    "hsic-gpbo-paper": (BLUE, "h"),
    "front": (BLUE, "*"),
    "tpe": (GREEN, "^"),
    "gp": (VERMILLION, "v"),
    "nsga2": (PURPLE, "P"),
    # Forms of a method have its colour.
    "motpe": (GREEN, ">"),
    "ctpe": (GREEN, "<"),
    "mogp": (VERMILLION, "8"),
    "cgp": (VERMILLION, "d"),
    "cgpbo": (ORANGE, "p"),
}

# matplotlib's own font has no Chinese, Japanese or Korean letters; the first of these that a
# machine has stands in for them.
_FALLBACK_FONTS = ("Noto Sans CJK JP", "Source Han Sans", "Hiragino Sans", "Microsoft YaHei")

_STYLE: dict[Any, Any] = {
    "font.size": 8,
    "figure.titlesize": 9,
    "axes.titlesize": 8,
    "axes.titlelocation": "left",
    "axes.labelsize": 8,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "legend.handlelength": 1.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "axes.formatter.use_mathtext": True,
    "axes.formatter.limits": (-2, 4),
    "patch.linewidth": 0.8,
    "hatch.linewidth": 0.6,
    "lines.linewidth": 1.2,
    "figure.constrained_layout.use": True,
    "savefig.dpi": 200,
    # Fixed, so that the same Dataset gives the same bytes.
    "svg.hashsalt": "hsic_hpo",
    # Text as outlines: the figure looks alike on machines without the font.
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
}
_NO_DATES = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}, ".png": None}


def search_look(method: str) -> tuple[str, str]:
    """Return the colour and the marker (matplotlib's letter) that stand for a search method."""
    return _SEARCH_LOOKS.get(method, (SKY, "X"))


@contextmanager
def style() -> Iterator[None]:
    """Draw with the project's style, independent of the user's matplotlib settings."""
    installed = {font.name for font in fontManager.ttflist}
    fonts = ["DejaVu Sans", *(name for name in _FALLBACK_FONTS if name in installed)]
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE | {"font.family": fonts})
        yield


def message(axes: Axes, text: str) -> None:
    """Show ``text`` in the middle of ``axes`` in place of data that do not exist."""
    axes.set_axis_off()
    axes.text(
        0.5,
        0.5,
        "\n".join(fill(line, _MESSAGE_LETTERS) for line in text.splitlines()),
        transform=axes.transAxes,
        ha="center",
        va="center",
        color=GREY,
        parse_math=False,
    )


def save(figure: Figure, path: Path | str) -> None:
    """Save ``figure`` atomically in the format of the suffix of ``path``.

    The bytes depend on the figure and on the installed matplotlib alone: no date is written.

    Parameters
    ----------
    figure
        Any figure drawn by this package.
    path
        File that ends in ``.svg``, ``.png`` (200 dots per inch) or ``.pdf``.

    Raises
    ------
    InputError
        For anything but a figure, or when the suffix is another one.

    Examples
    --------
    >>> import tempfile
    >>> import hsic_hpo as hh
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     hh.plot.save(hh.plot.errors(hh.example_trials()), f"{folder}/errors.png")
    """
    if not isinstance(figure, Figure):
        raise InputError(f"figure: {type(figure).__name__}; a figure is needed")
    suffix = Path(path).suffix.lower()
    if suffix not in _NO_DATES:
        raise InputError(f"{path}: cannot save a figure as {suffix!r}; use .svg, .png or .pdf")
    with style(), atomic(path) as temporary:
        _fix_layout(figure)
        figure.savefig(temporary, metadata=_NO_DATES[suffix])


def _fix_layout(figure: Figure) -> None:
    # The solver of the layout leaves rounding errors that differ between runs, and each format
    # would be laid out anew for its own resolution.
    if figure.get_layout_engine() is None:
        return
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for axes in figure.axes:
        left, bottom, width, height = np.round(axes.get_position(original=True).bounds, 6)
        axes.set_position((left, bottom, width, height))
