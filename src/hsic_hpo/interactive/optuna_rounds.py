"""The trials of an Optuna study that goes on, as the rounds of a search."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr
from optuna.distributions import BaseDistribution, CategoricalDistribution
from optuna.trial import FrozenTrial, TrialState

from hsic_hpo.interop.conditions import presence
from hsic_hpo.interop.conversion import fit_to_space
from hsic_hpo.interop.imported import ImportedTrial, LeftOut
from hsic_hpo.interop.optuna_ranges import Parameters, parameters
from hsic_hpo.interop.optuna_space import converter, definitions
from hsic_hpo.interop.optuna_study import as_imported, configuration_of
from hsic_hpo.search.gpbo import LARGEST_FIT, cost_prediction, representative
from hsic_hpo.search.results import Result
from hsic_hpo.spaces.space import Space
from hsic_hpo.surrogate import process as surrogate
from hsic_hpo.trials.dataset import gather_records
from hsic_hpo.trials.design import label_design
from hsic_hpo.trials.drawn import ADAPTIVE, RANDOM, drawn_attributes
from hsic_hpo.trials.history import join_rounds
from hsic_hpo.trials.variables import with_cost

COST = "cost"
_WHERE = "HsicGpboSampler"


@dataclass(frozen=True)
class StudySpace:
    """The search space of a study.

    Attributes
    ----------
    space
        As given by the user, or as the study's trials tell it.
    known
        Optuna's distributions behind it.
    unexplained
        Parameters that some trials lack and no other parameter tells which, such as one that the
        objective has only lately. As nothing that is proposed decides whether they are asked for,
        they always have a value; trials without one count as if it had been drawn at random.
    """

    space: Space
    known: Parameters
    unexplained: Sequence[str]

    @classmethod
    def given(cls, space: Space, trials: Iterable[FrozenTrial]) -> "StudySpace":
        """Return a space of the user's."""
        found = {
            name: distribution
            for trial in trials
            for name, distribution in trial.distributions.items()
            if name in space.names
        }
        return cls(space, Parameters(found, [], changed=False), [])

    @classmethod
    def of_trials(cls, trials: Sequence[FrozenTrial]) -> "StudySpace | None":
        """Infer a space from trials that ended; None where no complete one has values to vary.

        Raises
        ------
        InputError
            When a parameter has distributions of different kinds.
        """
        complete = [trial for trial in trials if trial.state == TrialState.COMPLETE]
        if all(d.single() for trial in complete for d in trial.distributions.values()):
            return None
        known = parameters(trials, _WHERE)
        spec, unexplained = definitions(known.distributions, complete)
        for name in unexplained:
            del spec[presence(name)], spec[name]["when"]
        return cls(Space.from_dict(spec, _WHERE), known, unexplained)

    def params(self, configuration: Mapping[str, Any]) -> dict[str, Any]:
        """Return a configuration as the values of Optuna's parameters."""
        found = {}
        for name, value in configuration.items():
            law = self.known.distributions.get(name)
            inside = None if law is None else value_in(law, value)
            found[name] = inside[0] if inside else value
        return found

    def finished(self, trial: FrozenTrial) -> ImportedTrial | LeftOut:
        """Return a trial that ended as a point of the space, or why it is none."""
        found = as_imported(trial, self.known, (), 0, self.space)
        if isinstance(found, LeftOut):
            return found
        found = self._completed(found, trial.number)
        if any(amount > 0 for amount in trial.constraints.values()):
            found = replace(found, error=None, reason="breaks a constraint")
        return self._fitted(found)

    def pending(self, trial: FrozenTrial, planned: Mapping[str, Any]) -> ImportedTrial | LeftOut:
        """Return a trial that still runs, with the values it has and those planned for it."""
        values = configuration_of({**planned, **trial.params}, self.known, ())
        running = ImportedTrial(f"trial {trial.number}", values, None)
        return self._fitted(self._completed(running, trial.number))

    def _completed(self, found: ImportedTrial, number: int) -> ImportedTrial:
        drawn = {
            name: self.space[name].value(draw)
            for name, draw in zip(
                self.unexplained,
                np.random.default_rng(number).random(len(self.unexplained)),
                strict=True,
            )
        }
        return found.with_configuration({**drawn, **found.configuration})

    def _fitted(self, found: ImportedTrial) -> ImportedTrial | LeftOut:
        fitting, misfits = fit_to_space([found], self.space)
        return fitting[0] if fitting else misfits[0]


