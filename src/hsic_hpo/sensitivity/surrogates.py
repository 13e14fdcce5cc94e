"""A surrogate of what trials are judged by, and what it draws at points of their space."""

from dataclasses import dataclass, field

import numpy as np
import xarray as xr
from scipy.stats import chi2, qmc

from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.spaces.hyperparameter import Hyperparameter
from hsic_hpo.spaces.space import Space
from hsic_hpo.surrogate.posterior import Posterior, fit_posterior
from hsic_hpo.surrogate.process import feature_columns, features
from hsic_hpo.surrogate.scales import scales_no_finer_than
from hsic_hpo.surrogate.training_set import LARGEST, training_set
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import worst_for_missing
from hsic_hpo.trials.groups import bounds
from hsic_hpo.trials.variables import hyperparameter_values, is_active
from hsic_hpo.wording import counted

N_DRAWS = 64
# Powers of two, as the points of Sobol's sequence are balanced then; conditional groups have a
# part of them only.
N_POINTS, N_POINTS_CONDITIONAL = 1024, 2048
# Of the likelihood ratio test of a process without the hyperparameter.
LEVEL_OF_EVIDENCE = 0.01
# Chance at which a rank correlation as large would come from a surrogate that knows nothing.
LEVEL_OF_PREDICTION = 0.01
# Share of the trials beyond which their scale is set by the goal; how often, as the first process
# puts the end of the goal too low; and of how many of the points that is estimated.
_CROWDED, _REFITS, _N_ROUGH = 0.5, 2, 512


@dataclass(frozen=True)
class Surrogate:
    """What is known of a target at points of the space.

    Attributes
    ----------
    drawn
        ``(N_DRAWS, n_points)``, lower is better.
    posterior
        From which it was drawn.
    columns
        Which columns of the process each hyperparameter has.
    """

    drawn: np.ndarray
    posterior: Posterior
    columns: dict[str, slice]
    _mattering: dict[str, bool] = field(default_factory=dict)

    def goals(self, subset: str, fraction: float, among: np.ndarray) -> np.ndarray:
        """Tell which points reach the goal in each draw, the threshold set by some of them."""
        n_selected = max(1, round(fraction * int(among.sum())))
        if subset == "best":
            ranked = np.partition(self.drawn[:, among], n_selected - 1, axis=1)
            return self.drawn <= ranked[:, n_selected - 1 : n_selected]
        ranked = np.partition(self.drawn[:, among], -n_selected, axis=1)
        return self.drawn >= ranked[:, [-n_selected]]

    def threshold(self, subset: str, goals: np.ndarray) -> float:
        """Return the value up to which, or from which on, a point reaches the goal, the median."""
        if subset == "best":
            ends = np.where(goals, self.drawn, -np.inf).max(axis=1)
        else:
            ends = np.where(goals, self.drawn, np.inf).min(axis=1)
        return self.in_units(float(np.median(ends)))

    def in_units(self, value: float) -> float:
        """Return a drawn value as trials have it."""
        return float(self.posterior.values(np.array(value)))

    def matters(self, name: str) -> bool:
        """Tell whether the trials are much less likely without a hyperparameter."""
        if name not in self._mattering:
            columns = self.columns[name]
            # The corners of a simplex span one direction less than there are.
            freedom = max(1, columns.stop - columns.start - 1)
            least = chi2.isf(LEVEL_OF_EVIDENCE, freedom) / 2
            self._mattering[name] = self.posterior.needs(columns, least)
        return self._mattering[name]


def points_of_space(space: Space, seed: int) -> xr.Dataset:
    """Return low-discrepancy points of the space's own law, as trials without results."""
    conditional = any(parameter.conditions for parameter in space.hyperparameters)
    n = N_POINTS_CONDITIONAL if conditional else N_POINTS
    # The ends of an unbounded law are infinite.
    u = np.clip(qmc.Sobol(len(space), rng=np.random.default_rng(seed)).random(n), 1e-9, 1 - 1e-9)
    u = space.mask(u)
    return xr.Dataset(
        {
            "u": (("trial", "hyperparameter"), u),
            **trials_data.value_variables(space, space.configurations(u)),
        },
        coords={"hyperparameter": np.array(space.names, dtype=object)},
        attrs={"space": space.to_json()},
    )


