"""Which levels the best hardly ever have.

Not in the paper. A level is called absent where none of the best has it and chance would leave it
out in fewer than one of a hundred studies; rare where its share among the best is at most a quarter
of its share among all, and that is as unlikely by chance.
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy.stats import hypergeom

from hsic_hpo.digits import value_in_words
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import select_goal, target_values
from hsic_hpo.trials.variables import hyperparameter_values, is_active

_CHANCE = 0.01
_RARE = 0.25


@dataclass(frozen=True)
class RareLevel:
    """A level with its shares among the best and among all, in [0, 1]."""

    level: str
    at_goal: float
    of_all: float


def rare_levels(trials: xr.Dataset, name: str, goal_fraction: float) -> list[RareLevel]:
    """Return the levels of a hyperparameter that the best lack or have hardly ever.

    Parameters
    ----------
    trials
        Trials Dataset of trials drawn at random.
    name
        Hyperparameter; one of numbers has no such levels.
    goal_fraction
        Which fraction of all trials is the best, in (0, 1).

    Returns
    -------
    list of RareLevel
        The rarest first.
    """
    parameter = trials_data.space(trials)[name]
    if parameter.type not in ("categorical", "boolean"):
        return []
    active = is_active(trials, name)
    values = hyperparameter_values(trials, name)[active]
    reached = select_goal(target_values(trials, "error"), goal_fraction, "best").reached[active]
    n, n_best = len(values), int(reached.sum())
    if n_best == 0:
        return []
    found = []
    for kind in np.unique(values).tolist():
        n_level, n_both = int((values == kind).sum()), int((values[reached] == kind).sum())
        at_goal, of_all = n_both / n_best, n_level / n
        by_chance = hypergeom(n, n_level, n_best).cdf(n_both)
        if at_goal <= _RARE * of_all and by_chance < _CHANCE:
            found.append(RareLevel(value_in_words(parameter.from_stored(kind)), at_goal, of_all))
    return sorted(found, key=lambda level: level.at_goal)
