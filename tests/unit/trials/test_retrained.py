"""How long trainings take, in words, by which rows of a comparison are told apart."""

from typing import Any

import pytest

from hsic_hpo.trials.retrained import trained_for


@pytest.mark.parametrize(
    ("budget", "words"),
    [
        ({"epochs": 150, "max_training_flops": 1e9}, "150 epochs"),
        ({"steps": 1}, "1 step"),
    ],
)
def test_the_length_of_a_budget_in_words(budget: dict[str, Any], words: str) -> None:
    assert trained_for(budget) == words
