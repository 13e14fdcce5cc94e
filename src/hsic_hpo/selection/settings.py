"""What the decisions of HSIC-GPBO are made with, with the defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hsic_hpo.checks import check_between_0_and_1, check_integer, check_number
from hsic_hpo.errors import InputError


@dataclass(frozen=True, kw_only=True)
class SelectionSettings:
    """Settings of the decisions.

    Attributes
    ----------
    cost
        Target of the analysis that is to be kept low beside the error.
    cost_quantile
        Where the search for a ceiling on the cost starts: the fraction of the trials that cost
        at most as much, in (0, 1].
    keep
        Part of the success rate of all trials, at reaching the best fraction, that cheap ones
        must keep, in [0, 1].
    assurance
        Probability with which a cheap value must keep the success rate, in (0, 1).
    least_optimised
        Hyperparameters that the first stage optimises at least, 1 or more: where fewer matter
        significantly, those of the next lowest p-values.
    margin
        Relative loss of error, not negative, up to which a decision may fix: the bound on what it
        could cost must lie within it. The default, 5 %, is less than what trainings of one
        configuration differ by. 0 fixes nothing but what cannot cost anything.
    override
        Decisions of the user, by hyperparameter; see :func:`hsic_hpo.selection.overrides.apply`.

    Raises
    ------
    InputError
        One line: the setting, its value, what is allowed.
    """

    cost: str = "flops"
    cost_quantile: float = 0.6
    keep: float = 0.5
    assurance: float = 0.8
    least_optimised: int = 3
    margin: float = 0.05
    override: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.cost, str) or not self.cost:
            raise InputError(f"cost: {self.cost!r} is not the name of a cost")
        check_number(
            "cost_quantile",
            self.cost_quantile,
            "a number above 0, up to 1",
            lambda given: 0 < given <= 1,
        )
        check_number("keep", self.keep, "a number from 0 to 1", lambda given: 0 <= given <= 1)
        check_between_0_and_1("assurance", self.assurance)
        check_integer("least_optimised", self.least_optimised, 1)
        check_number("margin", self.margin, "a number from 0 to 1", lambda given: 0 <= given <= 1)
        if not isinstance(self.override, Mapping):
            raise InputError(
                f"override: {self.override!r} is not a mapping from hyperparameters to decisions"
            )
