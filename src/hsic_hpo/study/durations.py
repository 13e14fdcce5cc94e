"""How long the jobs of a run take, as far as it is known by now."""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean, median

from hsic_hpo.study.finished_trainings import Training
from hsic_hpo.study.forecast import Remaining, remaining
from hsic_hpo.study.journal import FINISHED, SUBMITTED, History
from hsic_hpo.study.plan import FINAL, RANDOM, PlannedJob, passed_rungs, rung_stage

# A search trains networks that are among the best, or are meant to be.
_BEST = 0.1
# Of what a stage's own trainings take, so many of them tell more than those of other stages.
_ENOUGH = 4
# A machine that others use too is now as fast as these last jobs say.
_LATEST = 8
# Until a rule has run once: how many times longer it takes than a step that computes little, such
# as a table, in a study of some hundred trials (as measured while one ran).
_LONGER = {
    "data": 3.0,
    "sensitivity": 3.0,
    "convergence": 2.0,
    "sensitivity_all": 8.0,
    "propose": 4.0,
    "html_report": 4.0,
}
_FIGURE, _LONGER_FIGURE = "_figure", 3.0


def left_of_run(
    history: History,
    finished: Mapping[int, Sequence[Training]],
    sizes: Mapping[int, int],
    now: float,
    workers: tuple[int, int],
) -> Remaining | None:
    """Return what is left of a run; None while nothing tells how long a training takes.

    Parameters
    ----------
    history
        Of the run.
    finished, sizes
        The finished trainings of each job that trains, and how many it holds, by its number.
    now
        In seconds since the epoch.
    workers
        As for :func:`hsic_hpo.study.forecast.remaining`.
    """
    durations = Durations(history, finished, now)
    jobs = [job for job in history.plan.jobs if not history.is_done(job)]
    running = {number for number, one in history.states.items() if one.event == SUBMITTED}
    if jobs and not durations.are_known:
        return None
    return remaining(
        jobs, lambda job: durations.left(job, sizes.get(job.number, 0)), running, workers
    )


