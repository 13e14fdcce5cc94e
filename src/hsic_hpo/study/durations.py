"""How long the jobs of a run take, as far as it is known by now."""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean, median

from hsic_hpo.study.finished_trainings import Training
from hsic_hpo.study.journal import FINISHED, SUBMITTED, History
from hsic_hpo.study.plan import FINAL, RANDOM, PlannedJob

# A search trains networks that are among the best, or are meant to be.
_BEST = 0.1
# Of what a stage's own trainings take, so many of them tell more than those of other stages.
_ENOUGH = 4
# Until a rule has run once: how many times longer it takes than a step that computes little, such
# as a table, in a study of some 300 trials (measured on config/quick.yaml).
_LONGER = {
    "sensitivity": 2.0,
    "convergence": 3.0,
    "sensitivity_all": 4.0,
    "propose": 2.0,
    "html_report": 2.0,
}


class Durations:
    """How long each job of a run takes.

    Parameters
    ----------
    history
        Of the run.
    finished
        The finished trainings of each job that trains, by its number.
    """

    def __init__(self, history: History, finished: Mapping[int, Sequence[Training]]) -> None:
        self._history = history
        self._finished = finished
        self._of_stage: dict[str, list[Training]] = {}
        for number, trainings in finished.items():
            stage = history.plan.by_number[number].stage
            self._of_stage.setdefault(stage, []).extend(trainings)
        self._rules = {**history.plan.seconds, **history.seconds_by_rule}
        steps = [
            seconds / _LONGER.get(rule, 1.0)
            for rule, seconds in self._rules.items()
            if any(job.rule == rule and job.slice is None for job in history.plan.jobs)
        ]
        self._step = fmean(steps) if steps else 0.0
        self._overhead = self._measured_overhead()

    @property
    def are_known(self) -> bool:
        """Whether anything was trained of which the time could be told."""
        return any(self._of_stage.values())

    def left(self, job: PlannedJob, n_trainings: int, now: float) -> float:
        """Return how many more seconds a job takes that has not ended.

        Parameters
        ----------
        job
            The job.
        n_trainings
            How many trainings it holds, finished ones included.
        now
            In seconds since the epoch.
        """
        state = self._history.states.get(job.number)
        is_running = state is not None and state.event == SUBMITTED
        elapsed = now - state.since if state is not None and is_running else 0.0
        if job.slice is None:
            known = self._rules.get(job.rule, self._step * _LONGER.get(job.rule, 1.0))
            return max(known - elapsed, 0.0)
        done = self._finished.get(job.number, ())
        to_train = max(0, n_trainings - len(done)) * self.training(job.stage)
        spent = elapsed - sum(training.seconds for training in done)
        return max(to_train + self._overhead - max(spent, 0.0), 0.0)

    def training(self, stage: str) -> float:
        """Return how long a training of a stage takes on average."""
        own = self._of_stage.get(stage, [])
        if len(own) >= _ENOUGH or stage == RANDOM:
            return _mean(own)
        of_random = self._of_stage.get(RANDOM, [])
        others = mean_of_best(of_random, _BEST)
        if stage == FINAL:
            others *= self._longer_finals()
        return others

    def _longer_finals(self) -> float:
        study = self._history.plan.study
        epochs = [study[name].get("epochs") for name in ("budget", "final_budget")]
        return epochs[1] / epochs[0] if all(epochs) else 1.0

    def _measured_overhead(self) -> float:
        beyond = []
        for job in self._history.plan.jobs:
            state = self._history.states.get(job.number)
            if job.slice is not None and state is not None and state.event == FINISHED:
                trained = sum(one.seconds for one in self._finished.get(job.number, ()))
                beyond.append(max(0.0, state.until - state.since - trained))
        return median(beyond) if beyond else self._step


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
