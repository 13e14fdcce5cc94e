"""A study: its validated config, its learning problem and its search space."""

import os
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hsic_hpo.errors import InputError
from hsic_hpo.problems.base import FunctionProblem, Problem
from hsic_hpo.problems.beside import PATH_VARIABLE
from hsic_hpo.problems.registry import load_problem
from hsic_hpo.search.choices import final_choices
from hsic_hpo.search.methods import METHODS
from hsic_hpo.search.settings import SearchSettings
from hsic_hpo.selection.overrides import check as check_overrides
from hsic_hpo.spaces.space import Space
from hsic_hpo.study import config
from hsic_hpo.study.retrainings import Retraining, check_lengths, final_budgets, retrainings
from hsic_hpo.study.settings import StudySettings
from hsic_hpo.trials.rungs import Rung, auto_rungs, check_rungs
from hsic_hpo.yaml_files import scalars_of_yaml_1_2


@dataclass(frozen=True)
class Study:
    """A checked study config, with its problem and its search space.

    Attributes
    ----------
    settings
        The config, typed, with the defaults of what it leaves out.
    problem
        The learning problem.
    space
        The search space: the problem's default with the changes of the config.
    """

    settings: StudySettings
    problem: Problem
    space: Space

    @property
    def name(self) -> str:
        """Name of the study, also of its folder of results."""
        return self.settings.study

    @property
    def seed(self) -> int:
        """Seed from which all random draws of the study derive."""
        return self.settings.seed

    @property
    def problem_name(self) -> str:
        """Name of the learning problem, of the package or imported."""
        return self.problem.name

    @property
    def searches(self) -> Mapping[str, SearchSettings]:
        """Settings of each search that goes on from the random search, by method."""
        return self.settings.search

    def search_settings(self, method: str) -> SearchSettings:
        """Return the settings of a method's search, also of the random search itself."""
        return self.searches.get(method, METHODS["random"].defaults)

    def choices(self, method: str) -> dict[str, dict[str, Any]]:
        """Return what :func:`hsic_hpo.search.final_choice.chosen_design` is told, by choice."""
        final = self.settings.final
        return final_choices(method, self.search_settings(method), final.choose, final.tolerance)

    def retrainings(self, method: str) -> dict[str, Retraining]:
        """Return each choice of a method with each budget, by the name that it has in files."""
        return retrainings(self.choices(method), final_budgets(self.settings))

    @property
    def rungs(self) -> tuple[Rung, ...]:
        """Where trials of the random search are stopped; empty for nowhere."""
        rungs = self.settings.random_search.rungs
        epochs = self.settings.training.budget.epochs
        if rungs != "auto" or epochs is None:
            return () if rungs == "auto" else rungs
        goal = self.settings.sensitivity.goal_fraction
        return auto_rungs(self.settings.random_search.n_trials, epochs, goal)

    @property
    def search_rungs(self) -> bool:
        """Whether trials of the searches are stopped at rungs, too."""
        return self.settings.search_rungs and bool(self.rungs)

    @property
    def repeats(self) -> int:
        """Trainings per configuration."""
        return self.settings.training.repeats

    @property
    def budget(self) -> dict[str, Any]:
        """Training budget as a study config writes it."""
        return self.settings.training.budget.to_dict()

    @property
    def final_budgets(self) -> list[dict[str, Any]]:
        """Training budgets of the retrainings of what the searches chose, written likewise."""
        return [budget.to_dict() for budget in final_budgets(self.settings)]

    @property
    def config(self) -> dict[str, Any]:
        """The study config that leaves no default out, for a reader."""
        return config.written(self.settings)


def read_study(paths: Sequence[Path | str], overrides: Mapping[str, Any] | None = None) -> Study:
    """Read and check a study config.

    Parameters
    ----------
    paths
        YAML files; where several set a key, the last one counts.
    overrides
        Nested settings that override those of all files.

    Raises
    ------
    InputError
        One line that names the file, the key, the value and what is allowed.
    """
    if not paths:
        raise InputError("no study config given: pass one, such as --configfile config/quick.yaml")
    merged: dict[str, Any] = {}
    for path in paths:
        merged = _merge(merged, config.read_yaml(path))
    where = ", ".join([*map(str, paths), *(["overrides"] if overrides else [])])
    return _checked(_merge(merged, overrides or {}), where, _folders(paths))