def fitted(
    trials: xr.Dataset,
    values: np.ndarray,
    places: np.ndarray,
    target: str,
    settings: AnalysisSettings,
) -> tuple[str, Surrogate | None, float]:
    """Fit a process to a target of trials and draw from it.

    Parameters
    ----------
    trials
        Trials Dataset.
    values
        ``(n,)`` of the target, infinite where a trial has none: such a trial counts as the worst
        by error, and not at all by a cost.
    places
        ``(n_points, k)``: :func:`hsic_hpo.surrogate.process.features` of where it draws.
    target
        ``"error"`` or a cost.
    settings
        Of the analysis.

    Returns
    -------
    tuple
        Why there is no surrogate, in words, or an empty text; the surrogate; and Spearman's
        correlation of trials with what it predicts for each from all others.
    """
    space = trials_data.space(trials)
    if target == "error":
        values = worst_for_missing(values)
    kept = np.flatnonzero(np.isfinite(values))
    if len(kept) > LARGEST:
        kept = kept[training_set(_places(trials.isel(trial=kept), space), values[kept])]
    known = features(space, trials_data.configurations(trials.isel(trial=kept)))
    posterior = _resolving(
        fit_posterior(known, values[kept]), values[kept], places, settings.goal_fraction
    )
    correlation, chance = posterior.rank_correlation()
    if chance > LEVEL_OF_PREDICTION:
        note = (
            f"the surrogate cannot predict {target} (rank correlation with trials left out "
            f"{correlation:.2f}), so that nothing is claimed"
        )
        return note, None, correlation
    rng = np.random.default_rng(settings.seed)
    columns = dict(zip(space.names, feature_columns(space), strict=True))
    return "", Surrogate(posterior.draw(places, N_DRAWS, rng), posterior, columns), correlation


def _resolving(
    posterior: Posterior, values: np.ndarray, places: np.ndarray, fraction: float
) -> Posterior:
    """Return a process that resolves values no finer than the goal, where most trials reach it.

    The trials of a search may lie so close to its optimum that the likeliest scale spreads them
    alone, and that a process on it knows nothing of where the best fraction of the space ends.
    """
    for _ in range(_REFITS):
        drawn = posterior.draw(places[:_N_ROUGH], N_DRAWS, np.random.default_rng(0))
        end = float(posterior.values(np.median(np.quantile(drawn, fraction, axis=1))))
        width = end - float(values.min())
        if not (np.isfinite(width) and width > 0 and (values <= end).mean() > _CROWDED):
            break
        posterior = fit_posterior(posterior.x, values, scales_no_finer_than(width, values))
    return posterior


def _places(trials: xr.Dataset, space: Space) -> np.ndarray:
    """Return the features of many trials at once, equal to those of each up to rounding."""
    return np.column_stack([_placed(trials, parameter) for parameter in space.hyperparameters])


def _placed(trials: xr.Dataset, parameter: Hyperparameter) -> np.ndarray:
    active = is_active(trials, parameter.name)
    if parameter.type == "categorical":
        levels = parameter.levels
        kinds, place = np.unique(
            hyperparameter_values(trials, parameter.name)[active], return_inverse=True
        )
        known = [levels.index(parameter.from_stored(kind)) for kind in kinds.tolist()]
        corners = np.full((trials.sizes["trial"], len(levels)), 1 / len(levels))
        corners[active] = np.eye(len(levels))[np.array(known, dtype=int)[place]]
        return corners / np.sqrt(2)
    middle = np.full(trials.sizes["trial"], 0.5)
    here = trials.isel(trial=active)
    middle[active] = np.mean(bounds(here, parameter, recorded=not parameter.is_discrete), axis=0)
    return middle


def no_surrogate(values: np.ndarray, target: str, min_trials: int) -> str:
    """Say why nothing can be fitted to a target; return an empty text where it can."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return f"no trial has a value of {target}"
    if len(values) < min_trials:
        return f"{counted(len(values), 'trials')}; at least {min_trials} are needed"
    if finite.min() == finite.max():
        return f"{target} does not tell the trials apart: it is {finite[0]:g} in all that have it"
    return ""


def check_in_words(target: str, correlation: float, n: int, *, useless: bool) -> str:
    """Say how well a surrogate predicts trials that it does not know."""
    verdict = ": it cannot predict" if useless else ""
    return (
        f"Surrogate of {target}: rank correlation {correlation:.2f} between {counted(n, 'trials')} "
        f"and what it predicts for each from others{verdict}."
    )
