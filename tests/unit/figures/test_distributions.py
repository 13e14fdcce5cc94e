"""Distributions given the goal: shares, densities at the ends of [0, 1], groups."""

import numpy as np
import pytest
from matplotlib.axes import Axes

from hsic_hpo.figures.distributions import distributions
from hsic_hpo.figures.histograms import _reflected_density
from hsic_hpo.trials.dataset import space
from hsic_hpo.trials.goals import select_goal, target_values
from hsic_hpo.trials.groups import in_group
from hsic_hpo.trials.variables import hyperparameter_values
from studies_to_draw import study


def panel(figure: object, name: str) -> Axes:
    return next(axes for axes in figure.axes if axes.get_xlabel() == name)  # type: ignore[attr-defined]


def test_bars_are_the_shares_of_each_level() -> None:
    one = study("usual")
    axes = panel(distributions(one.trials, one.sensitivity), "optimizer")
    reached = select_goal(target_values(one.trials, "error"), 0.1, "best").reached
    values = hyperparameter_values(one.trials, "optimizer")
    for bars, picked in zip(axes.containers, [np.ones_like(reached), reached], strict=True):
        expected = [100 * np.mean(values[picked] == level) for level in ("sgd", "adam", "rmsprop")]
        assert [bar.get_height() for bar in bars] == pytest.approx(expected)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["sgd", "adam", "rmsprop"]


def test_panels_are_the_highest_indices_of_the_main_group_then_of_the_others() -> None:
    one = study("usual")
    index = one.sensitivity["hsic"].sel(target="error", subset="best", group="all")
    names = index["hyperparameter"].values[np.argsort(-index.fillna(-1).values)]
    shown = [axes.get_xlabel() for axes in distributions(one.trials, one.sensitivity, 3).axes]
    assert shown[:3] == names[:3].tolist()


def test_conditional_hyperparameters_are_drawn_within_their_group() -> None:
    one = study("usual")
    figure = distributions(one.trials, one.sensitivity)
    groups = {group.label: group for group in space(one.trials).groups()}
    label = "optimizer in {adam, rmsprop}, n_layers ≥ 3"
    axes = panel(figure, "decay")
    assert axes.get_title("left").replace("\n", " ").startswith(f"where {label}")
    u = one.trials["u"].sel(hyperparameter="decay").values[in_group(one.trials, groups[label])]
    expected, _ = np.histogram(u, np.linspace(0, 1, 11), density=True)
    assert [bar.get_height() for bar in axes.containers[0]] == pytest.approx(expected.tolist())


def test_group_that_is_too_small_is_named_with_the_reason() -> None:
    one = study("strange names")
    note = one.sensitivity["note"].sel(target="error", subset="best").values[-1]
    footer = [
        text.get_text()
        for axes in distributions(one.trials, one.sensitivity).axes
        for text in axes.texts
    ]
    assert any(note in text.replace("\n", " ") for text in footer)


def test_density_is_a_sum_of_reflected_bumps_and_has_mass_one() -> None:
    u = np.random.default_rng(0).uniform(size=60)
    grid = np.linspace(0, 1, 201)
    width = 60**-0.2 * u.std(ddof=1)
    bumps = [np.exp(-(((grid[:, None] - centres) / width) ** 2) / 2) for centres in (-u, u, 2 - u)]
    expected = sum(bumps).sum(axis=1) / (60 * width * np.sqrt(2 * np.pi))
    density = _reflected_density(u)
    np.testing.assert_allclose(density, expected, rtol=1e-9)
    assert np.trapezoid(density, grid) == pytest.approx(1, abs=2e-3)


def test_density_of_a_uniform_sample_does_not_drop_at_the_ends() -> None:
    density = _reflected_density((np.arange(500) + 0.5) / 500)
    np.testing.assert_allclose(density, 1, atol=0.02)
