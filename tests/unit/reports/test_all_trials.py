"""The sentence that sets all trials beside the random ones."""

import pytest

from hsic_hpo.reports import sentences
from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.sensitivity.through_surrogate import analyse_through_surrogate
from small_search import SETTINGS, search

TRIALS = search(120, error=lambda c: c["n_layers"])
RANDOM = analyse(TRIALS, SETTINGS)
ALL = analyse_through_surrogate(TRIALS.assign_attrs(costs="[]"), SETTINGS)
START = "All 120 trials, those of the searches included"


def _with(found: float, name: str):
    changed = ALL.copy(deep=True)
    changed["found"].loc[{"subset": "best", "hyperparameter": name}] = found
    return changed


@pytest.mark.parametrize(
    ("everything", "rest"),
    [
        (ALL, ", show the same through a surrogate."),
        (_with(1, "n_units"), ", differ through a surrogate: n_units matters as well."),
        (_with(0, "n_layers"), ", differ through a surrogate: n_layers is not found to matter."),
    ],
)
def test_it_says_where_all_trials_differ_from_the_random_ones(everything, rest):
    assert sentences.all_trials(RANDOM, everything) == START + rest


def test_it_says_why_all_trials_say_no_more():
    blind = ALL.copy(deep=True)
    blind["note"][:] = "the surrogate cannot predict error"
    expected = f"{START}, say no more: the surrogate cannot predict error."
    assert sentences.all_trials(RANDOM, blind) == expected


def test_sentences_of_a_surrogate_state_no_p_value():
    told = [
        sentences.worst(ALL),
        sentences.intervals(ALL),
        sentences.interaction_sentence(ALL),
        sentences.groups_without_index(ALL),
    ]
    assert not any("p =" in sentence or "nan" in sentence for sentence in told)
    assert "n_layers (found through the surrogate)" in told[0]
    assert told[1].startswith("How large their indices are, 95 % intervals: n_layers ")
