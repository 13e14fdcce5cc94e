"""What a sensitivity analysis asks for, with the defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np

from hsic_hpo.checks import check_between_0_and_1, check_choice, check_integer, check_number
from hsic_hpo.indices.bandwidths import Bandwidth

BANDWIDTHS = ("median", "sample-median", "max")
SMALLEST_BANDWIDTH, LARGEST_BANDWIDTH = 0.02, 5.0


@dataclass(frozen=True, kw_only=True)
class AnalysisSettings:
    """Settings of the sensitivity analysis.

    Attributes
    ----------
    goal_fraction
        Fraction of the trials, by rank, that counts as the best or the worst; in (0, 1).
    bandwidth
        Standard deviation of the Gaussian kernel on [0, 1]: a number from 0.02 to 5,
        ``"median"`` (of abs(U - U') under independence, 0.2929), ``"sample-median"``, or
        ``"max"`` (the one that maximises the index).
    n_permutations
        Random permutations behind p-values and noise floors (random signs behind those of pure
        interactions), at least 19.
    confidence
        Probability that an interval covers the true index, in (0, 1).
    significance
        Adjusted p-value up to which an index counts as significant, in (0, 1).
    min_trials
        Trials that a conditional group needs for an index, at least 4.
    min_successes
        Trials that reach the goal, which a group needs for an index, at least 1.
    group_threshold
        Which trials set the error that counts as best within a conditional group: ``"all"``
        trials of the search, or those of the ``"group"``.
    sweep_points
        Ranges per hyperparameter and end in the range sweeps, at least 2.
    seed
        Of the permutations, a non-negative integer.

    Raises
    ------
    InputError
        One line: the setting, its value, what is allowed.
    """

    goal_fraction: float = 0.1
    bandwidth: Bandwidth = "median"
    n_permutations: int = 1000
    confidence: float = 0.95
    significance: float = 0.05
    min_trials: int = 30
    min_successes: int = 5
    group_threshold: Literal["all", "group"] = "all"
    sweep_points: int = 20
    seed: int = 0

    @classmethod
    def of(cls, attrs: Mapping[str, Any]) -> "AnalysisSettings":
        """Return the settings of a sensitivity Dataset, from its attributes."""
        # Attributes that were written to a file come back as numbers of NumPy.
        plain = {
            name: value.item() if isinstance(value, np.generic) else value
            for name, value in attrs.items()
        }
        return cls(**{field.name: plain[field.name] for field in fields(cls)})

    def __post_init__(self) -> None:
        for name in ("goal_fraction", "confidence", "significance"):
            check_between_0_and_1(name, getattr(self, name))
        for name, minimum in (
            ("n_permutations", 19),
            ("min_trials", 4),
            ("min_successes", 1),
            ("sweep_points", 2),
            ("seed", 0),
        ):
            check_integer(name, getattr(self, name), minimum)
        check_choice("group_threshold", self.group_threshold, ("all", "group"))
        if not isinstance(self.bandwidth, str) or self.bandwidth not in BANDWIDTHS:
            low, high = SMALLEST_BANDWIDTH, LARGEST_BANDWIDTH
            check_number(
                "bandwidth",
                self.bandwidth,
                f"a number from {low:g} to {high:g}, {', '.join(BANDWIDTHS)}",
                lambda given: low <= given <= high,
            )
