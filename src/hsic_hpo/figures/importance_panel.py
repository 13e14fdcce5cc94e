"""One panel of the importance figure: the indices of a group, and where the best lie."""

from dataclasses import dataclass, replace
from functools import cached_property
from textwrap import fill
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec

from hsic_hpo.figures.best_values import BestValues
from hsic_hpo.figures.layout import LINE, lines
from hsic_hpo.figures.strips import draw_strip
from hsic_hpo.figures.style import BLUE, GREY, LIGHT_GREY, ORANGE, SKY
from hsic_hpo.trials.goals import is_found, is_tested
from hsic_hpo.wording import group_name, p_value

COLUMN_LETTERS = 52
SIGNIFICANT: dict[str, Any] = {"facecolor": BLUE, "edgecolor": BLUE}
UNSURE: dict[str, Any] = {"facecolor": SKY, "edgecolor": BLUE}
NOISE: dict[str, Any] = {"facecolor": "white", "edgecolor": GREY}
DOT: dict[str, Any] = {"color": "black", "marker": "o", "markersize": 2}
DIAMOND: dict[str, Any] = {"color": ORANGE, "marker": "D", "markersize": 3.5}
_FLAT: dict[str, Any] = {"facecolor": LIGHT_GREY, "edgecolor": GREY}

# Inches: a hyperparameter, what surrounds a panel.
_ROW, _FRAME = 0.17, 0.55
_NAME_LETTERS = 24
# With strips: a row, the line that heads them; letters of the values beside them, and lines.
_STRIP_ROW, _HEADING = 0.19, 0.16
_VALUE_LETTERS, _WIDE_VALUE_LETTERS, _VALUE_LINES = 14, 34, 2
_HEADING_LETTERS, _STRIP = 16, 0.84
# A line of text, where a row is 1.
_NOTE_LINE = 0.7
# Widths of bars and strip, where a panel is narrow and where it is wide.
_NARROW, _WIDE = (1.0, 0.62), (2.2, 1.0)
_ELSEWHERE = "also elsewhere:"


