"""Settings of the analysis: what a person may give, and the line that refuses the rest."""

from typing import Any

import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.sensitivity.settings import AnalysisSettings


@pytest.mark.parametrize("bandwidth", ["median", "sample-median", "max", 0.02, 1, 5.0])
def test_bandwidths_are_rules_or_numbers(bandwidth: Any) -> None:
    assert AnalysisSettings(bandwidth=bandwidth).bandwidth == bandwidth


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"goal_fraction": 1.5}, "goal_fraction: 1.5 is not a number above 0 and below 1"),
        ({"confidence": 0}, "confidence: 0 is not a number above 0 and below 1"),
        ({"significance": "5 %"}, "significance: '5 %' is not a number above 0 and below 1"),
        ({"n_permutations": 18}, "n_permutations: 18 is not an integer of at least 19"),
        ({"min_trials": 3}, "min_trials: 3 is not an integer of at least 4"),
        ({"min_successes": 0}, "min_successes: 0 is not an integer of at least 1"),
        ({"sweep_points": 1}, "sweep_points: 1 is not an integer of at least 2"),
        ({"seed": -1}, "seed: -1 is not an integer of at least 0"),
        ({"group_threshold": "groups"}, "group_threshold: 'groups'; allowed: all, group; did you"),
        (
            {"bandwidth": "medium"},
            "bandwidth: 'medium' is not a number from 0.02 to 5, median, sample-median, max",
        ),
        (
            {"bandwidth": 0.01},
            "bandwidth: 0.01 is not a number from 0.02 to 5, median, sample-median, max",
        ),
    ],
    ids=str,
)
def test_bad_settings_are_refused_in_one_line(given: dict[str, Any], line: str) -> None:
    with pytest.raises(InputError) as caught:
        AnalysisSettings(**given)
    assert str(caught.value).startswith(line)
