"""Indices against the epoch: the explanations of its ends, and what is said of them."""

import numpy as np
import pytest

from curved_search import N_EPOCHS, curved, with_curves
from hsic_hpo.errors import InputError
from hsic_hpo.figures.importance_by_epoch import importance_by_epoch
from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.sensitivity.by_epoch import by_epoch_of, indices_by_epoch
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.tables.importance_by_epoch import (
    holds_from,
    importance_by_epoch_remark,
    importance_by_epoch_sentence,
    importance_by_epoch_table,
)
from hsic_hpo.trials.halved import halved
from hsic_hpo.trials.rungs import Rung

SETTINGS = AnalysisSettings(goal_fraction=0.2, n_permutations=199)
TRIALS = curved(400)
FOUND = indices_by_epoch(TRIALS, SETTINGS, epochs=[1, 6, 18], way="random")


def found_at(epoch):
    names = FOUND["hyperparameter"].values
    return names[FOUND["significant"].sel(epoch=epoch) == 1].tolist()


def test_early_on_the_width_matters_and_at_the_end_the_rate():
    assert FOUND["epoch"].values.tolist() == [1, 6, 18, N_EPOCHS]
    assert found_at(1) == ["width"]
    assert "lr" in found_at(N_EPOCHS)
    assert not any("batch" in found_at(epoch) for epoch in FOUND["epoch"].values)


def test_at_the_last_epoch_it_is_the_explanation_of_the_whole_trainings():
    whole = analyse(TRIALS, SETTINGS).sel(group="all", target="error", subset="best")
    last = FOUND.isel(epoch=-1)
    for name in ("hsic", "interval_low", "noise_floor", "p_value_adjusted", "significant"):
        np.testing.assert_array_equal(last[name], whole[name])


@pytest.mark.parametrize("early_stopping", [True, False])
def test_after_an_epoch_it_is_the_explanation_of_trainings_that_ended_there(early_stopping):
    whole = curved(200, early_stopping=early_stopping)
    brief = with_curves(whole["learning_curve"].values[..., :6], early_stopping=early_stopping)
    found = indices_by_epoch(whole, SETTINGS, epochs=[6], way="random").sel(epoch=6)
    alone = analyse(brief, SETTINGS).sel(group="all", target="error", subset="best")
    np.testing.assert_array_equal(found["hsic"], alone["hsic"])


def test_it_holds_from_the_epoch_on_after_which_no_other_set_is_found():
    significant = FOUND["significant"] * 0
    significant[:, 0] = 1
    assert holds_from(FOUND.assign(significant=significant)) == 1
    significant[1, 1] = 1
    assert holds_from(FOUND.assign(significant=significant)) == 18
    significant[2, 0] = 0
    assert holds_from(FOUND.assign(significant=significant)) == N_EPOCHS
    assert holds_from(FOUND.assign(significant=significant * 0)) is None


def test_the_sentence_says_from_when_on_it_holds_and_where_brief_trainings_mislead():
    sentence = importance_by_epoch_sentence(FOUND)
    assert "Brief trainings mislead: " in sentence
    assert "lr (up to epoch 1) would seem not to matter and in the end does" in sentence
    significant = FOUND["significant"] * 0
    significant[:, 0] = 1
    assert importance_by_epoch_sentence(FOUND.assign(significant=significant)) == (
        "After 1 of 24 epochs the same 1 hyperparameter stands out as at the end: lr."
    )
    significant[2, 1] = 1
    assert importance_by_epoch_sentence(FOUND.assign(significant=significant)).startswith(
        "Only whole trainings single out lr: after 18 of 24 epochs width stands out too."
    )
    nothing = FOUND.assign(significant=significant * 0)
    assert "No hyperparameter stands out at the end" in importance_by_epoch_sentence(nothing)


def test_after_the_first_rung_the_stopped_rank_behind_and_it_is_said():
    left = halved(TRIALS, (Rung(8, 0.6), Rung(16, 0.4)))
    found = indices_by_epoch(left, SETTINGS, way="random")
    assert {8, 16} <= set(found["epoch"].values.tolist())
    assert found["trained"].sel(epoch=[8, 16, N_EPOCHS]).values.tolist() == [400, 240, 160]
    before = indices_by_epoch(TRIALS, SETTINGS, epochs=[3, 8], way="random")
    for epoch in (3, 8):
        np.testing.assert_array_equal(
            indices_by_epoch(left, SETTINGS, epochs=[3, 8], way="random")["hsic"].sel(epoch=epoch),
            before["hsic"].sel(epoch=epoch),
        )
    assert "All trials reached epoch 8" in importance_by_epoch_sentence(found)
    assert "All trials reached epoch 8" in importance_by_epoch_remark(found)
    labels = [text.get_text() for text in importance_by_epoch(found).legends[0].get_texts()]
    assert "first rung: all trained to epoch 8" in labels


def test_without_learning_curves_it_is_said_that_it_cannot_be_told():
    none = TRIALS.assign(learning_curve=TRIALS["learning_curve"] * np.nan)
    found = indices_by_epoch(none, SETTINGS, way="random")
    assert found.sizes["epoch"] == 0
    assert importance_by_epoch_table(found).empty
    assert importance_by_epoch_sentence(found) == (
        "From which epoch on the explanation holds cannot be told: no learning curves are known."
    )
    shown = importance_by_epoch(found).axes[0]
    assert "no epoch has an index" in [text.get_text() for text in shown.texts]
    assert by_epoch_of(none, analyse(none, SETTINGS)) is None


def test_too_few_trials_say_so():
    found = indices_by_epoch(curved(20), SETTINGS, way="random")
    assert importance_by_epoch_sentence(found) == (
        "From which epoch on the explanation holds cannot be told: 20 trials; at least 30 are "
        "needed."
    )


@pytest.mark.parametrize("epoch", [0, 1.5, "many"])
def test_an_epoch_that_is_none_is_refused(epoch):
    with pytest.raises(InputError, match="epochs: "):
        indices_by_epoch(TRIALS, SETTINGS, epochs=[epoch], way="random")


def test_epochs_that_are_no_list_are_refused():
    with pytest.raises(InputError, match="epochs: 5 is not a list of integers of at least 1"):
        indices_by_epoch(TRIALS, SETTINGS, epochs=5, way="random")


def test_trials_of_a_search_are_refused():
    with pytest.raises(InputError, match=r"epochs: .*random trials alone"):
        indices_by_epoch(TRIALS.assign_attrs(drawn="adaptive"), SETTINGS)


def test_the_table_has_a_row_for_every_index():
    table = importance_by_epoch_table(FOUND)
    assert len(table) == 4 * 3
    assert table["hyperparameter"].iloc[0] == "width"
    assert table["epoch"].is_monotonic_increasing
    assert table["significant"].sum() == (FOUND["significant"] == 1).sum()