def value_in(distribution: BaseDistribution, value: Any) -> tuple[Any] | None:
    """Return a value as one of a distribution of Optuna; None where it lies outside of it."""
    if isinstance(distribution, CategoricalDistribution):
        convert = converter(distribution)
        for choice in distribution.choices:
            if any(type(c) is type(value) and c == value for c in (choice, convert(choice))):
                return (choice,)
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    low, high, step = distribution.low, distribution.high, distribution.step
    if not low <= value <= high:
        return None
    if step is not None:
        steps = min(round((value - low) / step), int((high - low) / step + 1e-9))
        value = low + steps * step
    return (int(value) if isinstance(low, int) else float(value),)


class KnownRounds:
    """What a search knows of a study when it proposes: its trials by round.

    Parameters
    ----------
    found
        The study's space.
    costs
        Cost of each trial that was told, by its number; None where none is told.
    """

    def __init__(self, found: StudySpace, costs: Mapping[int, float] | None) -> None:
        self._found, self._costs = found, costs
        self._trials: dict[int, list[tuple[int, ImportedTrial, Result]]] = defaultdict(list)

    def __len__(self) -> int:
        return sum(map(len, self._trials.values()))

    def add(self, number: int, trial: ImportedTrial, sign: float, of_round: int) -> None:
        """Add a trial that ended."""
        cost = None if self._costs is None else self._costs.get(number, np.nan)
        if trial.error is None:
            result = Result(None, cost, "failed", trial.reason)
        else:
            result = Result(sign * trial.error, cost)
        self._trials[of_round].append((number, trial, result))

    def random(self) -> xr.Dataset:
        """Return the trials of the random design."""
        return join_rounds([self._dataset(self._trials[0], RANDOM)], first=0)

    def believe(self, pending: Sequence[ImportedTrial], of_round: int, seed: int) -> None:
        """Add trials that still run, as if they had the error and the cost that are predicted."""
        known = [entry for number in sorted(self._trials) for entry in self._trials[number]]
        errors = np.array([np.inf if r.error is None else r.error for _, _, r in known])
        if not pending or not np.isfinite(errors).any():
            return
        space = self._found.space
        z = surrogate.features(space, [trial.configuration for trial in pending])
        kept = representative(errors, LARGEST_FIT)
        x = surrogate.features(space, [known[place][1].configuration for place in kept])
        expected = surrogate.fit(x, surrogate.modelled_errors(errors[kept]), seed).predict(z)
        if (errors[np.isfinite(errors)] > 0).all():
            expected = np.exp(expected)
        costs: list[float | None] = [None] * len(pending)
        if self._costs is not None:
            told = np.array([known[place][2].cost for place in kept], dtype=float)
            costs = cost_prediction(x, told, seed)(z).tolist()
        self._trials[of_round] += [
            (-1, trial, Result(float(error), cost))
            for trial, error, cost in zip(pending, expected, costs, strict=True)
        ]

    def joined(self, batch_size: int) -> xr.Dataset:
        """Return all trials; a last round that is not complete counts to the one before it."""
        rounds = [self._trials[number] for number in range(max(self._trials, default=0) + 1)]
        if len(rounds) > 1 and len(rounds[-1]) < batch_size:
            last = rounds.pop()
            rounds[-1] = rounds[-1] + last
        return join_rounds(
            [self._dataset(found, ADAPTIVE if n else RANDOM) for n, found in enumerate(rounds)],
            first=0,
        )

    def _dataset(
        self, found: Sequence[tuple[int, ImportedTrial, Result]], drawn: str
    ) -> xr.Dataset:
        space = self._found.space
        configurations = [trial.configuration for _, trial, _ in found]
        u = space.points(configurations)
        design = label_design(space, u, configurations, {}).assign_attrs(drawn_attributes(drawn))
        names = design["trial"].values.tolist()
        dataset = gather_records(
            design,
            [result.record(name) for name, (_, _, result) in zip(names, found, strict=True)],
            {"study": "optuna", "problem": "{}", "costs": json.dumps([])},
            n_repeats=1,
            error_name="value",
            error_units="1",
        )
        if self._costs is None:
            return dataset
        costs = np.array([result.cost for _, _, result in found], dtype=float)
        return with_cost(dataset.assign_attrs(costs=json.dumps([COST])), COST, costs)
