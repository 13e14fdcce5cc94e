"""Costs of networks that are counted once per shape, though a search asks for thousands."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from hsic_hpo.problems.base import LightningProblem, Problem
from hsic_hpo.problems.costs import cost_function
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space

Configuration = dict[str, Any]
_TRIED = 8
# The first configurations of a shape that are counted: where they differ it is none.
_COUNTED = 2


def shaped_cost_function(
    problem: Problem, name: str | None
) -> Callable[[Configuration], float] | None:
    """Return what :func:`hsic_hpo.problems.costs.cost_function` does, quicker to ask thousands of.

    Where a cost is counted on a module of the user's, it is counted once or twice per shape.

    Examples
    --------
    >>> from hsic_hpo.problems.runge import Runge
    >>> from hsic_hpo.problems.shaping import shaped_cost_function
    >>> shaped_cost_function(Runge(), "flops")({"n_layers": 1, "n_units": 8})
    32.0
    """
    cost = cost_function(problem, name)
    if cost is None or not isinstance(problem, LightningProblem) or _has_formula(problem):
        return cost
    space = Space.from_dict(problem.default_space())
    return CostByShape(cost, space, space.configurations(sample(space, _TRIED, 0)))


def _has_formula(problem: LightningProblem) -> bool:
    return type(problem).costs is not LightningProblem.costs


class CostByShape:
    """A cost that is counted for a few configurations of each shape of a network.

    What shapes a network is found by trying: a hyperparameter counts as not shaping it where a
    change of it alone leaves the cost of each of some random configurations as it is. Where two
    configurations that should have one shape differ in their costs, each is counted from then on.

    Parameters
    ----------
    count
        Returns the cost of a configuration.
    space
        Of the configurations; hyperparameters that it does not have count as shaping.
    tried
        Configurations of the space for which changes are tried.
    """

    def __init__(
        self,
        count: Callable[[Configuration], float],
        space: Space,
        tried: Sequence[Configuration],
    ) -> None:
        self._count = count
        self._costs: dict[str, list[float]] = {}
        self._idle = frozenset(_idle(count, space, tried))

    def __call__(self, configuration: Configuration) -> float:
        """Return the cost of a configuration."""
        shaping = {name: v for name, v in configuration.items() if name not in self._idle}
        known = self._costs.setdefault(json.dumps(shaping), [])
        if len(known) < (_COUNTED if self._idle else 1):
            known.append(self._count(configuration))
            if known[-1] != known[0]:
                self._idle = frozenset()
        return known[-1]


def _idle(
    count: Callable[[Configuration], float], space: Space, tried: Sequence[Configuration]
) -> Iterator[str]:
    """Yield the hyperparameters of which a change alone changes no cost."""
    # What others depend on cannot change alone.
    parents = {one.parent for child in space.hyperparameters for one in child.conditions}
    costs = [count(configuration) for configuration in tried]
    for name in space.names:
        changes = [] if name in parents else list(_changed(tried, name))
        if changes and all(count(changed) == costs[place] for place, changed in changes):
            yield name


def _changed(tried: Sequence[Configuration], name: str) -> Iterator[tuple[int, Configuration]]:
    """Yield configurations with the value that a hyperparameter has in the next ones."""
    having = [place for place, configuration in enumerate(tried) if name in configuration]
    for number, place in enumerate(having):
        others = [tried[other][name] for other in (*having[number + 1 :], *having[:number])]
        other = next((value for value in others if value != tried[place][name]), None)
        if other is not None:
            yield place, {**tried[place], name: other}
