"""What a study says of one search that goes on from its random search, with the defaults."""

import math
from dataclasses import asdict, dataclass
from typing import Any

# The first stage has one round in six.
_FIRST_STAGE = 6


@dataclass(frozen=True, kw_only=True)
class SearchSettings:
    """Size of one search.

    Attributes
    ----------
    rounds
        Rounds, each proposed from all trials before it; of the paper's HSIC-GPBO those of its
        first stage.
    fine_tuning_rounds
        Further rounds of HSIC-GPBO; in the paper's variant they are its second stage. Other methods
        have none.
    batch_size
        Configurations per round, proposed at once.
    repeats
        Independent repetitions of the search, each with a seed of its own.
    initial_trials
        Trials of the random search that a repeat knows at its start, 0 for all of them. Each
        repeat takes others, as far as there are enough.
    max_cost
        Cost that no proposal may exceed, of a method that takes such a limit.
    """

    rounds: int = 6
    fine_tuning_rounds: int = 0
    batch_size: int = 8
    repeats: int = 2
    initial_trials: int = 0
    max_cost: float = math.inf

    @property
    def n_rounds(self) -> int:
        """Rounds of all stages."""
        return self.rounds + self.fine_tuning_rounds

    def to_dict(self) -> dict[str, Any]:
        """Return it as a study config writes it: no limit is none that is written."""
        written = asdict(self)
        if math.isinf(self.max_cost):
            del written["max_cost"]
        return written

    def stage(self, number: int) -> int:
        """Return the stage of the paper's variant, 1 or 2, of a round, counted from 1."""
        return 1 if number <= self.rounds else 2


def divide_rounds(n_rounds: int) -> tuple[int, int]:
    """Divide rounds between the paper's stages: the first one has a sixth, rounded up."""
    first = -(-n_rounds // _FIRST_STAGE)
    return first, n_rounds - first


# What the two stages have unless told otherwise.
STAGES = divide_rounds(SearchSettings.rounds)
# Of a method that weighs the cost: how far its choice may lie above its lowest error, in parts.
TOLERANCE = 0.1