def study_from(content: Mapping[str, Any], paths: Sequence[Path | str]) -> Study:
    """Check the config of a study that another workflow hands over.

    Parameters
    ----------
    content
        What a config file of a study would hold, as Snakemake reads it: YAML 1.1, which takes
        ``1e-4`` as text.
    paths
        The config files of that workflow, named in messages; a problem of the user's own stands
        beside them.

    Raises
    ------
    InputError
        As for :func:`read_study`.
    """
    where = ", ".join(map(str, paths)) or "config"
    return _checked(scalars_of_yaml_1_2(content, where), where, _folders(paths))


def _checked(content: Mapping[str, Any], where: str, folders: Sequence[Path]) -> Study:
    settings = config.validate(content, where)
    problem = load_problem(settings.problem, f"{where}: problem", folders)
    _check_folder(problem, folders, f"{where}: problem.import")
    space = config.study_space(settings.space, problem.default_space(), f"{where}: space")
    problem.check_space(space, f"{where}: space")
    check_overrides(settings.selection.override, space, f"{where}: ")
    _check_rungs(settings, problem, f"{where}: random_search.rungs")
    if settings.search_rungs and not settings.random_search.rungs:
        raise InputError(
            f"{where}: search.rungs: true, but the random search has none, by which its trials are "
            "judged; needed: 'random_search.rungs'"
        )
    _check_looks(settings, f"{where}: random_search.stop.looks")
    check_lengths(final_budgets(settings), f"{where}: final.further_training")
    return Study(settings, problem, space)


def _check_folder(problem: Problem, folders: Sequence[Path], where: str) -> None:
    """Refuse a folder that the search path of the jobs would take for two."""
    for folder in folders:
        if os.pathsep in str(folder) and folder in problem.source.parents:
            raise InputError(
                f"{where}: {folder}: jobs find no module in a folder with {os.pathsep!r} in its "
                "path; rename it, or move the config and the module to another one"
            )


def _check_rungs(settings: StudySettings, problem: Problem, where: str) -> None:
    search, epochs = settings.random_search, settings.training.budget.epochs
    if not search.rungs:
        return
    if search.stop is not None:
        raise InputError(
            f"{where}: given with 'random_search.stop', which cuts the trials into blocks; "
            "allowed: one of the two"
        )
    if isinstance(problem, FunctionProblem):
        raise InputError(
            f"{where}: {problem.name} is a function, which cannot be left after an epoch and taken "
            "up again; allowed: no rungs"
        )
    if epochs is None:
        raise InputError(f"{where}: trainings have 'training.steps'; needed: 'training.epochs'")
    if search.rungs != "auto":
        goal = settings.sensitivity.goal_fraction
        check_rungs(search.rungs, search.n_trials, epochs, goal, where)


def _check_looks(settings: StudySettings, where: str) -> None:
    stop, analysis = settings.random_search.stop, settings.analysis
    if stop is None:
        return
    if stop.looks > settings.random_search.n_trials:
        raise InputError(
            f"{where}: {stop.looks} blocks of {settings.random_search.n_trials} trials; "
            "allowed: at most as many as trials"
        )
    least = 1 / (analysis.n_permutations + 1)
    if least > analysis.significance:
        raise InputError(
            f"{where}: each of {stop.looks} looks tests at {analysis.significance:.2g}, below the "
            f"smallest p-value of {analysis.n_permutations} permutations; needed: fewer looks, or "
            "more 'sensitivity.n_permutations'"
        )


def tell_jobs_where(paths: Sequence[Path | str], environment: MutableMapping[str, str]) -> None:
    """Let every job of a study import a user's own problem, in whichever folder it runs.

    Parameters
    ----------
    paths
        The study's YAML files, beside which it is looked for first.
    environment
        Environment variables that the jobs inherit, changed in place. Not PYTHONPATH: whatever
        lies in these folders would come before the standard library.
    """
    environment[PATH_VARIABLE] = os.pathsep.join(dict.fromkeys(map(str, _folders(paths))))


def _folders(paths: Sequence[Path | str]) -> list[Path]:
    return [Path(path).resolve().parent for path in reversed(paths)]


def _merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in changes.items():
        nested = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = _merge(merged[key], value) if nested else value
    return merged
