"""Which way an explanation takes, and how it says so."""

import numpy as np
import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.sensitivity.explanation import explain_trials
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.trials.drawn import ADAPTIVE, RANDOM, UNKNOWN, drawn_attributes
from small_search import search

SETTINGS = AnalysisSettings(n_permutations=19, sweep_points=2)
TRIALS = search(100)
CROWDED = TRIALS.isel(trial=np.flatnonzero(TRIALS["value:learning_rate"] < 0.003))


@pytest.mark.parametrize(
    ("trials", "drawn", "way", "taken", "why"),
    [
        (TRIALS, UNKNOWN, "auto", "direct", "Random trials, as far as a test can tell: tested"),
        (CROWDED, UNKNOWN, "auto", "surrogate", "as the values of learning_rate crowd (p = "),
        (TRIALS, RANDOM, "auto", "direct", "Random trials, drawn by a sampler: tested directly."),
        (CROWDED, RANDOM, "auto", "direct", "Random trials, drawn by a sampler"),
        (TRIALS, ADAPTIVE, "auto", "surrogate", "not drawn at random, drawn by a sampler: expl"),
        (TRIALS, ADAPTIVE, "random", "direct", "Random trials, as you say"),
        (TRIALS, RANDOM, "adaptive", "surrogate", "Trials not drawn at random, as you say"),
    ],
)
def test_the_way_follows_how_the_trials_were_drawn_and_says_why(trials, drawn, way, taken, why):
    marked = trials.assign_attrs(drawn_attributes(drawn, "" if drawn == UNKNOWN else "a sampler"))
    explained = explain_trials(marked, SETTINGS, way)
    assert explained.attrs["way"] == taken
    assert why in explained.attrs["way_reason"]
    assert np.isnan(explained["significant"]).all() == (taken == "surrogate")


def test_another_way_is_refused():
    with pytest.raises(InputError, match="way: 'exact'"):
        explain_trials(TRIALS, SETTINGS, "exact")
