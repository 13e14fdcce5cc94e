"""What a study says of one search that goes on from its random search, with the defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

# The first stage has one round in six.
_FIRST_STAGE = 6


@dataclass(frozen=True, kw_only=True)
class SearchSettings:
    """Size of one search.

    Attributes
    ----------
    rounds
        Rounds, each proposed from all trials before it; of HSIC-GPBO those of its first stage.
    fine_tuning_rounds
        Rounds of the second stage of HSIC-GPBO; other methods have none.
    batch_size
        Configurations per round, proposed at once.
    repeats
        Independent repetitions of the search, each with a seed of its own.
    initial_trials
        Trials of the random search that a repeat knows at its start, 0 for all of them. Each
        repeat takes others, as far as there are enough.
    """

    rounds: int = 6
    fine_tuning_rounds: int = 0
    batch_size: int = 8
    repeats: int = 2
    initial_trials: int = 0

    @property
    def n_rounds(self) -> int:
        """Rounds of all stages."""
        return self.rounds + self.fine_tuning_rounds

    def stage(self, number: int) -> int:
        """Return the stage of HSIC-GPBO, 1 or 2, of a round; rounds are counted from 1."""
        return 1 if number <= self.rounds else 2


def divide_rounds(n_rounds: int) -> tuple[int, int]:
    """Divide rounds between the stages of HSIC-GPBO: the first one has a sixth, rounded up."""
    first = -(-n_rounds // _FIRST_STAGE)
    return first, n_rounds - first


_STAGED = SearchSettings(rounds=1, fine_tuning_rounds=5)
_PLAIN = SearchSettings()
# By method; the random search starts without trials, and has no rounds of its own.
DEFAULTS: Mapping[str, SearchSettings] = MappingProxyType(
    {
        "random": SearchSettings(rounds=0, repeats=1),
        "gpbo": _PLAIN,
        "hsic-gpbo": _STAGED,
        "tpe": _PLAIN,
        "gp": _PLAIN,
        "nsga2": _PLAIN,
    }
)


def search_settings(method: str, given: Mapping[str, int]) -> SearchSettings:
    """Return the settings of a method's search: its defaults with what a study gives.

    Parameters
    ----------
    method
        One of ``DEFAULTS``.
    given
        Settings by name, as in a section of a study config.
    """
    return replace(DEFAULTS[method], **given)