@dataclass(frozen=True)
class Panel:
    """A group's panel.

    Attributes
    ----------
    group
        Sensitivity Dataset of one group, in the order of the rows.
    own
        How many of them exist in no larger group; they come first.
    values
        Where the best lie; None where no trials are at hand.
    aim
        What strips are about, such as ``"best 10 %"``.
    is_wide
        Whether it takes the whole width of a page.
    is_alone
        Whether it is the only one of a figure of a journal's column.
    left_out
        Names of those that have no row: they exist elsewhere too, and do not stand out here.
    """

    group: xr.Dataset
    own: int
    values: BestValues | None
    aim: str
    is_wide: bool
    is_alone: bool = False
    left_out: tuple[str, ...] = ()

    def shortened(self) -> "Panel":
        """Return the panel with those alone that stand out or exist only here, at least one."""
        above = self.group["hsic"] > self.group["noise_floor"]
        kept = (is_found(self.group) | above).values
        kept[: max(1, self.own)] = True
        names = self.group["hyperparameter"].values[~kept].tolist()
        return replace(self, group=self.group.isel(hyperparameter=kept), left_out=tuple(names))

    @property
    def note(self) -> str:
        """What is said of those that are left out."""
        if not self.left_out:
            return ""
        why = "under their noise floors" if is_tested(self.group) else "not found"
        return fill(f"{why}: {', '.join(self.left_out)}", COLUMN_LETTERS - 10)

    @property
    def label(self) -> str:
        """The group's label."""
        return str(self.group["group"].item())

    @property
    def names(self) -> list[str]:
        """Names of the rows, long ones in several lines."""
        names = [fill(name, _NAME_LETTERS) for name in self.group["hyperparameter"].values]
        if not self.is_alone:
            return names
        # A column has no room beside the strip.
        return [
            f"{name}\n{fill(f'{self.aim}: {text}', _NAME_LETTERS)}" if text else name
            for name, text in zip(names, self.texts, strict=True)
        ]

    @cached_property
    def texts(self) -> list[str]:
        """Values that stand out, of those that are found to matter."""
        if self.values is None:
            return [""] * self.group.sizes["hyperparameter"]
        found = is_found(self.group).values
        return [
            self._short(self.values.text(self.label, str(name))) if yes else ""
            for name, yes in zip(self.group["hyperparameter"].values, found, strict=True)
        ]

    def _short(self, text: str) -> str:
        if self.is_alone:
            return text
        letters = _WIDE_VALUE_LETTERS if self.is_wide else _VALUE_LETTERS
        rows = fill(text, letters).split("\n")
        cut = "…" if len(rows) > _VALUE_LINES else ""
        return "\n".join(rows[:_VALUE_LINES]) + cut

    @property
    def rows(self) -> np.ndarray:
        """Heights of the hyperparameters, in lines of text."""
        beside = [""] * len(self.texts) if self.is_alone else self.texts
        pairs = zip(self.names, beside, strict=True)
        needed = np.array([max(lines(name), lines(text)) for name, text in pairs])
        # A strip is taller than a line of text.
        return needed if self.values is None else 1 + _NOTE_LINE * (needed - 1.0)

    @property
    def heading(self) -> str:
        """What stands above the strips."""
        said = f"where the {self.aim} are"
        return said if self.is_wide else fill(said, _HEADING_LETTERS)

    @property
    def heading_height(self) -> float:
        """Inches of the headings of strips; 0 without any."""
        return 0.0 if self.values is None else _HEADING + LINE * (lines(self.heading) - 1)

    @property
    def gap(self) -> int:
        """Lines between what exists only here and the others."""
        return int(0 < self.own < self.group.sizes["hyperparameter"])

    @property
    def length(self) -> float:
        """Lines that all rows and the note below them need."""
        note = _NOTE_LINE * (0.5 + lines(self.note)) if self.note else 0.0
        return float(self.rows.sum()) + self.gap + note

    @property
    def at(self) -> np.ndarray:
        """Where the middles of the rows stand."""
        shift = np.where(np.arange(len(self.rows)) >= self.own, self.gap, 0)
        return np.asarray(np.cumsum(self.rows) - self.rows / 2 + shift)

    @property
    def title(self) -> str:
        """The group, and how many of its trials reach the goal."""
        counts = (
            f"{self.group['m'].item():.0f} of {self.group['n'].item():.0f} trials reach the goal"
        )
        if not is_tested(self.group):
            counts = f"{self.group['n'].item():.0f} trials, through a surrogate"
        # Beside it stands the heading of the p-values, unless strips have a line of their own.
        letters = COLUMN_LETTERS - 9 if self.values is None else COLUMN_LETTERS - 10
        letters = 2 * letters if self.is_wide else letters
        letters = letters - 9 if self.is_alone and self.values is not None else letters
        return fill(f"{group_name(self.label)}: {counts}", letters)

    @property
    def height(self) -> float:
        """Inches that it needs."""
        row = _ROW if self.values is None else _STRIP_ROW
        body = row * self.length
        body += LINE if self.values is not None and not self.is_wide else 0
        return _FRAME + self.heading_height + LINE * lines(self.title) + body


def draw_panel(figure: Figure, cell: SubplotSpec, panel: Panel) -> None:
    """Draw a panel into a cell of a figure's grid, in two axes where it has strips."""
    if panel.values is None:
        _bars(figure.add_subplot(cell), panel)
        return
    widths = _WIDE if panel.is_wide else _NARROW
    both = cell.subgridspec(1, 2, width_ratios=widths, wspace=0.02)
    bars = figure.add_subplot(both[0, 0])
    _bars(bars, panel)
    _strips(figure.add_subplot(both[0, 1], sharey=bars), panel, panel.values)


