"""HSIC-GPBO as one object: ask for configurations, tell how their trainings ended.

A random design is trained first and explained by a sensitivity analysis; what follows from the
indices is decided once ([1]_, Section 5). Then rounds of Bayesian optimisation propose what is
expected to enlarge the front of error and cost most (:mod:`hsic_hpo.search.front_search`), from
candidates of the part of the space that the decisions prefer and of the whole space. The search of
the front and decisions that are preferences are not in the paper; its own two stages are the
variant ``"paper"`` (:mod:`hsic_hpo.search.paper_stages`).

References
----------
.. [1] P. Novello, G. Poëtte, D. Lugato, P. M. Congedo, "Goal-oriented sensitivity analysis of
   hyperparameters in deep learning", Journal of Scientific Computing 94, 45 (2023).
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.checks import check_choice, check_integer, check_number
from hsic_hpo.errors import InputError
from hsic_hpo.search.final_choice import FinishedTrial, choose, finished_trial
from hsic_hpo.search.methods import round_settings
from hsic_hpo.search.results import check_costs, known_cost, read_result
from hsic_hpo.search.rounds import next_round
from hsic_hpo.search.settings import STAGES, TOLERANCE, SearchSettings, divide_rounds
from hsic_hpo.search.told import ToldRound
from hsic_hpo.selection.decide import decide
from hsic_hpo.selection.decisions import check_decisions
from hsic_hpo.selection.settings import SelectionSettings
from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.design import make_design
from hsic_hpo.trials.drawn import RANDOM, RANDOM_SEARCH, drawn_attributes
from hsic_hpo.trials.goals import target_names
from hsic_hpo.trials.history import History, join_rounds, split_rounds
from hsic_hpo.trials.variables import with_cost

_COST = "cost"
_VARIANTS = {"front": "hsic-gpbo", "paper": "hsic-gpbo-paper"}


class HsicGpbo:
    """Search by HSIC-GPBO.

    The same arguments and the same results give the same proposals, bit for bit, in whatever
    order and in however many parts the results are told, and also when a search stops and another
    object goes on from its trials.

    Parameters
    ----------
    space
        A `Space`, or the mapping of names to definitions that makes one.
    n_random
        Random configurations that are trained first and explained, at least 1. Where they are too
        few for an index (by default, below 50), all hyperparameters are searched alike.
    rounds
        Rounds; of the paper's variant those of the first and of the second stage, or their sum,
        of which a sixth, rounded up, is the first stage's.
    batch_size
        Configurations that are asked for at once, at least 1.
    seed
        Of all random draws, a non-negative integer.
    cost
        Cost of a configuration, such as its number of parameters, where it is known before the
        training. Costs that only a training shows are told with its error; without any cost,
        error alone decides.
    max_cost
        Cost that no proposal may exceed. Where the cost is only told with the error, it is
        predicted from the finished trials.
    variant
        ``"front"``, or ``"paper"`` for the two stages of the paper, which know no limit.
    tolerance
        Fraction of the lowest error that the chosen trial may lie above it, if it is cheaper.
    analysis, selection
        Settings of the sensitivity analysis, whose seed is ``seed``, and of the decisions, whose
        cost is the cost of the trials.
    trials
        Trials Dataset to go on from: that of an earlier search (:attr:`trials`), or finished
        trials from elsewhere, which count as random ones.
    decisions
        Selection Dataset to search by, as `decide` returns it, in place of what follows from the
        random trials.

    Raises
    ------
    InputError
        One line: the argument, its value, what is allowed.

    Examples
    --------
    >>> from hsic_hpo.search.hsic_gpbo import HsicGpbo
    >>> space = {
    ...     "x": {"type": "float", "range": [-1, 1]},
    ...     "n": {"type": "integer", "range": [1, 9]},
    ... }
    >>> search = HsicGpbo(space, n_random=12, rounds=1, batch_size=4, cost=lambda c: c["n"])
    >>> while batch := search.ask():
    ...     search.tell(batch, [c["x"] ** 2 for c in batch])
    >>> search.trials.sizes["trial"]
    16
    >>> search.best.error <= 1.1 * min(found.error for found in search.front)
    True
    """

    def __init__(
        self,
        space: Space | Mapping[str, Any],
        *,
        n_random: int = 200,
        rounds: int | Sequence[int] = STAGES,
        batch_size: int = SearchSettings.batch_size,
        seed: int = 0,
        cost: Callable[[dict[str, Any]], float] | None = None,
        max_cost: float = math.inf,
        variant: str = "front",
        tolerance: float = TOLERANCE,
        analysis: AnalysisSettings | None = None,
        selection: SelectionSettings | None = None,
        trials: xr.Dataset | None = None,
        decisions: xr.Dataset | None = None,
    ) -> None:
        for name, value, least in (("n_random", n_random, 1), ("batch_size", batch_size, 1)):
            check_integer(name, value, least)
        check_integer("seed", seed, 0)
        check_number("tolerance", tolerance, "a number of at least 0", lambda t: 0 <= t < math.inf)
        check_number("max_cost", max_cost, "a number above 0", lambda limit: limit > 0)
        check_choice("variant", variant, tuple(_VARIANTS))
        if variant == "paper" and max_cost < math.inf:
            raise InputError(f"max_cost: {max_cost:g}; the paper's variant knows no limit")
        if cost is not None and not callable(cost):
            raise InputError(f"cost: {cost!r} is not a function of a configuration")
        self.space = space if isinstance(space, Space) else Space.from_dict(space)
        if decisions is not None:
            check_decisions(decisions, self.space)
        first, second = _stages(rounds)
        self._settings = SearchSettings(
            rounds=first,
            fine_tuning_rounds=second,
            batch_size=batch_size,
            repeats=1,
            max_cost=float(max_cost),
        )
        self._method = _VARIANTS[variant]
        self._seed, self._cost_of, self._tolerance = seed, cost, tolerance
        self._analysis = replace(analysis or AnalysisSettings(), seed=seed)
        self._selection = selection or SelectionSettings()
        self._decisions = decisions
        random = make_design(self.space, sample(self.space, n_random, seed), {}).assign_attrs(
            drawn_attributes(RANDOM, RANDOM_SEARCH)
        )
        self._nothing = random.isel(trial=[])
        given = self._no_trials() if trials is None else self._checked(trials)
        names = target_names(given)[1:]
        wanted = (_COST,) if cost is not None else (self._selection.cost, *names)
        self._cost = next((name for name in wanted if name in (_COST, *names)), None)
        # Whether costs are told; None as long as no training that ended well says so.
        self._has_cost = None if not np.isfinite(trials_data.error(given)).any() else bool(names)
        known, *later = split_rounds(given)
        # Where a later round has begun, nothing more is proposed in those before it.
        self._rounds = [ToldRound(random, known, 0 if later else n_random)]
        self._n_rounds = max(self._settings.n_rounds, len(later))
        is_begun = bool(later) and later[-1].sizes["trial"] < batch_size
        self._begun = later.pop() if is_begun else None
        self._rounds += [ToldRound(self._nothing, complete, 0) for complete in later]

    def _no_trials(self) -> xr.Dataset:
        attrs = {"study": "hsic-gpbo", "problem": "{}", "seed": self._seed, "costs": "[]"}
        return trials_data.gather_records(
            self._nothing, [], attrs, n_repeats=1, error_name="error", error_units="1"
        )

    def _checked(self, trials: xr.Dataset) -> xr.Dataset:
        trials_data.check_trials(trials, "trials")
        if trials_data.space(trials).hyperparameters != self.space.hyperparameters:
            raise InputError("trials: they are of another search space than the one given")
        if trials.sizes["repeat"] != 1:
            n = trials.sizes["repeat"]
            raise InputError(f"trials: {n} trainings of each configuration; allowed: 1")
        if self._cost_of is None or _COST in target_names(trials):
            return trials
        found = [
            known_cost(self._cost_of, configuration, f"trials: trial {number}")
            for number, configuration in enumerate(trials_data.configurations(trials))
        ]
        return with_cost(trials, _COST, np.array(found, dtype=float))

    def ask(self) -> list[dict[str, Any]]:
        """Return the next configurations to train, the same until one of them is told.

        Returns
        -------
        list of dict
            At most ``batch_size`` of them; empty when the search is over.

        Examples
        --------
        >>> from hsic_hpo.search.hsic_gpbo import HsicGpbo
        >>> search = HsicGpbo({"n": {"type": "integer", "range": [1, 3]}}, n_random=2)
        >>> [sorted(configuration) for configuration in search.ask()]
        [['n'], ['n']]
        """
        while not (waiting := self._rounds[-1].waiting()):
            if len(self._rounds) > self._n_rounds:
                return []
            self._rounds.append(self._next_round())
        return waiting[: self._settings.batch_size]

    def _next_round(self) -> ToldRound:
        known = [told.trials(self._cost) for told in self._rounds]
        design = next_round(
            known,
            method=self._method,
            repeat=0,
            cost=self._cost,
            seed=self._seed,
            budget={},
            selection=self.decisions,
            cost_of=self._cost_of,
            **round_settings(self._method, self._settings, len(known)),
        )
        begun, self._begun = self._begun, None
        finished = known[0].isel(trial=[]) if begun is None else begun
        return ToldRound(design, finished, design.sizes["trial"])

    def tell(self, batch: Sequence[Mapping[str, Any]], results: Sequence[Any]) -> None:
        """Tell how trainings ended.

        Parameters
        ----------
        batch
            Configurations that were asked for, any of them in any order.
        results
            For each its error, a mapping with its ``"error"`` and ``"cost"``, or the exception
            with which it failed. An error that is not finite counts as diverged.

        Raises
        ------
        InputError
            For a configuration that was not asked for or was told before, for more or fewer results
            than configurations, or for something that is no result. Nothing is noted then.

        Examples
        --------
        >>> from hsic_hpo.search.hsic_gpbo import HsicGpbo
        >>> search = HsicGpbo({"n": {"type": "integer", "range": [1, 3]}}, n_random=3)
        >>> search.tell(search.ask(), [0.5, float("nan"), ValueError("no memory")])
        >>> search.trials["status"].values.ravel().tolist()
        ['ok', 'diverged', 'failed']
        """
        batch, results = list(batch), list(results)
        if len(batch) != len(results):
            raise InputError(f"tell: {len(batch)} configurations, but {len(results)} results")
        # Where a round has ended, the next one is waited for.
        self.ask()
        places = self._rounds[-1].places(batch)
        told = [
            read_result(result, dict(configuration), self._cost_of, f"tell: result {number}")
            for number, (configuration, result) in enumerate(zip(batch, results, strict=True))
        ]
        if self._cost_of is None:
            self._has_cost = check_costs(told, self._has_cost)
            self._cost = self._cost or (_COST if self._has_cost else None)
        for place, result in zip(places, told, strict=True):
            self._rounds[-1].tell(place, result)

    @property
    def trials(self) -> xr.Dataset:
        """All finished trials as a trials Dataset, by round and in the order of their proposal."""
        return join_rounds(self._known(), first=0)

    def _known(self) -> list[xr.Dataset]:
        begun = [] if self._begun is None else [ToldRound(self._nothing, self._begun, 0)]
        return [told.trials(self._cost) for told in (*self._rounds, *begun)]

    @property
    def decisions(self) -> xr.Dataset | None:
        """What is decided of each hyperparameter, a selection Dataset.

        None before all random trials have ended.
        """
        if self._decisions is None and not self._rounds[0].waiting():
            random = self._rounds[0].trials(self._cost)
            settings = replace(self._selection, cost=self._cost or _COST)
            self._decisions = decide(analyse(random, self._analysis), random, settings)
        return self._decisions

    @property
    def best(self) -> FinishedTrial:
        """The cheapest trial whose error is within the tolerance, under the limit of the cost.

        Raises
        ------
        InputError
            When no trial was told, or none ended well; the commonest reason is named.
        """
        known = History.of(self._known(), self._cost)
        if not np.isfinite(known.errors).any():
            raise InputError(self._why_none())
        ceiling = self._settings.max_cost
        return finished_trial(known, choose(known, ceiling=ceiling, tolerance=self._tolerance))

    def _why_none(self) -> str:
        trials = self.trials
        n = trials.sizes["trial"]
        if not n:
            return "no trial to choose: none was told yet"
        ((reason, count),) = Counter(trials["reason"].values.ravel().tolist()).most_common(1)
        return f"no trial to choose: all diverged or failed; {count} of {n}: {reason}"

    @property
    def front(self) -> list[FinishedTrial]:
        """The trials to which no other is preferable in both error and cost, the cheapest first."""
        known = History.of(self._known(), self._cost)
        return [finished_trial(known, place) for place in known.front()]


def _stages(rounds: int | Sequence[int]) -> tuple[int, int]:
    if isinstance(rounds, Sequence) and not isinstance(rounds, str) and len(rounds) == 2:
        first, second = rounds
        check_integer("rounds", first, 0)
        check_integer("rounds", second, 0)
        return first, second
    if isinstance(rounds, bool) or not isinstance(rounds, int) or rounds < 0:
        raise InputError(
            f"rounds: {rounds!r}; allowed: an integer of at least 0, or two, one for each stage"
        )
    return divide_rounds(rounds)


def minimise(
    train: Callable[[dict[str, Any]], Any], space: Space | Mapping[str, Any], **options: Any
) -> FinishedTrial:
    """Search by HSIC-GPBO and return the chosen trial.

    Parameters
    ----------
    train
        Called with one configuration after another; it returns the error, or a mapping with
        ``"error"`` and ``"cost"``. A training that raises an exception counts as failed.
    space, **options
        See :class:`HsicGpbo`.

    Raises
    ------
    InputError
        For arguments or returned values that are not allowed, or when no trial ended well.

    Examples
    --------
    >>> from hsic_hpo.search.hsic_gpbo import minimise
    >>> space = {"x": {"type": "float", "range": [-1, 1]}}
    >>> best = minimise(lambda c: c["x"] ** 2, space, n_random=20, rounds=1, batch_size=4)
    >>> best.error < 0.01
    True
    """
    search = HsicGpbo(space, **options)
    while batch := search.ask():
        search.tell(batch, [_result(train, configuration) for configuration in batch])
    return search.best


def _result(train: Callable[[dict[str, Any]], Any], configuration: dict[str, Any]) -> Any:
    try:
        return train(configuration)
    except Exception as error:
        return error
