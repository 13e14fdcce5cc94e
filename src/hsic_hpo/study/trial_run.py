"""One training of a step of a study, to see whether its errors come out."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hsic_hpo.errors import InputError
from hsic_hpo.files import write_netcdf
from hsic_hpo.problems.base import FunctionProblem
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.study.study import Study
from hsic_hpo.training.budget import Budget
from hsic_hpo.training.train import train_within

_CONFIGURATIONS = 3


def try_trainings(study: Study) -> dict[str, dict[str, Any]]:
    """Train a random configuration for a step, within the limits of each kind of training.

    One that fails or diverges may be due to its configuration: up to three are tried.

    Parameters
    ----------
    study
        A checked study config; its data are made or fetched anew, and thrown away.

    Returns
    -------
    dict
        Records, see :func:`hsic_hpo.training.train.train`, by what such trainings are for: all
        searches train alike, as ``"searches"``; ``"final"`` are the retrainings, where they have
        limits of their own. A record that is not ok says why in ``reason``.

    Raises
    ------
    InputError
        When a problem does not return or log what it must.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder, "data.nc")
        write_netcdf(study.problem.generate(study.seed), path)
        data = study.problem.load(path)
    searches = study.settings.training.budget
    kinds = {"searches": searches, "final": searches.changed(study.settings.final.training)}
    if kinds["final"] == kinds["searches"]:
        del kinds["final"]
    configurations = study.space.configurations(sample(study.space, _CONFIGURATIONS, study.seed))
    found = {}
    for kind, budget in kinds.items():
        for configuration in configurations:
            found[kind] = train_within(
                study.problem, configuration, data, _one_step(study, budget), seed=study.seed
            )
            if found[kind]["status"] == "ok":
                break
    return found


def require_errors(records: dict[str, dict[str, Any]], where: str) -> None:
    """Raise InputError, which names ``where``, unless errors came out of each training."""
    for kind, record in records.items():
        if record["status"] != "ok":
            raise InputError(
                f"{where}: trainings of the {kind}: {_CONFIGURATIONS} random configurations, "
                f"trained for a step each, all ended without errors; the last one "
                f"{record['status']}: {record['reason']}"
            )


def _one_step(study: Study, budget: Budget) -> Budget:
    if isinstance(study.problem, FunctionProblem) and budget.epochs is not None:
        # It is told the budget, and may read the number of epochs.
        return replace(budget, epochs=1)
    return budget.changed(Budget(steps=1))
