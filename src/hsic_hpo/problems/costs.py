"""Costs that a search knows before anything is trained."""

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from hsic_hpo.errors import InputError
from hsic_hpo.problems.base import Problem
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials.costs import NETWORK_COSTS

# A problem may know the costs of some configurations alone.
_TRIED = 8


def cost_function(problem: Problem, name: str | None) -> Callable[[dict[str, Any]], float] | None:
    """Return a function from a configuration to its cost, which each trial will then show.

    Parameters
    ----------
    problem
        Whose :meth:`~hsic_hpo.problems.base.Problem.costs` are asked, once for each configuration.
    name
        Name of the cost, such as ``"flops"``.

    Returns
    -------
    callable or None
        It returns infinity for a configuration whose cost the problem cannot tell, such as that
        of a network that cannot be built. None for a cost that only a training shows: the time it
        takes, or any where the problem tells the costs of none of eight random configurations.

    Raises
    ------
    InputError
        When the problem returns anything but finite numbers of at least 0; also when the function
        is called.

    Examples
    --------
    >>> from hsic_hpo.problems.costs import cost_function
    >>> from hsic_hpo.problems.runge import Runge
    >>> cost_function(Runge(), "flops")({"n_layers": 1, "n_units": 8})
    32.0
    >>> cost_function(Runge(), "train_seconds") is None
    True
    """
    if name not in NETWORK_COSTS:
        return None
    found: dict[str, float] = {}

    def cost(configuration: dict[str, Any]) -> float:
        text = json.dumps(configuration)
        if text not in found:
            told = known_costs(problem, configuration).get(name)
            found[text] = math.inf if told is None else told
        return found[text]

    space = Space.from_dict(problem.default_space())
    tried = space.configurations(sample(space, _TRIED, 0))
    return cost if any(math.isfinite(cost(configuration)) for configuration in tried) else None


def known_costs(problem: Problem, configuration: Mapping[str, Any]) -> dict[str, float]:
    """Return the costs that a problem knows of a configuration, checked; empty where it does not.

    Raises
    ------
    InputError
        When the problem returns anything but finite numbers of at least 0 by the names of costs.
    """
    where = f"{problem.name}.costs"
    costs = problem.costs(configuration)
    if costs is None:
        return {}
    if not isinstance(costs, Mapping):
        raise InputError(f"{where}: returned {costs!r}; allowed: a mapping or None")
    for name, value in costs.items():
        if name not in NETWORK_COSTS:
            raise InputError(f"{where}: returned {name!r}; known: {', '.join(NETWORK_COSTS)}")
        try:
            is_cost = 0 <= value < math.inf
        except TypeError:
            is_cost = False
        if not is_cost:
            raise InputError(f"{where}: {name} is {value!r}; allowed: a number of at least 0")
    return {name: float(value) for name, value in costs.items()}
