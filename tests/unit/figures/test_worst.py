"""Worst beside best: bars that equal the indices, and the hyperparameter that is shown."""

import numpy as np
import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.figures.worst import worst
from studies_to_draw import study


@pytest.mark.parametrize("subset", ["best", "worst"])
def test_bars_are_the_indices_largest_for_the_best_first(subset: str) -> None:
    one = study("usual")
    axes = worst(one.trials, one.sensitivity).axes[0]
    bars = next(group for group in axes.containers if group.get_label() == subset)
    index = one.sensitivity["hsic"].sel(group="all", target="error")
    index = index.dropna("hyperparameter").sortby(index.sel(subset="best"), ascending=False)
    expected = index.sel(subset=subset)
    assert [bar.get_width() for bar in bars] == pytest.approx(expected.values.tolist())
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == expected["hyperparameter"].values.tolist()


def test_default_is_the_categorical_one_that_differs_most() -> None:
    one = study("usual")
    index = one.sensitivity["hsic"].sel(
        group="all", target="error", hyperparameter=["activation", "optimizer"]
    )
    difference = np.abs(index.sel(subset="best") - index.sel(subset="worst"))
    expected = difference["hyperparameter"].values[np.argmax(difference.values)]
    best, bad = worst(one.trials, one.sensitivity).axes[1:]
    assert best.get_xlabel() == bad.get_xlabel() == expected
    assert best.get_title("left") == "given the best 10 %: 30 trials"


def test_any_other_one_can_be_chosen() -> None:
    one = study("usual")
    figure = worst(one.trials, one.sensitivity, "learning_rate")
    assert figure.axes[1].get_xlabel() == "learning_rate"


@pytest.mark.parametrize("name", ["optimiser", "momentum"])
def test_one_that_is_not_in_the_main_group_is_refused(name: str) -> None:
    one = study("usual")
    with pytest.raises(InputError, match=f"^hyperparameter: '{name}' is not in the main group"):
        worst(one.trials, one.sensitivity, name)
