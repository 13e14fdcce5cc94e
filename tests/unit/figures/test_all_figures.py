"""What every figure must keep, for usual and for degenerate studies."""

from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import matplotlib
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from hsic_hpo.figures.convergence import convergence
from hsic_hpo.figures.distributions import distributions
from hsic_hpo.figures.errors import errors
from hsic_hpo.figures.importance import importance
from hsic_hpo.figures.importance_by_budget import importance_by_budget
from hsic_hpo.figures.importance_by_epoch import importance_by_epoch
from hsic_hpo.figures.interactions import interactions
from hsic_hpo.figures.pairs import pairs
from hsic_hpo.figures.quadrant import quadrant
from hsic_hpo.figures.space import space
from hsic_hpo.figures.style import COLUMN_WIDTH, PAGE_WIDTH, save
from hsic_hpo.figures.sweeps import sweeps
from hsic_hpo.figures.trainings import trainings
from hsic_hpo.figures.worst import worst
from studies_to_draw import NAMES, Study, study

FIGURES: dict[str, Callable[[Study], Figure]] = {
    "space": lambda one: space(one.trials),
    "errors": lambda one: errors(one.trials, one.sensitivity),
    "trainings": lambda one: trainings(one.trials),
    "importance": lambda one: importance(one.sensitivity, one.trials),
    "distributions": lambda one: distributions(one.trials, one.sensitivity),
    "worst": lambda one: worst(one.trials, one.sensitivity),
    "interactions": lambda one: interactions(one.sensitivity),
    "pairs": lambda one: pairs(one.trials, one.sensitivity),
    "convergence": lambda one: convergence(one.convergence),
    "importance_by_budget": lambda one: importance_by_budget(one.by_budget),
    "importance_by_epoch": lambda one: importance_by_epoch(one.by_epoch),
    "quadrant": lambda one: quadrant(one.sensitivity),
    "sweeps": lambda one: sweeps(one.sensitivity),
}


def shown_ticks(axes: Axes, axis: str) -> list[matplotlib.text.Text]:
    chosen = axes.xaxis if axis == "x" else axes.yaxis
    low, high = sorted(axes.get_xlim() if axis == "x" else axes.get_ylim())
    ticks = [*chosen.get_major_ticks(), *chosen.get_minor_ticks()]
    labels = [tick.label1 for tick in ticks if low <= tick.get_loc() <= high]
    return [label for label in labels if label.get_visible() and label.get_text()]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", FIGURES)
def test_figure_is_readable(kind: str, name: str) -> None:
    figure = FIGURES[kind](study(name))
    width, height = figure.get_size_inches()
    assert width in (COLUMN_WIDTH, PAGE_WIDTH)
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    drawn = figure.get_tightbbox(renderer)
    assert min(drawn.x0, drawn.y0) >= -0.01
    assert drawn.x1 <= width + 0.01
    assert drawn.y1 <= height + 0.01
    for axes in figure.axes:
        if not axes.axison or axes.get_label() == "<colorbar>":
            continue
        assert axes.get_window_extent(renderer).height > 30
        for axis in ("x", "y"):
            labels = [one for one in shown_ticks(axes, axis) if one.get_rotation() in (0, 90)]
            boxes = [label.get_window_extent(renderer) for label in labels]
            assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


@pytest.mark.parametrize("kind", sorted({*FIGURES} - {"space", "interactions", "pairs"}))
def test_every_axis_says_what_it_shows(kind: str) -> None:
    for axes in FIGURES[kind](study("usual")).axes:
        if axes.axison:
            assert axes.get_xlabel()
            assert axes.get_ylabel() or all(label.get_text() for label in axes.get_yticklabels())


@pytest.mark.parametrize("suffix", [".svg", ".pdf", ".png"])
@pytest.mark.parametrize("kind", FIGURES)
def test_same_data_give_the_same_bytes(kind: str, suffix: str, tmp_path: Path) -> None:
    paths = [tmp_path / f"{i}{suffix}" for i in range(2)]
    for path in paths:
        save(FIGURES[kind](study("usual")), path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert paths[0].stat().st_size < 500_000
