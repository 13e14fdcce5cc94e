"""What a run is going to do: its jobs, what they wait for, and which trainings they hold."""

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from hsic_hpo.study.provenance import git_commit, versions
from hsic_hpo.trials.rungs import Rung

if TYPE_CHECKING:
    from hsic_hpo.study.study import Study

# Where the records of a job that trains lie says what it trains.
_RECORDS = re.compile(
    r"(?P<part>random(/rungs/(?P<rung>\d+))?|search/(?P<method>[^/]+)/(?P<repeat>\d+)/(?P<round>\d+)|final/(?P<final>.+))"
    r"/records/(?P<first>\d+)-(?P<stop>\d+)\.jsonl"
)
RANDOM, FINAL, STEPS = "random", "final", "steps"
_RUNG = "rung-"
# What readers take from the facts of a study; an earlier version may have left another set of them.
_FACTS = (
    *("name", "problem", "error_name", "error_units", "n_hyperparameters", "config", "seed"),
    *("final_seed", "budget", "final_budgets", "repeats", "final_repeats", "training_code"),
    *("versions", "git_commit"),
)


class Slice(NamedTuple):
    """The rows of a design that one job trains.

    Attributes
    ----------
    part
        Folder of the design, such as ``"random"`` or ``"search/gpbo/0/1"``.
    stage
        ``"random"``, the method of a search, ``"final"``, or ``"rung-1"`` of the trainings that go
        on after the first rung of the random search.
    first, stop
        Rows, the last one excluded.
    rung
        After how many rungs these trainings go on; None where there are none.
    """

    part: str
    stage: str
    first: int
    stop: int
    rung: int | None = None

    @property
    def is_final(self) -> bool:
        """Whether it trains again what a search chose."""
        return self.stage == FINAL

    @property
    def is_of_search(self) -> bool:
        """Whether it trains a part of a search's round."""
        return not (self.is_final or self.stage == RANDOM or passed_rungs(self.stage))


def slice_of(path: str) -> Slice | None:
    """Return what is trained into a file of records; None for any other file."""
    found = _RECORDS.fullmatch(path)
    if found is None:
        return None
    stage = found["method"] or (FINAL if found["final"] else RANDOM)
    part, rung = found["part"], found["rung"]
    if rung is not None:
        # The first ones train the whole design.
        part, stage = (RANDOM, RANDOM) if rung == "0" else (part, f"{_RUNG}{rung}")
    number = None if rung is None else int(rung)
    return Slice(part, stage, int(found["first"]), int(found["stop"]), number)


def passed_rungs(stage: str) -> int:
    """Return how many rungs the trainings of a stage have passed, 0 where it has none."""
    return int(stage.removeprefix(_RUNG)) if stage.startswith(_RUNG) else 0


def rung_stage(rung: int) -> str:
    """Return the stage of the random trainings that go on after so many rungs."""
    return f"{_RUNG}{rung}" if rung else RANDOM


@dataclass(frozen=True)
class PlannedJob:
    """One job of a run.

    Attributes
    ----------
    number
        As Snakemake counts its jobs.
    rule
        Its rule.
    outputs
        Its files, by paths from the folder of results.
    log
        Its log, empty where it has none.
    needs
        Numbers of the jobs that it waits for.
    is_needed
        Whether the run executes it; the others were finished before.
    is_local
        Whether it runs beside Snakemake, not on a cluster.
    """

    number: int
    rule: str
    outputs: tuple[str, ...]
    log: str
    needs: tuple[int, ...]
    is_needed: bool
    is_local: bool

    @cached_property
    def slice(self) -> Slice | None:
        """What it trains; None where it trains nothing."""
        return next(filter(None, map(slice_of, self.outputs)), None)

    @property
    def stage(self) -> str:
        """The stage that it belongs to: that of its trainings, or ``"steps"``."""
        return STEPS if self.slice is None else self.slice.stage


