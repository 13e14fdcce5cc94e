"""Error against cost: points in units of the noise floor, names that do not overlap."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

import hsic_hpo as hh
from example_studies import sensitivity
from hsic_hpo.figures.quadrant import quadrant
from studies_to_draw import study

MANY = [f"hyperparameter_{i}" for i in range(40)]


def test_points_are_indices_over_their_noise_floors() -> None:
    found = study("usual").sensitivity
    axes = quadrant(found, "flops").axes[0]
    chosen = found.sel(group="all", subset="best").isel(hyperparameter=slice(5))
    ratio = chosen["hsic"] / chosen["noise_floor"]
    expected = np.column_stack([ratio.sel(target="error"), ratio.sel(target="flops")])
    drawn = np.concatenate(
        [line.get_xydata() for line in axes.lines if line.get_linestyle() == "None"]
    )
    np.testing.assert_allclose(np.sort(drawn, axis=0), np.sort(expected, axis=0))
    names = {text.get_text() for text in axes.texts}
    assert names >= {"fix cheaply", "trade off", "fine-tune", "optimise"}
    assert names >= set(chosen["hyperparameter"].values)


def test_other_cost_is_named_on_its_axis() -> None:
    axes = quadrant(study("usual").sensitivity, "train_seconds").axes[0]
    assert "training time" in axes.get_ylabel()


@pytest.mark.parametrize("seed", range(3))
def test_forty_names_stand_apart_inside_the_axes(seed: int) -> None:
    indices = dict.fromkeys(MANY, 2e-3) | {MANY[3]: 2e-2}
    figure = quadrant(sensitivity({"all": MANY}, seed=seed, indices=indices))
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    axes = figure.axes[0]
    boxes = [text.get_window_extent(renderer) for text in axes.texts if text.get_text()]
    assert len(boxes) == 40 + 4
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    frame = axes.get_window_extent(renderer)
    assert all(frame.x0 <= box.x0 and box.x1 <= frame.x1 for box in boxes)


def test_of_many_those_under_both_noise_floors_are_named_below() -> None:
    figure = quadrant(sensitivity({"all": MANY}, indices={MANY[3]: 2e-2, MANY[7]: 1e-3}))
    names = {text.get_text() for text in figure.axes[0].texts}
    assert {name for name in names if name in MANY} == {MANY[3], MANY[7]}
    footer = figure.axes[1].texts[0].get_text().replace("\n", " ")
    assert footer.startswith("not named, under both noise floors: hyperparameter_0, ")
    assert all(name in footer.replace(",", " ").split() for name in {*MANY} - {MANY[3], MANY[7]})


def test_without_an_index_the_reason_is_stated() -> None:
    figure = quadrant(study("all failed").sensitivity)
    (axes,) = figure.axes
    assert axes.texts[0].get_text().replace("\n", " ") == "no index: no trial has a value of error"
    assert figure.get_suptitle().startswith("Impact on the error and on the cost")


def test_dollar_signs_of_a_cost_are_no_mathematics() -> None:
    rng = np.random.default_rng(0)
    frame = {"x": rng.random(60), "loss": rng.random(60), "US$_{ x $": rng.random(60)}
    trials = hh.trials_from(frame, error="loss", cost="US$_{ x $")
    figure = quadrant(hh.explain(trials, n_permutations=19))
    FigureCanvasAgg(figure).draw()
    assert "US$_{ x $" in figure.axes[0].get_ylabel()