def _bars(axes: Axes, panel: Panel) -> None:
    group, rows, at = panel.group, panel.rows, panel.at
    tested = is_tested(group)
    if tested:
        axes.barh(at, group["noise_floor"], rows, color=LIGHT_GREY, label="noise floor")
    axes.barh(at, group["hsic"], 0.5, label="index", **_bar_colours(group))
    low, high = (group[f"interval_{end}"].values for end in ("low", "high"))
    axes.hlines(at, low, high, color="black", linewidth=0.8, label="interval")
    debiased = np.maximum(group["hsic_unbiased"].values, 0)
    axes.plot(debiased, at, label="debiased index", linestyle="none", clip_on=False, **DOT)
    other = differs(group)
    by_u = group["paper"].sel(statistic="hsic").values[other]
    axes.plot(by_u, at[other], label="index of drawn u", linestyle="none", **DIAMOND)
    axes.set_xlim(left=0)
    if tested:
        _p_values(axes, at, group["p_value_adjusted"].values)
    axes.set_yticks(at, panel.names, parse_math=False)
    axes.set_ylim(panel.length, 0)
    if panel.note:
        # It may reach below the strips.
        end = float(rows.sum()) + panel.gap + _NOTE_LINE / 2
        place: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "va": "top"}
        note = axes.text(0.02, end, panel.note, size=7, color=GREY, parse_math=False, **place)
        note.set_in_layout(False)
    axes.tick_params(axis="y", length=0)
    if panel.gap:
        _set_apart(axes, float(rows[: panel.own].sum()))
    # The power of ten of the ticks stands at the right end of the label's line.
    between = " " if panel.is_wide or panel.values is None else "\n"
    axes.set_xlabel(f"HSIC(U, Z){between}(dimensionless)", loc="left")
    pad = None if panel.values is None else 72 * panel.heading_height + 3
    axes.set_title(panel.title, parse_math=False, pad=pad)


def _set_apart(axes: Axes, end: float) -> None:
    """Write above the hyperparameters that larger groups have too that they do."""
    row = axes.get_yaxis_transform()
    beside: dict[str, Any] = {"textcoords": "offset points", "xytext": (-3.5, 0), "ha": "right"}
    look: dict[str, Any] = {"size": 7, "style": "italic", "color": GREY, "va": "center"}
    axes.annotate(_ELSEWHERE, (0, end + 0.5), xycoords=row, **beside, **look)
    axes.axhline(end + 0.5, color=GREY, linewidth=0.6, linestyle=(0, (4, 2)))


def _strips(axes: Axes, panel: Panel, values: BestValues) -> None:
    group, texts = values.group(panel.label), panel.texts
    faces = _bar_colours(panel.group, noise=_FLAT)
    row = axes.get_yaxis_transform()
    beside: dict[str, Any] = {"textcoords": "offset points", "size": 7, "annotation_clip": False}
    for i, name in enumerate(panel.group["hyperparameter"].values):
        y = float(panel.at[i])
        look = {"facecolor": faces["facecolor"][i], "edgecolor": faces["edgecolor"][i]}
        place = (y - _STRIP / 2, y + _STRIP / 2)
        draw_strip(axes, place, group, values.hyperparameter(str(name)), look)
        if panel.is_alone:
            continue
        axes.annotate(
            texts[i], (1, y), xycoords=row, xytext=(4, 0), va="center", parse_math=False, **beside
        )
    axes.annotate(panel.heading, (0, 1), xycoords="axes fraction", xytext=(0, 3), **beside)
    axes.patch.set_visible(False)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 1], ["low", "high"])
    for label, side in zip(axes.get_xticklabels(), ("left", "right"), strict=True):
        label.set(ha=side)
    axes.set_xlabel("value")
    axes.tick_params(length=0, labelleft=False)
    axes.spines[:].set_visible(False)


def _p_values(axes: Axes, at: np.ndarray, values: np.ndarray) -> None:
    beside: dict[str, Any] = {"textcoords": "offset points", "size": 7, "annotation_clip": False}
    for y, value in zip(at, values, strict=True):
        row = axes.get_yaxis_transform()
        axes.annotate(p_value(value), (1, y), xycoords=row, xytext=(4, 0), va="center", **beside)
    axes.annotate("adj. p", (1, 1), xycoords="axes fraction", xytext=(4, 3), **beside)


def _bar_colours(group: xr.Dataset, noise: dict[str, Any] | None = None) -> dict[str, Any]:
    bars = [
        SIGNIFICANT if yes else (noise or NOISE) if index <= floor else UNSURE
        for yes, index, floor in zip(
            is_found(group).values,
            group["hsic"].values,
            group["noise_floor"].fillna(np.inf).values,
            strict=True,
        )
    ]
    return {key: [bar[key] for bar in bars] for key in NOISE}


def differs(group: xr.Dataset) -> np.ndarray:
    """Tell where the index of the u that was drawn is another one: not for continuous ones."""
    return ~np.isclose(group["hsic"], group["paper"].sel(statistic="hsic"), rtol=1e-9, atol=0)
