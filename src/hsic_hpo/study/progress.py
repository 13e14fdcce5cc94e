"""How far a study is, from the files of its folder alone: nothing is written and nothing locked."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hsic_hpo.errors import InputError
from hsic_hpo.study.durations import left_of_run
from hsic_hpo.study.failed_steps import Failure, failure
from hsic_hpo.study.finished_trainings import FinishedTrainings, Training
from hsic_hpo.study.journal import FAILED, FINISHED, HEARTBEAT, SUBMITTED, History, JournalReader
from hsic_hpo.study.plan import FINAL, RANDOM, STEPS, PlannedJob, passed_rungs
from hsic_hpo.study.retry import TRAININGS
from hsic_hpo.training.giving_up import GIVEN_UP
from hsic_hpo.training.holder import Holder

RUNNING, ENDED, BROKEN, STOPPED = "running", "ended", "broken", "stopped"
# After so many seconds without a sign of life a run is taken to be over: clocks differ a little.
_SILENT = 4 * HEARTBEAT


@dataclass(frozen=True)
class Stage:
    """A part of a study.

    Attributes
    ----------
    key
        ``"random"``, ``"rung-1"`` and so on, the method of a search, ``"final"`` or ``"steps"``.
    done, total
        Trainings, or of ``"steps"`` jobs.
    running
        How many of its jobs run.
    """

    key: str
    done: int
    total: int
    running: int


@dataclass(frozen=True)
class Best:
    """The training with the smallest error so far.

    Attributes
    ----------
    training
        What it reached.
    stage
        Where.
    """

    training: Training
    stage: str


@dataclass(frozen=True)
class Progress:
    """How far a study is.

    Attributes
    ----------
    history
        Plan and jobs of its last run.
    state
        ``"running"``, ``"ended"`` (well), ``"broken"`` (something failed) or ``"stopped"``
        (killed, or told to end).
    stages
        Its parts, in the order in which they run.
    running, queued, waiting
        Rules of the jobs that run, how many wait in a cluster's queue, how many are to come.
    best
        The best training so far; None without any.
    failed
        Reasons of the trainings that failed.
    diverged
        How many trainings diverged.
    elapsed
        Seconds since the run began.
    left
        Seconds until it ends, None while that is unknown.
    share
        Part of the run's whole work that is done, in [0, 1].
    failures
        Jobs that failed and are not tried again, or not yet.
    given_up
        Why the study was given up; empty where it was not.
    """

    history: History
    state: str
    stages: Sequence[Stage]
    running: Sequence[str]
    queued: int
    waiting: int
    best: Best | None
    failed: Sequence[str]
    diverged: int
    elapsed: float
    left: float | None
    share: float
    failures: Sequence[Failure]
    given_up: str = ""

    @property
    def trainings(self) -> tuple[int, int]:
        """How many trainings are done, of how many."""
        # Those that go on after a rung are no others.
        parts = [one for one in self.stages if one.key != STEPS and not passed_rungs(one.key)]
        return sum(stage.done for stage in parts), sum(stage.total for stage in parts)


class Watcher:
    """Looks how far a study is, again and again, and reads each time only what is new.

    Parameters
    ----------
    folder
        Results of the study.
    now
        The clock, in seconds since the epoch.
    runs_here
        Whether the run is that of this process.

    Raises
    ------
    InputError
        When no run has left its plan there.
    """

    def __init__(
        self, folder: Path, now: Callable[[], float] = time.time, *, runs_here: bool = False
    ) -> None:
        self._folder = folder
        self._now = now
        self._runs_here = runs_here
        self._journal = JournalReader(folder)
        self._trainings = FinishedTrainings(folder)

    def look(self) -> Progress:
        """Return how far the study is now."""
        history = None
        with suppress(KeyError, TypeError, ValueError):
            history = self._journal.look()
        if history is None or not history.plan.is_known:
            raise InputError(
                f"{self._folder}: no run of a study has left its plan here "
                "(.snakemake/journal.jsonl); needed: results/<study>, of this version"
            )
        return self._progress(history)

    def _progress(self, history: History) -> Progress:
        plan, now = history.plan, self._now()
        state = self._state(history)
        # What had happened when it was last heard of.
        now = now if state == RUNNING else history.ended_at or max(history.heard, plan.started)
        self._trainings.begin()
        finished, sizes = {}, {}
        for job in plan.jobs:
            if job.slice is not None:
                done = history.is_done(job)
                finished[job.number] = self._trainings.of(plan, job, is_done=done)
                rows = self._trainings.rows(plan, job.slice)
                sizes[job.number] = rows * plan.repeats(job.slice)
                if done and not finished[job.number]:
                    # The search had ended before these trials.
                    sizes[job.number] = 0
        running, queued = self._under_way(history) if state == RUNNING else ([], [])
        open_jobs = [job for job in plan.jobs if not history.is_done(job)]
        nodes = len(running) if queued else plan.workers[1]
        workers = (plan.workers[0], nodes)
        samples = self._trainings.training_samples
        left = left_of_run(history, finished, sizes, now, workers, samples)
        spent = sum(
            (now if one.event == SUBMITTED else one.until) - one.since
            for one in history.states.values()
        )
        every = [(one, job) for job in plan.jobs for one in finished.get(job.number, ())]
        good = [Best(one, job.stage) for one, job in every if math.isfinite(one.error)]
        return Progress(
            history=history,
            state=state,
            stages=_stages(plan.jobs, finished, sizes, history, running),
            running=[job.rule for job in running],
            queued=len(queued),
            waiting=len(open_jobs) - len(running) - len(queued),
            best=min(good, key=lambda best: best.training.error, default=None),
            failed=[one.reason for one, _ in every if one.status == "failed"],
            diverged=sum(one.status == "diverged" for one, _ in every),
            elapsed=now - plan.started,
            left=None if left is None or state in (ENDED, BROKEN) else left.seconds,
            share=_share(spent, None if left is None else left.work, open_jobs),
            failures=self._failures(history),
            given_up=self._given_up() if state == STOPPED else "",
        )

    def _given_up(self) -> str:
        with suppress(OSError):
            return (self._folder / TRAININGS / GIVEN_UP).read_text(encoding="utf-8")
        return ""

    def _state(self, history: History) -> str:
        if history.ended is not None:
            return ENDED if history.ended else BROKEN
        if history.is_stopped:
            return STOPPED
        if self._runs_here:
            return RUNNING
        holder = Holder.read(self._folder / ".snakemake" / "alive")
        is_gone = holder is not None and holder.lives is False
        is_silent = self._now() - history.heard > _SILENT
        return STOPPED if is_gone or is_silent else RUNNING

    def _under_way(self, history: History) -> tuple[list[PlannedJob], list[PlannedJob]]:
        """Return the jobs that run and those that wait in the queue of a cluster."""
        running: list[PlannedJob] = []
        queued: list[PlannedJob] = []
        for number, state in history.states.items():
            job = history.plan.by_number.get(number)
            if job is not None and state.event == SUBMITTED:
                begun = job.is_local or self._has_begun(job, state.since)
                (running if begun else queued).append(job)
        return running, queued

    def _has_begun(self, job: PlannedJob, since: float) -> bool:
        """Tell whether a job has opened its log, which it does first, since it was submitted."""
        with suppress(OSError):
            return bool(job.log) and (self._folder / job.log).stat().st_mtime >= since - 1.0
        return False

    def _failures(self, history: History) -> list[Failure]:
        by_number = history.plan.by_number
        return [
            failure(self._folder, history.plan, by_number[number], state, self._trainings)
            for number, state in history.states.items()
            if state.event == FAILED and number in by_number
        ]


def _share(spent: float, left: float | None, open_jobs: Sequence[PlannedJob]) -> float:
    """Return the part of the work that is done; 0 while nobody knows how much there is."""
    if not open_jobs:
        return 1.0
    return 0.0 if not left else spent / (spent + left)


def _stages(
    jobs: Sequence[PlannedJob],
    finished: Mapping[int, Sequence[Training]],
    sizes: Mapping[int, int],
    history: History,
    running: Sequence[PlannedJob],
) -> list[Stage]:
    """Return the stages, in their order, those alone that hold jobs."""
    methods = dict.fromkeys(job.stage for job in jobs)
    rungs = sorted(filter(passed_rungs, methods), key=passed_rungs)
    others = [key for key in methods if key not in (RANDOM, FINAL, STEPS, *rungs)]
    order = [RANDOM, *rungs, *others, FINAL, STEPS]
    found = []
    for key in order:
        own = [job for job in jobs if job.stage == key]
        n_running = sum(job.stage == key for job in running)
        if key == STEPS:
            own = [job for job in own if job.outputs]
            states = (history.states.get(job.number) for job in own)
            ended = sum(one is not None and one.event == FINISHED for one in states)
            done, total = ended + sum(not job.is_needed for job in own), len(own)
        else:
            done = sum(len(finished[job.number]) for job in own)
            total = sum(sizes[job.number] for job in own)
        if own:
            found.append(Stage(key, done, total, n_running))
    return found
