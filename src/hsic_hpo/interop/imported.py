"""One trial that was trained elsewhere, before it is checked against a space."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hsic_hpo.spaces.space import Space


@dataclass(frozen=True)
class ImportedTrial:
    """A trial that was trained elsewhere.

    Attributes
    ----------
    place
        Its place in the source, for messages: ``"line 7"``.
    configuration
        Values of its active hyperparameters.
    error
        What was measured; None when there is no number.
    reason
        Why it has no error.
    costs
        Costs by name.
    ended_early
        It was pruned, or it failed, before it had an error; beside a trial of its configuration
        that has one it says nothing of the configuration.
    """

    place: str
    configuration: Mapping[str, Any]
    error: float | None
    reason: str = ""
    costs: Mapping[str, float] = field(default_factory=dict)
    ended_early: bool = False

    def with_configuration(self, configuration: Mapping[str, Any]) -> "ImportedTrial":
        """Return the trial with another configuration."""
        return replace(self, configuration=configuration)


@dataclass(frozen=True)
class LeftOut:
    """A trial that is left out.

    Attributes
    ----------
    reason
        Why: its place and what is wrong with it, or, where that is expected, its state.
    is_expected
        Nothing is wrong with it, such as a trial that still runs.
    """

    reason: str
    is_expected: bool = False


def lacks_values(configuration: Mapping[str, Any], space: Space) -> bool:
    """Tell whether a hyperparameter has no value that must have one, as in a trial cut short."""
    return any(
        parameter.is_active(configuration) and parameter.name not in configuration
        for parameter in space.hyperparameters
    )
