"""How long the jobs of a run take, as far as it is known by now."""

import math
from collections.abc import Mapping, Sequence
from statistics import median

import numpy as np
from scipy.optimize import nnls

from hsic_hpo.study.expected_seconds import best_of, furthest, mean, seconds_under
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
# Of a step, in seconds: times of files may be as coarse.
_SHORTEST = 0.01
# Until a rule has run once: how many times longer it takes than a step that computes little, such
# as a table, in a study of some hundred trials (as measured while one ran).
_LONGER = {
    "data": 10.0,
    "sensitivity": 25.0,
    "sensitivity_surrogate": 50.0,
    "sensitivity_all": 120.0,
    "selection": 15.0,
    "budget": 5.0,
    "propose": 15.0,
    "html_report": 15.0,
}
_FIGURE, _LONGER_FIGURE = "_figure", 9.0


def left_of_run(
    history: History,
    finished: Mapping[int, Sequence[Training]],
    sizes: Mapping[int, int],
    now: float,
    workers: tuple[int, int],
    training_samples: float = math.nan,
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
    training_samples
        Size of the training split, NaN where it is unknown.
    """
    durations = Durations(history, finished, now, training_samples)
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
    training_samples
        Size of the training split, NaN where it is unknown.
    """

    def __init__(
        self,
        history: History,
        finished: Mapping[int, Sequence[Training]],
        now: float,
        training_samples: float = math.nan,
    ) -> None:
        self._history = history
        self._now = now
        self._finished = finished
        self._of_stage: dict[str, list[Training]] = {}
        for number, trainings in finished.items():
            stage = history.plan.by_number[number].stage
            self._of_stage.setdefault(stage, []).extend(trainings)
        stages = [rung_stage(rung) for rung in range(len(history.plan.rungs) + 1)]
        self._random = furthest(self._of_stage.get(stage, []) for stage in stages)
        self._training_samples = training_samples
        self._rules = {**history.plan.seconds, **history.seconds_by_rule}
        self._measured = self._measured_step()
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
            known = self._rules.get(job.rule, self._step(job.rule))
            return max(known - elapsed, 0.0)
        done = self._finished.get(job.number, ())
        to_train = max(0, n_trainings - len(done)) * self.training(job.stage)
        spent = elapsed - self._trained(job)
        return max(to_train + self._overhead - max(spent, 0.0), 0.0)

    def training(self, stage: str) -> float:
        """Return how long a training of a stage takes on average."""
        own = self._of_stage.get(stage, [])
        if stage == RANDOM or len(own) >= _ENOUGH:
            return mean(one.seconds for one in own) * self._share_after(passed_rungs(stage))
        if rung := passed_rungs(stage):
            begin, end = self._history.plan.epochs_of_rung(rung)
            going_on = best_of(self._random, self._history.plan.rungs[rung - 1].keep)
            return mean((end - begin) * one.seconds / max(one.epochs, 1) for one in going_on)
        study = self._history.plan.study
        budgets = study["final_budgets"] if stage == FINAL else [study["budget"]]
        return mean(
            seconds_under(one, budget, study["budget"], self._training_samples)
            for budget in budgets
            for one in best_of(self._random, _BEST)
        )

    def _share_after(self, rung: int) -> float:
        """Return the share of a training's time, up to the next rung, that comes after a rung."""
        if not rung:
            return 1.0
        begin, end = self._history.plan.epochs_of_rung(rung)
        return (end - begin) / end

    def _trained(self, job: PlannedJob) -> float:
        """Return the seconds that a job's finished trainings took in it, not before a rung."""
        seconds = sum(one.seconds for one in self._finished.get(job.number, ()))
        rung = 0 if job.slice is None else job.slice.rung or 0
        return seconds * self._share_after(rung)

    def _measured_step(self) -> tuple[float, float]:
        """Return what every step takes, and what one takes besides that computes little."""
        plan, states = self._history.plan, self._history.states
        ended = sorted(
            (states[job.number].until, states[job.number].seconds, job.rule)
            for job in plan.jobs
            if job.slice is None and job.outputs and self._has_ended(job)
        )
        latest = [(seconds, rule) for _, seconds, rule in ended[-_LATEST:]]
        rules = {job.rule for job in plan.jobs if job.slice is None and job.outputs}
        earlier = [(plan.seconds[rule], rule) for rule in rules & plan.seconds.keys()]
        known = [(max(seconds, _SHORTEST), rule) for seconds, rule in latest or earlier]
        if not known:
            return 0.0, 0.0
        # Where each job has to import what it needs, that is most of what a step takes.
        seconds = np.array([seconds for seconds, _ in known])
        parts = np.array([(1.0, _longer(rule)) for _, rule in known]) / seconds[:, None]
        every, besides = nnls(parts, np.ones(len(known)))[0]
        return float(every), float(besides)

    def _step(self, rule: str) -> float:
        every, besides = self._measured
        return every + besides * _longer(rule)

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
        return median(latest or running or [self._measured[0]])


def _longer(rule: str) -> float:
    return _LONGER.get(rule, _LONGER_FIGURE if rule.endswith(_FIGURE) else 1.0)
