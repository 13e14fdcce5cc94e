"""HSIC-GPBO inside Optuna: a sampler."""

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.checks import check_integer, check_number
from hsic_hpo.errors import InputError, needs_extra
from hsic_hpo.search.hsic_gpbo import HsicGpbo
from hsic_hpo.search.settings import STAGES, SearchSettings
from hsic_hpo.selection.decisions import check_decisions
from hsic_hpo.selection.settings import SelectionSettings
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials.history import round_numbers

with needs_extra("HsicGpboSampler", "optuna"):
    from optuna.distributions import BaseDistribution
    from optuna.samplers import BaseSampler, RandomSampler
    from optuna.study import Study, StudyDirection
    from optuna.trial import FrozenTrial, TrialState

    from hsic_hpo.interactive.optuna_rounds import KnownRounds, StudySpace, value_in
    from hsic_hpo.interop.imported import ImportedTrial, LeftOut

# What the sampler writes beside a trial: its planned values, and the design of its round.
_PLAN, _ROUND = "hsic_gpbo:plan", "hsic_gpbo:round"
_MOST_TRIES = 5


class HsicGpboSampler(BaseSampler):
    """Optuna's trials proposed by HSIC-GPBO, see :class:`~hsic_hpo.search.hsic_gpbo.HsicGpbo`.

    The first trials are random and are explained; what follows from the indices decides where
    batches of trials are searched afterwards. Conditional parameters are searched where they exist.
    Failed trials, pruned ones and those that break a constraint
    (:meth:`optuna.trial.Trial.set_constraint`) rank worst.

    All that the sampler knows is in the study's storage: workers in other threads and processes
    share the batches, and count the trials that still run by their predicted error. What a trial is
    given depends on the seed, its number and the trials before it, so that workers of one seed draw
    nothing twice.

    Parameters
    ----------
    space
        A `Space`, or the mapping of names to definitions that makes one, with conditions. None
        infers it from the study's trials, anew for each batch; new parameters and wider ranges
        count from the next batch on.
    n_startup_trials
        Random trials, counted by their number; at least 1. Those that the study had before count
        too. Where they are too few for an index, all parameters are searched alike.
    batch_size
        Trials that are proposed at once, at least 1. With 1, each knows all trials before it, and
        a model is fitted for each.
    seed
        Non-negative integer. None draws one.
    cost
        Cost of a configuration, a dict of its parameters, where it is known before the training;
        or the name of the user attribute in which each trial notes it. In a study with two
        objectives the second one is the cost, which must be minimised. Without any, error alone
        decides.
    max_cost
        Cost that no proposal after the random trials may exceed. Where only trials tell their cost,
        it is predicted.
    analysis, selection
        Settings of the sensitivity analysis, whose seed is ``seed``, and of the decisions, whose
        cost is the cost of the trials.
    decisions
        Selection Dataset to search by, as `decide` returns it, in place of what follows from the
        random trials: where an earlier study was explained. ``space`` is by default the one that it
        is about.

    Raises
    ------
    InputError
        A ``ValueError``: for a setting that is not allowed, when Optuna is not installed, or, when
        a trial starts, for more than two objectives, no attribute of the given name, or a space
        that the trials do not fit.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> import optuna
    >>> optuna.logging.set_verbosity(optuna.logging.WARNING)
    >>> def objective(trial):
    ...     n = trial.suggest_int("n", 1, 9)
    ...     return (trial.suggest_float("x", -1, 1) - 0.3) ** 2 + 0.01 / n, n
    >>> sampler = hh.HsicGpboSampler(n_startup_trials=20, seed=0)
    >>> study = optuna.create_study(directions=["minimize", "minimize"], sampler=sampler)
    >>> study.optimize(objective, n_trials=36)
    >>> min(trial.values[0] for trial in study.best_trials) < 0.01
    True
    """

    def __init__(
        self,
        space: Space | Mapping[str, Any] | None = None,
        *,
        n_startup_trials: int = 50,
        batch_size: int = SearchSettings.batch_size,
        seed: int | None = None,
        cost: Callable[[dict[str, Any]], float] | str | None = None,
        max_cost: float = math.inf,
        analysis: AnalysisSettings | None = None,
        selection: SelectionSettings | None = None,
        decisions: xr.Dataset | None = None,
    ) -> None:
        check_integer("n_startup_trials", n_startup_trials, 1)
        check_integer("batch_size", batch_size, 1)
        if seed is not None:
            check_integer("seed", seed, 0)
        check_number("max_cost", max_cost, "a number above 0", lambda limit: limit > 0)
        if cost is not None and not callable(cost) and not isinstance(cost, str):
            raise InputError(
                f"cost: {cost!r} is neither a function of a configuration nor the name of a "
                "user attribute"
            )
        self._max_cost = max_cost
        self._analysis, self._selection, self._given = analysis, selection, decisions
        self._space = space if isinstance(space, Space | None) else Space.from_dict(space)
        if decisions is not None:
            self._space = check_decisions(decisions, self._space)
        self._n_startup, self._batch_size, self._cost = n_startup_trials, batch_size, cost
        self._seed = int(np.random.default_rng().integers(2**31)) if seed is None else seed
        self._startup: list[dict[str, Any]] | None = None
        self._known_costs: dict[str, float] = {}
        # Of the random trials that they follow from: to be found once.
        self._decisions: tuple[Any, xr.Dataset | None] = (None, None)

    def reseed_rng(self) -> None:
        """Change nothing: workers of one seed differ by the numbers of their trials."""

    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """Return the parameters that the study's trials have, with their last distributions."""
        found: dict[str, BaseDistribution] = {}
        for other in study.get_trials(deepcopy=False):
            found |= other.distributions
        return {name: law for name, law in sorted(found.items()) if not law.single()}

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Return values of parameters: those planned for the trial, random ones of the others."""
        plan = self._planned(study, trial)
        return {
            name: self._value(study, trial, name, distribution, plan)
            for name, distribution in search_space.items()
        }

    def sample_independent(
        self,
        study: Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """Return the value that is planned for a parameter, a random one where none is."""
        plan = trial.system_attrs.get(_PLAN, {})
        return self._value(study, trial, param_name, param_distribution, plan)

    def _value(
        self,
        study: Study,
        trial: FrozenTrial,
        name: str,
        distribution: BaseDistribution,
        plan: Mapping[str, Any],
    ) -> Any:
        if name in plan and (value := value_in(distribution, plan[name])):
            return value[0]
        digest = hashlib.sha256(f"{self._seed}/{trial.number}/{name}".encode()).digest()
        random = RandomSampler(seed=int.from_bytes(digest[:4], "big"))
        return random.sample_independent(study, trial, name, distribution)

    def _planned(self, study: Study, trial: FrozenTrial) -> dict[str, Any]:
        """Plan a trial and note it where other workers see it."""
        sign = _sign(study, self._cost)
        if trial.number < self._n_startup:
            plan = self._random_plan(trial.number)
            _note(study, trial, _PLAN, plan)
            return plan
        start = trial.number - (trial.number - self._n_startup) % self._batch_size
        design = self._design_of_round(study, trial, start, sign)
        place = trial.number - start
        plan = design[place] if place < len(design) else {}
        _note(study, trial, _PLAN, plan)
        for _ in range(_MOST_TRIES):
            # Another worker may have proposed the same from other trials at the same time.
            if not plan or not _is_taken(study, trial, plan):
                break
            design = self._design(study, trial, study.get_trials(deepcopy=False), sign)
            plan = design[place % len(design)] if design else {}
            _note(study, trial, _PLAN, plan)
        return plan

    def _random_plan(self, number: int) -> dict[str, Any]:
        if self._space is None:
            return {}
        if self._startup is None:
            u = sample(self._space, self._n_startup, self._seed)
            self._startup = self._space.configurations(u)
        return self._startup[number]

    def _design_of_round(
        self, study: Study, trial: FrozenTrial, start: int, sign: float
    ) -> list[dict[str, Any]]:
        trials = study.get_trials(deepcopy=False)
        for other in trials[start : trial.number]:
            noted = other.system_attrs.get(_ROUND)
            if noted is not None and (noted["start"], noted["size"]) == (start, self._batch_size):
                return list(noted["design"])
        design = self._design(study, trial, trials[:start], sign)
        _note(study, trial, _ROUND, {"start": start, "size": self._batch_size, "design": design})
        return design

    def _design(
        self, study: Study, trial: FrozenTrial, trials: Sequence[FrozenTrial], sign: float
    ) -> list[dict[str, Any]]:
        """Propose a batch from trials, values by the names of Optuna's parameters."""
        ended = [other for other in trials if other.state.is_finished()]
        if self._space is None:
            found = StudySpace.of_trials(ended)
        else:
            found = StudySpace.given(self._space, ended)
        if found is None:
            return []
        known = KnownRounds(found, _costs(ended, self._cost))
        misfits = []
        for other in ended:
            point = found.finished(other)
            if isinstance(point, LeftOut):
                misfits.append(point)
            else:
                known.add(other.number, point, sign, self._round(other.number))
        if not len(known):
            unexpected = [misfit for misfit in misfits if not misfit.is_expected]
            if self._space is not None and unexpected:
                raise InputError(f"HsicGpboSampler: space: {unexpected[0].reason}")
            return []
        cost_of = self._cost_of(found) if callable(self._cost) else None
        search = partial(
            HsicGpbo,
            found.space,
            batch_size=self._batch_size,
            seed=self._seed,
            cost=cost_of,
            max_cost=self._max_cost,
            analysis=self._analysis,
            selection=self._selection,
        )
        decisions = self._decided(search, known.random())
        running = [
            found.pending(other, other.system_attrs.get(_PLAN, {}))
            for other in trials
            if other.state == TrialState.RUNNING and other.number != trial.number
        ]
        pending = [point for point in running if isinstance(point, ImportedTrial)]
        last = self._round(trials[-1].number)
        known.believe(pending, max(1, last), self._seed)
        joined = known.joined(self._batch_size)
        numbers = round_numbers(joined)
        ready = search(
            n_random=max(1, int((numbers == 0).sum())),
            rounds=(STAGES[0], int(numbers.max()) + 1),
            trials=joined,
            decisions=decisions,
        )
        return [found.params(configuration) for configuration in ready.ask()]

    def _round(self, number: int) -> int:
        return max(0, 1 + (number - self._n_startup) // self._batch_size)

    def _decided(self, search: Callable[..., HsicGpbo], random: xr.Dataset) -> xr.Dataset | None:
        """Return what was given or follows from the random trials, None where there are none."""
        if self._given is not None:
            return self._given
        n = random.sizes["trial"]
        if not n:
            return None
        # Another study may have drawn the same configurations, with other results.
        results = tuple(
            v.values.tobytes() for v in random.data_vars.values() if v.dtype.kind == "f"
        )
        key = random.attrs["space"], tuple(random["trial"].values.tolist()), results
        if self._decisions[0] != key:
            self._decisions = key, search(n_random=n, trials=random).decisions
        return self._decisions[1]

    def _cost_of(self, found: StudySpace) -> Callable[[dict[str, Any]], float]:
        def cost_of(configuration: dict[str, Any]) -> float:
            params = found.params(configuration)
            key = json.dumps(params, sort_keys=True)
            if key not in self._known_costs:
                self._known_costs[key] = self._cost(params)  # type: ignore[operator,misc]
            return self._known_costs[key]

        return cost_of


def _note(study: Study, trial: FrozenTrial, key: str, value: Any) -> None:
    study._storage.set_trial_system_attr(trial._trial_id, key, value)


def _is_taken(study: Study, trial: FrozenTrial, plan: Mapping[str, Any]) -> bool:
    return any(
        plan == {**other.system_attrs.get(_PLAN, {}), **other.params}
        for other in study.get_trials(deepcopy=False)
        if other.number != trial.number
    )


def _sign(study: Study, cost: Any) -> float:
    """Return 1, or -1 where more of the error is better."""
    error, *costs = study.directions
    if len(costs) > 1:
        raise InputError(
            f"HsicGpboSampler: {len(study.directions)} objectives; allowed: the error, and a cost"
        )
    if costs and cost is not None:
        raise InputError("HsicGpboSampler: cost: the second objective is the cost already")
    if costs and costs[0] == StudyDirection.MAXIMIZE:
        raise InputError("HsicGpboSampler: the second objective is the cost; it must be minimised")
    return -1.0 if error == StudyDirection.MAXIMIZE else 1.0


def _costs(ended: Sequence[FrozenTrial], cost: Any) -> dict[int, float] | None:
    """Return the costs that trials tell; None where a function knows them, or nothing does."""
    complete = [trial for trial in ended if trial.state == TrialState.COMPLETE]
    if isinstance(cost, str):
        found = {t.number: float(t.user_attrs[cost]) for t in ended if cost in t.user_attrs}
        if complete and not found:
            raise InputError(f"HsicGpboSampler: cost: no trial has the user attribute {cost!r}")
        return found
    if cost is None and any(len(trial.values) == 2 for trial in complete):
        return {
            trial.number: trial.values[1] for trial in complete if math.isfinite(trial.values[1])
        }
    return None
