"""Measures of importance, each as one list of numbers over all hyperparameters of a space.

HyperSHAP (package hypershap) is the Shapley value of each hyperparameter in the gain of a random
search that a random forest over the trials simulates, against the default configuration: its
tunability game, as the package sets it up. It leaves out what the conditions of a space forbid, and
is left out itself where the package is not installed.
"""

from collections.abc import Mapping
from importlib.util import find_spec

import xarray as xr
from ConfigSpace import Configuration, ConfigurationSpace

from hsic_hpo.interop.configspace_writing import configspace_content
from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.sensitivity.peers import compare_measures
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.sensitivity.through_surrogate import analyse_through_surrogate
from hsic_hpo.sensitivity.whole_space import whole_space_importance
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import target_values, worst_for_missing

Importance = Mapping[str, float]
# The measures beside HSIC, as the package names them, and as the tables here do.
PEERS = {"hsic-best": "hsic", "ped-anova": "ped-anova", "fanova": "fanova"}
MEASURES = ("hsic", "hsic-surrogate", "ped-anova", "fanova") + (
    ("hypershap",) if find_spec("hypershap") else ()
)


def importances(trials: xr.Dataset, settings: AnalysisSettings) -> dict[str, Importance]:
    """Return what each measure says of random trials; what one does not know is left out."""
    sensitivity = analyse(trials, settings)
    through = analyse_through_surrogate(trials, settings)
    return (
        peers(trials, sensitivity, settings.seed)
        | {"hsic-surrogate": whole_space_importance(through)}
        | hypershap(trials, settings.seed)
    )


def peers(trials: xr.Dataset, sensitivity: xr.Dataset, seed: int) -> dict[str, Importance]:
    """Return HSIC of the random trials, condPED-ANOVA and functional ANOVA."""
    found = compare_measures(trials, sensitivity, seed)["importance"]
    return {
        name: found.sel(measure=measure).to_series().dropna().to_dict()
        for measure, name in PEERS.items()
    }


def hypershap(
    trials: xr.Dataset, seed: int, *, n_samples: int = 300, n_coalitions: int = 256
) -> dict[str, Importance]:
    """Return the tunability of each hyperparameter by name, or nothing without the package.

    Parameters
    ----------
    trials
        Trials Dataset.
    seed
        Of the simulated searches.
    n_samples
        Configurations of a simulated search. Not the package's 10 000, as it checks each of them
        in Python for every coalition where the space has conditions.
    n_coalitions
        Sets of hyperparameters that are searched, where there are more than 14 hyperparameters;
        otherwise all sets are.
    """
    if "hypershap" not in MEASURES:
        return {}
    from hypershap import ExplanationTask, HyperSHAP

    space = ConfigurationSpace.from_serialized_dict(configspace_content(trials_data.space(trials)))
    values = worst_for_missing(target_values(trials, "error"))
    data = [
        (Configuration(space, values=dict(configuration)), -float(value))
        for configuration, value in zip(trials_data.configurations(trials), values, strict=True)
    ]
    task = ExplanationTask.from_data(space, data)
    found = HyperSHAP(task, approximation_budget=n_coalitions).tunability(
        index="SV", order=1, n_samples=n_samples, seed=seed
    )
    names = task.get_hyperparameter_names()
    return {"hypershap": {name: float(found[(i,)]) for i, name in enumerate(names)}}


def first(importance: Importance, n: int) -> list[str]:
    """Return the n most important hyperparameters, fewer where fewer have an importance above 0."""
    positive = [name for name, value in importance.items() if value > 0]
    return sorted(positive, key=lambda name: importance[name], reverse=True)[:n]
