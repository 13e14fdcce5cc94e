"""Indices as lines over budgets: any budgets, and names as they are."""

import numpy as np
import pytest
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg

import hsic_hpo as hh
from hsic_hpo.figures.convergence import convergence
from hsic_hpo.figures.importance_by_budget import importance_by_budget
from hsic_hpo.sensitivity.convergence import convergence_of

NAMES = ["rate_$_$", "size"]


def trials(costs: np.ndarray) -> xr.Dataset:
    rng = np.random.default_rng(0)
    frame = {name: rng.random(len(costs)) for name in NAMES}
    loss = frame[NAMES[0]] + 0.1 * rng.random(len(costs))
    return hh.trials_from({**frame, "loss": loss, "price $": costs}, error="loss", cost="price $")


@pytest.mark.parametrize("low", [-5.0, 0.0, 1.0])
def test_budgets_may_be_0_or_less(low: float) -> None:
    costs = np.maximum(low, np.random.default_rng(1).uniform(low - 2 * (low == 0), low + 1, 200))
    figure = importance_by_budget(hh.explain_by_budget(trials(costs), n_permutations=19))
    FigureCanvasAgg(figure).draw()
    axes = figure.axes[0]
    assert axes.get_xscale() == ("log" if low > 0 else "linear")
    assert axes.get_xlabel() == "budget c (price $)"
    lines = [line for line in axes.lines if len(line.get_xdata()) > 1]
    assert all(np.isfinite(line.get_xdata()).all() for line in lines)
    low_end, high_end = axes.get_xlim()
    assert all(low_end <= x <= high_end for line in lines for x in line.get_xdata())
    shown = [text.get_text() for text in figure.legends[0].get_texts()]
    assert set(NAMES) <= set(shown)


def test_dollar_signs_of_names_are_no_mathematics() -> None:
    given = trials(np.arange(1.0, 201.0))
    grown = convergence_of(given, hh.explain(given, n_permutations=19))
    assert grown is not None
    figure = convergence(grown)
    FigureCanvasAgg(figure).draw()
    assert NAMES[0] in [text.get_text() for text in figure.legends[0].get_texts()]
