"""What a study config says, in one dataclass per section, with the defaults.

The defaults of a section stand where it is used: of the analysis in
:mod:`hsic_hpo.sensitivity.settings`, of the decisions in :mod:`hsic_hpo.selection.settings`, of the
searches in :mod:`hsic_hpo.search.methods`. The schema says which values are allowed.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from hsic_hpo.search.choices import BY_METHOD
from hsic_hpo.search.methods import search_settings
from hsic_hpo.search.settings import TOLERANCE, SearchSettings
from hsic_hpo.selection.settings import SelectionSettings
from hsic_hpo.sensitivity.looks import StopSettings, level_of_a_look
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.training.budget import Budget
from hsic_hpo.training.tries import DEFAULT_TRIES
from hsic_hpo.trials.rungs import Rung

_PROBLEM = "bateman"
_SEARCHES = ("gpbo", "hsic-gpbo")
_BUDGET = Budget(epochs=60)
_NO_CHANGE = Budget()
# The one key of the section ``search`` that is no method.
_RUNGS = "rungs"


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """What each training is given.

    Attributes
    ----------
    budget
        When a training ends.
    repeats
        Trainings per configuration, each with a seed of its own.
    tries
        How often a training may end its process, exhaust memory or not end in time until it is
        called failed.
    """

    budget: Budget = _BUDGET
    repeats: int = 1
    tries: int = DEFAULT_TRIES

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "TrainingSettings":
        """Read the section ``training`` of a validated study config."""
        others = {key: value for key, value in given.items() if key in ("repeats", "tries")}
        limits = {key: value for key, value in given.items() if key not in others}
        return cls(budget=cls.budget.changed(Budget.of(limits)), **others)

    def to_dict(self) -> dict[str, Any]:
        """Return it as a study config writes it."""
        return {**self.budget.to_dict(), "repeats": self.repeats, "tries": self.tries}


@dataclass(frozen=True, kw_only=True)
class RandomSearchSettings:
    """Size of the random search, and which of its trainings are left early.

    Attributes
    ----------
    n_trials
        Number of random configurations.
    rungs
        Where the worst trials are stopped; ``"auto"``: where
        :func:`hsic_hpo.trials.rungs.auto_rungs` proposes; empty: nowhere.
    stop
        When the search ends early; None: never.
    """

    n_trials: int = 200
    rungs: tuple[Rung, ...] | Literal["auto"] = ()
    stop: StopSettings | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "RandomSearchSettings":
        """Read the section ``random_search`` of a validated study config."""
        rungs = given.get("rungs", cls.rungs)
        if rungs != "auto":
            rungs = tuple(Rung(int(one["epochs"]), float(one["keep"])) for one in rungs)
        stop = None if given.get("stop") is None else StopSettings(**given["stop"])
        return cls(**{**given, "rungs": rungs, "stop": stop})

    def to_dict(self) -> dict[str, Any]:
        """Return it as a study config writes it: without rungs and looks where it has none."""
        rungs = self.rungs if self.rungs == "auto" else [asdict(rung) for rung in self.rungs]
        written = {"rungs": rungs, "stop": self.stop and asdict(self.stop)}
        return {"n_trials": self.n_trials} | {name: one for name, one in written.items() if one}


@dataclass(frozen=True, kw_only=True)
class FinalSettings:
    """The chosen configurations, trained again and tested.

    Attributes
    ----------
    seeds
        Trainings of each chosen configuration.
    tolerance
        Methods that weigh the cost choose their cheapest trial whose validation error is at most
        this fraction above their best.
    choose
        What each method is asked for, see :func:`hsic_hpo.search.choices.read_choice`.
    training
        Limits that take the place of those of the searches' trainings.
    further_training
        The same of further budgets, with each of which every choice is trained again, too.
    """

    seeds: int = 5
    tolerance: float = TOLERANCE
    choose: tuple[str | Mapping[str, float], ...] = (BY_METHOD,)
    training: Budget = _NO_CHANGE
    further_training: tuple[Budget, ...] = ()

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "FinalSettings":
        """Read the section ``final`` of a validated study config."""
        choose = tuple(
            entry if isinstance(entry, str) else {key: float(value) for key, value in entry.items()}
            for entry in given.get("choose", cls.choose)
        )
        budgets = {
            "training": Budget.of(given.get("training", {})),
            "further_training": tuple(map(Budget.of, given.get("further_training", ()))),
        }
        return cls(**{**given, "choose": choose, **budgets})

    def to_dict(self) -> dict[str, Any]:
        """Return it as a study config writes it."""
        return asdict(self) | {
            "choose": [*self.choose],
            "training": self.training.to_dict(),
            "further_training": [one.to_dict() for one in self.further_training],
        }


@dataclass(frozen=True, kw_only=True)
class ToySettings:
    """The analytical examples of the paper.

    Attributes
    ----------
    n_draws
        Random points per example.
    """

    n_draws: int = 10000


@dataclass(frozen=True, kw_only=True)
class StudySettings:
    """A whole study config.

    Attributes
    ----------
    study
        Name of the study.
    seed
        Seed from which every random draw of the study derives.
    problem
        The learning problem, see :func:`hsic_hpo.problems.registry.load_problem`.
    space
        Changes to the problem's default search space, by hyperparameter.
    training, random_search, sensitivity, selection, final, toy
        Sections. The analysis has the study's seed.
    search
        Searches that go on from the random search, by method.
    search_rungs
        Whether their trials are stopped at the rungs of the random search, as far as they are worse
        than its best ones were there.
    """

    study: str
    seed: int = 0
    problem: Mapping[str, Any] = field(default_factory=lambda: _problem({}))
    space: Mapping[str, Any] = field(default_factory=dict)
    training: TrainingSettings = TrainingSettings()
    random_search: RandomSearchSettings = RandomSearchSettings()
    sensitivity: AnalysisSettings = field(default_factory=AnalysisSettings)
    selection: SelectionSettings = field(default_factory=SelectionSettings)
    search: Mapping[str, SearchSettings] = field(
        default_factory=lambda: _searches({method: {} for method in _SEARCHES})
    )
    search_rungs: bool = False
    final: FinalSettings = FinalSettings()
    toy: ToySettings = ToySettings()

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "StudySettings":
        """Read a validated study config; sections and keys that it leaves out have defaults."""
        seed = given.get("seed", cls.seed)
        sections = {
            "problem": _problem(given.get("problem", {})),
            "training": TrainingSettings.of(given.get("training", {})),
            "random_search": RandomSearchSettings.of(given.get("random_search", {})),
            "sensitivity": AnalysisSettings(**given.get("sensitivity", {}), seed=seed),
            "selection": SelectionSettings(**given.get("selection", {})),
            "final": FinalSettings.of(given.get("final", {})),
            "toy": ToySettings(**given.get("toy", {})),
        }
        if "search" in given:
            methods = dict(given["search"])
            sections["search_rungs"] = methods.pop(_RUNGS, cls.search_rungs)
            if not methods and _RUNGS in given["search"]:
                methods = {method: {} for method in _SEARCHES}
            sections["search"] = _searches(methods)
        return cls(**{**given, **sections})

    @property
    def analysis(self) -> AnalysisSettings:
        """The analysis, at the error level of one of several looks where there are any."""
        return level_of_a_look(self.sensitivity, self.random_search.stop)

    def to_dict(self) -> dict[str, Any]:
        """Return what :meth:`of` reads, defaults included, in plain values.

        Settings that a section does not have in a study config, such as the seed of the analysis,
        are still there.
        """
        return asdict(self) | {
            "training": self.training.to_dict(),
            "random_search": self.random_search.to_dict(),
            "final": self.final.to_dict(),
            "search": ({_RUNGS: True} if self.search_rungs else {})
            | {method: one.to_dict() for method, one in self.search.items()},
        }


def _problem(given: Mapping[str, Any]) -> dict[str, Any]:
    options = {"options": given.get("options", {})}
    if "import" in given:
        return {"import": given["import"], **options}
    return {"name": given.get("name", _PROBLEM), **options}


def _searches(given: Mapping[str, Mapping[str, Any]]) -> dict[str, SearchSettings]:
    return {method: search_settings(method, section) for method, section in given.items()}
