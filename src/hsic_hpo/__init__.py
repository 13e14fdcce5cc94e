"""Explainable hyperparameter optimisation: what a user imports, each loaded at its first use.

``import hsic_hpo as hh`` loads no library. The stub ``__init__.pyi`` tells type checkers the same
names.
"""

from pkgutil import resolve_name
from typing import Any

_PLACES = {
    "Boolean": "hsic_hpo.spaces.definitions:Boolean",
    "Categorical": "hsic_hpo.spaces.definitions:Categorical",
    "DenseProblem": "hsic_hpo.problems.base:DenseProblem",
    "Float": "hsic_hpo.spaces.definitions:Float",
    "FunctionProblem": "hsic_hpo.problems.base:FunctionProblem",
    "HsicGpbo": "hsic_hpo.search.hsic_gpbo:HsicGpbo",
    "HsicGpboSampler": "hsic_hpo.interactive.hsic_gpbo_sampler:HsicGpboSampler",
    "HsicImportanceEvaluator": "hsic_hpo.interactive.optuna_evaluator:HsicImportanceEvaluator",
    "InputError": "hsic_hpo.errors:InputError",
    "Integer": "hsic_hpo.spaces.definitions:Integer",
    "LightningProblem": "hsic_hpo.problems.base:LightningProblem",
    "Space": "hsic_hpo.spaces.space:Space",
    "choose": "hsic_hpo.interactive.choosing:choose",
    "confidence_interval": "hsic_hpo.indices.inference:confidence_interval",
    "decide": "hsic_hpo.interactive.steps:decide",
    "decisions_table": "hsic_hpo.tables.decisions:decisions_table",
    "example_trials": "hsic_hpo.interactive.example:example_trials",
    "explain": "hsic_hpo.interactive.steps:explain",
    "explain_by_budget": "hsic_hpo.interactive.by_budget:explain_by_budget",
    "explain_by_epoch": "hsic_hpo.interactive.by_epoch:explain_by_epoch",
    "front": "hsic_hpo.interactive.front:front",
    "hsic": "hsic_hpo.indices.hsic:hsic",
    "importance_by_budget_table": "hsic_hpo.tables.importance_by_budget:importance_by_budget_table",
    "importance_by_epoch_table": "hsic_hpo.tables.importance_by_epoch:importance_by_epoch_table",
    "importance_table": "hsic_hpo.tables.importance:importance_table",
    "joint_hsic": "hsic_hpo.indices.hsic:joint_hsic",
    "load_model": "hsic_hpo.training.loading:load_model",
    "minimise": "hsic_hpo.search.hsic_gpbo:minimise",
    "option": "hsic_hpo.problems.base:option",
    "permutation_test": "hsic_hpo.indices.permutation:permutation_test",
    "plot": "hsic_hpo.interactive.plot",
    "pure_interaction": "hsic_hpo.indices.hsic:pure_interaction",
    "read_space": "hsic_hpo.interop.space_files:read_space",
    "read_trials": "hsic_hpo.trials.dataset:read_trials",
    "report": "hsic_hpo.interactive.steps:report",
    "trials_from": "hsic_hpo.interop.sources:trials_from",
    "trials_from_frame": "hsic_hpo.interop.table:trials_from_frame",
    "trials_from_optuna": "hsic_hpo.interop.optuna_study:trials_from_optuna",
    "trials_from_table": "hsic_hpo.interop.table:trials_from_table",
    "write_space": "hsic_hpo.interop.space_files:write_space",
    "write_trials": "hsic_hpo.trials.dataset:write_trials",
}

__all__ = list(_PLACES)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return resolve_name("importlib.metadata:version")(__name__)
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = resolve_name(_PLACES[name])
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
