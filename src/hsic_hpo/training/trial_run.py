"""One training of a step, to see whether errors come out."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hsic_hpo.errors import InputError
from hsic_hpo.files import write_netcdf
from hsic_hpo.problems.base import FunctionProblem, Problem
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.training.budget import Budget
from hsic_hpo.training.train import train_within

_CONFIGURATIONS = 3


def try_trainings(
    problem: Problem, space: Space, budgets: Mapping[str, Budget], seed: int, where: str
) -> dict[str, dict[str, Any]]:
    """Train a random configuration for a step, within the other limits of each budget.

    One that fails or diverges may be due to its configuration: up to three are tried.

    Parameters
    ----------
    problem
        The learning problem; its data are made or fetched anew, and thrown away.
    space
        The search space.
    budgets
        By what such trainings are for.
    seed
        Of data, configurations and trainings.
    where
        Place named first in messages.

    Returns
    -------
    dict
        A record for each budget, see :func:`hsic_hpo.training.train.train`, all of them ok.

    Raises
    ------
    InputError
        When no training ends with errors, or the problem does not return or log what it must.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder, "data.nc")
        write_netcdf(problem.generate(seed), path)
        data = problem.load(path)
    configurations = space.configurations(sample(space, _CONFIGURATIONS, seed))
    found = {}
    for purpose, budget in budgets.items():
        for configuration in configurations:
            limits = _one_step(problem, budget)
            record = train_within(problem, configuration, data, limits, seed=seed)
            if record["status"] == "ok":
                found[purpose] = record
                break
        else:
            raise InputError(
                f"{where}: trainings of the {purpose}: {_CONFIGURATIONS} random configurations, "
                f"trained for a step each, all ended without errors; the last one "
                f"{record['status']}: {record['reason']}"
            )
    return found


def _one_step(problem: Problem, budget: Budget) -> Budget:
    if isinstance(problem, FunctionProblem) and budget.epochs is not None:
        # It is told the budget, and may read the number of epochs.
        return replace(budget, epochs=1)
    return budget.changed(Budget(steps=1))