@dataclass(frozen=True)
class Plan:
    """What a run is going to do, from its start.

    Attributes
    ----------
    study
        What :func:`study_facts` returns.
    jobs
        All jobs of the run and those that were finished before.
    workers
        How many jobs run at once beside Snakemake, and how many on a cluster (0 without one).
    started
        When, in seconds since the epoch.
    command
        What a person typed to start it.
    log
        Snakemake's own log, empty where it has none.
    precision
        Of the trainings, see :func:`hsic_hpo.training.machine.machine`.
    seconds
        How long a job of each rule took in earlier runs.
    """

    study: Mapping[str, Any]
    jobs: tuple[PlannedJob, ...]
    workers: tuple[int, int]
    started: float
    command: str = ""
    log: str = ""
    precision: str = "32"
    seconds: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> "Plan":
        """Read what :meth:`to_dict` returned, from JSON too."""
        jobs = tuple(
            PlannedJob(**{**job, "outputs": tuple(job["outputs"]), "needs": tuple(job["needs"])})
            for job in given["jobs"]
        )
        return cls(**{**given, "jobs": jobs, "workers": tuple(given["workers"])})

    def to_dict(self) -> dict[str, Any]:
        """Return it in plain values."""
        return {**vars(self), "jobs": [asdict(job) for job in self.jobs]}

    @property
    def is_known(self) -> bool:
        """Whether it tells of the study what this version reads."""
        return all(name in self.study for name in _FACTS)

    @cached_property
    def by_number(self) -> dict[int, PlannedJob]:
        """The jobs by their numbers."""
        return {job.number: job for job in self.jobs}

    @cached_property
    def rungs(self) -> tuple[Rung, ...]:
        """The rungs of the random search."""
        return tuple(Rung(**rung) for rung in self.study.get("rungs", ()))

    def until_epoch(self, part: Slice) -> int | None:
        """Return the epoch after which trainings of a slice are left; None for their end."""
        inside = part.rung is not None and part.rung < len(self.rungs)
        return self.rungs[part.rung].epochs if inside and part.rung is not None else None

    def epochs_of_rung(self, rung: int) -> tuple[int, int]:
        """Return from which epoch to which trainings go on after so many rungs."""
        ends = [0, *(one.epochs for one in self.rungs), int(self.study["budget"]["epochs"])]
        return ends[rung], ends[rung + 1]

    def repeats(self, part: Slice) -> int:
        """Return how many trainings each row of a slice has."""
        return int(self.study["final_repeats" if part.is_final else "repeats"])


def study_facts(study: "Study", training_code: str, final_seed: int) -> dict[str, Any]:
    """Return what a reader of results must know of a study, without its problem's code.

    Parameters
    ----------
    study
        The study.
    training_code
        Fingerprint of the code that trains.
    final_seed
        Seed of the retrainings of what the searches chose.
    """
    rungs = {"rungs": [asdict(rung) for rung in study.rungs]} if study.rungs else {}
    searched = {"search_rungs": True} if study.search_rungs else {}
    return (
        rungs
        | searched
        | {
            "name": study.name,
            "problem": study.problem_name,
            "error_name": study.problem.error_name,
            "error_units": study.problem.error_units,
            "n_hyperparameters": len(study.space),
            "config": study.config,
            "seed": study.seed,
            "final_seed": final_seed,
            "budget": study.budget,
            "final_budgets": study.final_budgets,
            "repeats": study.repeats,
            "final_repeats": study.settings.final.seeds,
            "training_code": training_code,
            "versions": versions(),
            "git_commit": git_commit(),
        }
    )


def plan_of(workflow: Any, facts: Mapping[str, Any], *, command: str = "", log: str = "") -> Plan:
    """Return what a run is going to do.

    Parameters
    ----------
    workflow
        Snakemake's workflow, about to run its jobs.
    facts
        What :func:`study_facts` returns.
    command, log
        See :class:`Plan`.
    """
    dag, resources = workflow.dag, workflow.resource_settings
    beside = resources.cores if workflow.local_exec else resources.local_cores
    workers = (beside or 1, 0 if workflow.local_exec else workflow.nodes or 1)
    jobs = _planned_jobs(dag)
    trained = (job for job in dag.jobs if any(map(slice_of, _texts(job.output))))
    precisions = {str(job.resources.get("precision", "32")) for job in trained}
    return Plan(
        facts,
        jobs,
        workers,
        time.time(),
        command,
        log,
        precisions.pop() if len(precisions) == 1 else "32",
    )


def _planned_jobs(dag: Any) -> tuple[PlannedJob, ...]:
    return tuple(
        PlannedJob(
            number=dag.jobid(job),
            rule=job.rule.name,
            outputs=_texts(job.output),
            log=next(iter(_texts(job.log)), ""),
            needs=tuple(sorted(dag.jobid(other) for other in dag.dependencies[job])),
            is_needed=bool(dag.needrun(job)),
            is_local=bool(job.is_local),
        )
        for job in dag.jobs
    )


def _texts(paths: Iterable[Any]) -> tuple[str, ...]:
    return tuple(map(str, paths))
