"""Interactions, sweeps, convergence: what is drawn are the numbers of the Datasets."""

import numpy as np
import pytest

from hsic_hpo.figures.convergence import convergence
from hsic_hpo.figures.interactions import interactions
from hsic_hpo.figures.sweeps import sweeps
from studies_to_draw import study


def test_matrices_hold_each_pair_once_and_mark_the_significant_ones() -> None:
    sensitivity = study("usual").sensitivity
    chosen = sensitivity.sel(group="all", target="error", subset="best")
    chosen = chosen.isel(hyperparameter=slice(5), partner=slice(5))
    below = np.tri(5, k=-1, dtype=bool)
    drawn = [axes for axes in interactions(sensitivity).axes if axes.collections and axes.lines]
    drawn = [axes for axes in drawn if axes.get_label() != "<colorbar>"]
    for axes, index, judged_by in zip(
        drawn,
        ["joint_hsic", "pure_interaction"],
        ["joint_p_value", "pure_p_value_adjusted"],
        strict=True,
    ):
        shown = np.ma.filled(axes.collections[0].get_array(), np.nan).reshape(5, 4)
        expected = np.where(below, np.maximum(chosen[index].values, 0), np.nan)[:, :-1]
        np.testing.assert_allclose(shown, expected)
        marks = {(y - 0.5, x - 0.5) for x, y in axes.lines[0].get_xydata()}
        significant = below & (chosen[judged_by].values <= 0.05)
        assert marks == {tuple(map(float, pair)) for pair in np.argwhere(significant)}


def test_sweeps_are_the_lines_of_the_dataset_with_the_chosen_end_marked() -> None:
    sensitivity = study("usual").sensitivity
    axes = next(
        axes for axes in sweeps(sensitivity).axes if axes.get_xlabel().startswith("n_layers")
    )
    found = sensitivity.sel(sweep="n_layers")
    lines = [line for line in axes.lines if len(line.get_xdata()) == found.sizes["point"]]
    curves = ["sweep_hsic", "sweep_noise_floor"] * 2
    for line, end, name in zip(lines, ["lower"] * 2 + ["upper"] * 2, curves, strict=True):
        np.testing.assert_allclose(line.get_ydata(), found[name].sel(end=end).values)
        # n_layers is an integer in 1..8: the middles of its bins.
        expected = (found["sweep_value"].sel(end=end).values - 0.5) / 8
        np.testing.assert_allclose(line.get_xdata(), expected)
    marked = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "D"]
    choices = found["sweep_choice"].values
    assert marked == pytest.approx(((choices[np.isfinite(choices)] - 0.5) / 8).tolist())


@pytest.mark.parametrize("most", [1, 2])
def test_only_the_largest_sweeps_are_shown_and_the_others_named(most: int) -> None:
    figure = sweeps(study("usual").sensitivity, most)
    assert sum(axes.axison for axes in figure.axes) == most
    footer = " ".join(text.get_text() for axes in figure.axes for text in axes.texts)
    assert "batch" not in footer
    assert "n_layers" in footer


def test_sweeps_without_an_index_say_why_in_place_of_empty_panels() -> None:
    figure = sweeps(study("five trials").sensitivity)
    (axes,) = figure.axes
    text = axes.texts[0].get_text().replace("\n", " ")
    assert text == "no index: 5 trials; at least 30 are needed"
    assert figure.legends == []


def test_a_sweep_without_an_index_is_named_below_the_others() -> None:
    sensitivity = study("usual").sensitivity.copy(deep=True)
    sensitivity["sweep_hsic"].loc[{"sweep": "n_units"}] = np.nan
    figure = sweeps(sensitivity)
    panels = [axes for axes in figure.axes if axes.axison]
    shown = {axes.get_xlabel().replace("\n", " ").split(":")[0] for axes in panels}
    assert shown == {"n_layers", "learning_rate"}
    footer = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert footer == ["no index, too few trials: n_units"]


def test_convergence_draws_every_index_filled_where_significant() -> None:
    converged = study("usual").convergence
    left = convergence(converged).axes[0]
    hidden = converged["hsic"].isel(size=-1).notnull().sum().item()
    drawn = [
        tuple(np.round(line.get_ydata(), 12)) for line in left.lines if line.get_linestyle() == "-"
    ]
    index = converged["hsic"].dropna("hyperparameter", how="all")
    assert index.sizes["hyperparameter"] == hidden
    for row in index.T.values:
        assert any(np.allclose(row, line, equal_nan=True, atol=1e-12) for line in drawn)
    filled = [
        len(line.get_xdata())
        for line in left.lines
        if line.get_linestyle() == "None" and line.get_markerfacecolor() != "white"
    ]
    assert sum(filled) == int((converged["significant"] == 1).sum())
