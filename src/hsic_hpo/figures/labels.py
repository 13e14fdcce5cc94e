"""Names beside points, without overlaps, and of lines, as they are."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Bbox

HALO = [withStroke(linewidth=2, foreground="white")]
"""Keeps letters readable over lines."""

_NEAR, _FARTHEST, _STEP = 5, 400, 4
_ANGLES = np.deg2rad([20, 160, -20, 200, 90, 270, 50, 130, -50, 230, 0, 180])
# Farther than this from its point, in points of 1/72 inch, a name needs a line to it.
_LEADER_FROM = 12


def label_points(
    figure: Figure,
    axes: Axes,
    points: np.ndarray,
    texts: Sequence[str],
    taken: Sequence[Any] = (),
) -> None:
    """Write each text as near to its point as possible, inside the axes and without overlaps.

    Parameters
    ----------
    figure
        Complete but for the texts: its layout and the limits of the axes must stay.
    axes
        Where the points are.
    points
        ``(n, 2)`` in data coordinates.
    texts
        n of them.
    taken
        Artists that must stay readable.
    """
    renderer: Any = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    pixels = axes.transData.transform(points)
    scale = figure.dpi / 72
    room = axes.get_window_extent(renderer)
    used = [artist.get_window_extent(renderer) for artist in taken]
    used += [Bbox.from_extents(*(pixel - 3 * scale), *(pixel + 3 * scale)) for pixel in pixels]
    for point, pixel, text in zip(points, pixels, texts, strict=True):
        label = axes.annotate(
            text,
            point,
            xytext=(0, 0),
            textcoords="offset points",
            ha="center",
            va="center",
            size=7,
            parse_math=False,
            path_effects=HALO,
            zorder=5,
        )
        label.set_in_layout(False)
        size = label.get_window_extent(renderer)
        offset, box = _free(pixel, np.array([size.width, size.height]), room, used, scale)
        label.set_position(tuple(offset))
        used.append(box)
        if _distance(box, pixel) > _LEADER_FROM * scale:
            axes.annotate(
                "",
                point,
                xytext=tuple(offset),
                textcoords="offset points",
                arrowprops={"arrowstyle": "-", "linewidth": 0.4, "color": "black", "shrinkB": 3},
                zorder=4,
            ).set_in_layout(False)


def _free(
    pixel: np.ndarray, size: np.ndarray, room: Bbox, used: list[Bbox], scale: float
) -> tuple[np.ndarray, Bbox]:
    best = None
    taken = np.array([one.extents for one in used])
    for offset in _offsets(size / scale):
        middle = pixel + offset * scale
        box = Bbox.from_extents(*(middle - size / 2 - 1), *(middle + size / 2 + 1))
        if not (room.x0 <= box.x0 and box.x1 <= room.x1):
            continue
        if not (room.y0 <= box.y0 and box.y1 <= room.y1):
            continue
        best = best or (offset, box)
        if not _overlaps(box, taken):
            return offset, box
    if best is None:
        # A name longer than the axes are wide stands above its point.
        offset = np.array([0.0, _NEAR + size[1] / scale / 2])
        middle = pixel + offset * scale
        best = offset, Bbox.from_extents(*(middle - size / 2), *(middle + size / 2))
    return best


def _overlaps(box: Bbox, taken: np.ndarray) -> bool:
    apart = (
        (taken[:, 2] <= box.x0)
        | (box.x1 <= taken[:, 0])
        | (taken[:, 3] <= box.y0)
        | (box.y1 <= taken[:, 1])
    )
    return not bool(apart.all())


def _offsets(size: np.ndarray) -> Iterator[np.ndarray]:
    """Yield offsets on growing ellipses around the point, at least half the text's size away."""
    for away in range(_NEAR, _FARTHEST, _STEP):
        for angle in _ANGLES:
            direction = np.array([np.cos(angle), np.sin(angle)])
            yield direction * away + np.sign(np.round(direction, 6)) * size / 2


def _distance(box: Bbox, pixel: np.ndarray) -> float:
    x, y = pixel
    across = max(box.x0 - x, 0, x - box.x1)
    up = max(box.y0 - y, 0, y - box.y1)
    return float(np.hypot(across, up))


def name_lines(figure: Figure, lines: list[Line2D]) -> None:
    """Put the names of lines below a figure, as they are: dollar signs are no mathematics."""
    legend = figure.legend(handles=lines, loc="outside lower center", ncols=4)
    for text in legend.get_texts():
        text.set_parse_math(False)