class Durations:
    """How long each job of a run takes.

    Parameters
    ----------
    history
        Of the run.
    finished
        The finished trainings of each job that trains, by its number.
    now
        In seconds since the epoch.
    """

    def __init__(
        self, history: History, finished: Mapping[int, Sequence[Training]], now: float
    ) -> None:
        self._history = history
        self._now = now
        self._finished = finished
        self._of_stage: dict[str, list[Training]] = {}
        for number, trainings in finished.items():
            stage = history.plan.by_number[number].stage
            self._of_stage.setdefault(stage, []).extend(trainings)
        self._rules = {**history.plan.seconds, **history.seconds_by_rule}
        self._step = self._measured_step()
        self._overhead = self._measured_overhead(now)

    @property
    def are_known(self) -> bool:
        """Whether anything was trained of which the time could be told."""
        return any(self._of_stage.values())

    def left(self, job: PlannedJob, n_trainings: int) -> float:
        """Return how many more seconds a job takes that has not ended.

        Parameters
        ----------
        job
            The job.
        n_trainings
            How many trainings it holds, finished ones included.
        """
        state = self._history.states.get(job.number)
        is_running = state is not None and state.event == SUBMITTED
        elapsed = self._now - state.since if state is not None and is_running else 0.0
        if job.slice is None:
            known = self._rules.get(job.rule, self._step * _longer(job.rule))
            return max(known - elapsed, 0.0)
        done = self._finished.get(job.number, ())
        to_train = max(0, n_trainings - len(done)) * self.training(job.stage)
        spent = elapsed - self._trained(job)
        return max(to_train + self._overhead - max(spent, 0.0), 0.0)

    def training(self, stage: str) -> float:
        """Return how long a training of a stage takes on average."""
        own = self._of_stage.get(stage, [])
        if rung := passed_rungs(stage):
            return self._after(rung)
        if len(own) >= _ENOUGH or stage == RANDOM:
            return _mean(own)
        others = mean_of_best(self._furthest(), _BEST) * self._longer_than_furthest()
        if stage == FINAL:
            others *= self._longer_finals()
        return others

    def _after(self, rung: int) -> float:
        """Return how long a training goes on after a rung, by the furthest that are known."""
        begin, end = self._history.plan.epochs_of_rung(rung)
        for known in range(rung, -1, -1):
            own = self._of_stage.get(rung_stage(known), [])
            if own:
                return _mean(own) * (end - begin) / self._history.plan.epochs_of_rung(known)[1]
        return 0.0

    def _last_rung(self) -> int:
        """Return after how many rungs the furthest random trainings go on."""
        known = range(len(self._history.plan.rungs), 0, -1)
        return next((rung for rung in known if self._of_stage.get(rung_stage(rung))), 0)

    def _furthest(self) -> list[Training]:
        return self._of_stage.get(rung_stage(self._last_rung()), [])

    def _longer_than_furthest(self) -> float:
        plan = self._history.plan
        if not plan.rungs:
            return 1.0
        whole = plan.epochs_of_rung(len(plan.rungs))[1]
        return whole / plan.epochs_of_rung(self._last_rung())[1]

    def _trained(self, job: PlannedJob) -> float:
        """Return the seconds that a job's finished trainings took in it, not before a rung."""
        seconds = sum(one.seconds for one in self._finished.get(job.number, ()))
        rung = 0 if job.slice is None else job.slice.rung or 0
        if not rung:
            return seconds
        begin, end = self._history.plan.epochs_of_rung(rung)
        return seconds * (end - begin) / end

    def _longer_finals(self) -> float:
        study = self._history.plan.study
        epochs = [study[name].get("epochs") for name in ("budget", "final_budget")]
        return epochs[1] / epochs[0] if all(epochs) else 1.0

    def _measured_step(self) -> float:
        """Return how long a step takes that computes little: by the latest, or by earlier runs."""
        plan, states = self._history.plan, self._history.states
        ended = sorted(
            (states[job.number].until, states[job.number].seconds / _longer(job.rule))
            for job in plan.jobs
            if job.slice is None and job.outputs and self._has_ended(job)
        )
        latest = [seconds for _, seconds in ended[-_LATEST:]]
        rules = {job.rule for job in plan.jobs if job.slice is None and job.outputs}
        earlier = [plan.seconds[rule] / _longer(rule) for rule in rules & plan.seconds.keys()]
        known = latest or earlier
        return fmean(known) if known else 0.0

    def _has_ended(self, job: PlannedJob) -> bool:
        state = self._history.states.get(job.number)
        return state is not None and state.event == FINISHED

    def _measured_overhead(self, now: float) -> float:
        """Return what a job takes beside its trainings: of those that ended, else of others."""
        ended, running = [], []
        for job in self._history.plan.jobs:
            state = self._history.states.get(job.number)
            if job.slice is None or state is None:
                continue
            done = self._finished.get(job.number, ())
            trained = self._trained(job)
            if state.event == FINISHED:
                ended.append((state.until, max(0.0, state.seconds - trained)))
            elif state.event == SUBMITTED and done:
                running.append(max(0.0, now - state.since - trained))
        latest = [seconds for _, seconds in sorted(ended)[-_LATEST:]]
        return median(latest or running or [self._step])


def _longer(rule: str) -> float:
    return _LONGER.get(rule, _LONGER_FIGURE if rule.endswith(_FIGURE) else 1.0)


def mean_of_best(trainings: Sequence[Training], fraction: float) -> float:
    """Return the mean seconds of the trainings with the smallest errors, 0 where there is none.

    Parameters
    ----------
    trainings
        Finished trainings.
    fraction
        How many of them count, at least one.
    """
    best = sorted((one for one in trainings if math.isfinite(one.error)), key=lambda one: one.error)
    return _mean(best[: max(1, round(fraction * len(best)))])


def _mean(trainings: Sequence[Training]) -> float:
    return fmean(one.seconds for one in trainings) if trainings else 0.0
