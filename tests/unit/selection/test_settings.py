"""Settings of the decisions: what a person may give, and the line that refuses the rest."""

import re
from typing import Any

import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.selection.settings import SelectionSettings


def test_the_ends_of_the_ranges_are_allowed() -> None:
    SelectionSettings(cost="seconds", cost_quantile=1, keep=0, least_optimised=1)
    SelectionSettings(keep=1.0, override={"n_layers": 2})


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"cost": ""}, "cost: '' is not the name of a cost"),
        ({"cost": None}, "cost: None is not the name of a cost"),
        ({"cost_quantile": 0}, "cost_quantile: 0 is not a number above 0, up to 1"),
        ({"keep": 1.1}, "keep: 1.1 is not a number from 0 to 1"),
        ({"assurance": 1}, "assurance: 1 is not a number above 0 and below 1"),
        ({"least_optimised": 0}, "least_optimised: 0 is not an integer of at least 1"),
        ({"margin": -0.1}, "margin: -0.1 is not a number from 0 to 1"),
        (
            {"override": ["n_layers"]},
            "override: ['n_layers'] is not a mapping from hyperparameters to decisions",
        ),
    ],
    ids=str,
)
def test_bad_settings_are_refused_in_one_line(given: dict[str, Any], line: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(line)}$"):
        SelectionSettings(**given)
