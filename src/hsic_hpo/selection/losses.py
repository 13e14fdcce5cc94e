"""What it could cost in error to search only a part of the space: an upper bound.

The best error that the whole space can reach is compared with the best that a part can, in joint
draws of a Gaussian process conditioned on all trials: the same draw for both, so that what is
uncertain about both alike cancels. Not in the paper, which takes an index that is not significant
for the absence of an effect; here a small effect that few trials cannot exclude stays in the bound.

A length scale that is estimated as long would hide exactly that effect. The hyperparameters that
the part narrows therefore get the shortest length scales with which the trials are not
significantly less likely (a likelihood ratio test, one hyperparameter at a time). The bound is as
good as the assumption that a process of this kind describes the error. In 64 simulated studies of
300 trials and 11 hyperparameters, 98 % of 256 bounds held at a confidence of 95 %. The weak spot is
an effect that only the best networks show: 27 of 32 bounds on it held, and the decisions therefore
ask for an index below its noise floor as well.

The best error is looked for among points near the best trials and among others. A part has fewer
dimensions, so that as many points find its best error more nearly, and it seemed to lose too
little: in spaces of ten discrete hyperparameters one to three bounds of eight held. The whole has
therefore twins of the part's best points too, which differ in nothing but what the part narrows;
with these all eight hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from scipy.stats import chi2, qmc

from hsic_hpo.selection.parts import admits
from hsic_hpo.spaces.space import Space
from hsic_hpo.spaces.subspace import Subspace
from hsic_hpo.surrogate.likelihood import log_marginal_likelihood
from hsic_hpo.surrogate.posterior import Posterior, fit_posterior
from hsic_hpo.surrogate.process import feature_columns, features
from hsic_hpo.trials.goals import worst_for_missing
from hsic_hpo.trials.history import History

# Trials from which length scales are learned, and on which the process is conditioned, at most.
_FITTED, _CONDITIONED = 256, 1500
_LEAST = 30
# Squares of larger errors are infinite.
_LARGEST = 1e150
# Points of the whole space, and near the best trials, among which the best error is looked for;
# of these the most promising are drawn jointly.
_SPREAD, _NEAR, _PROMISING, _BEST_TRIALS = 512, 512, 96, 16
_N_DRAWS = 256
# Of the part's most promising points so many have twins in the whole, each so many.
_WITH_TWINS, _TWINS = 32, 8
# Chance at which a rank correlation as large would come from a surrogate that knows nothing.
_LEVEL_OF_PREDICTION = 0.01
_SHORTEST, _HALVINGS = np.log(0.05), 8


@dataclass(frozen=True)
class Losses:
    """Bounds on the loss of error in parts of a space.

    Attributes
    ----------
    space
        The whole space.
    confidence
        Probability with which a bound holds, in (0, 1).
    fitted
        Process whose length scales count, of at most 256 trials.
    known
        The same process conditioned on up to 1500 trials.
    u
        ``(n, d)`` points of the whole space, with a value in every column.
    seed
        Of the draws.
    """

    space: Space
    confidence: float
    fitted: Posterior
    known: Posterior
    u: np.ndarray
    seed: int

    @classmethod
    def of(cls, space: Space, trials: History, confidence: float, seed: int) -> "Losses | None":
        """Learn from trials; None where they do not let errors be predicted, or are too few.

        Parameters
        ----------
        space
            The whole space.
        trials
            Drawn in any way; one that did not end well counts as the worst that did.
        confidence
            Probability with which a bound is to hold, in (0, 1).
        seed
            A non-negative integer.
        """
        finite = trials.errors[np.isfinite(trials.errors)]
        if len(finite) < _LEAST or finite.min() == finite.max():
            return None
        if np.abs(finite).max() > _LARGEST:
            return None
        rng = np.random.default_rng(seed)
        # Not the best ones: trials chosen by their luck would hide the loss.
        chosen = rng.permutation(len(trials))[:_CONDITIONED]
        x = features(space, [trials.configurations[i] for i in chosen.tolist()])
        values = worst_for_missing(trials.errors)[chosen]
        few = values[:_FITTED]
        if np.ptp(few) == 0 or (few > 0).all() != (values > 0).all():
            return None
        fitted = fit_posterior(x[:_FITTED], few)
        if fitted.rank_correlation()[1] > _LEVEL_OF_PREDICTION:
            return None
        y = (fitted.scale.forward(values) - fitted.centre) / fitted.spread
        known = replace(fitted, x=x, y=y)
        return cls(space, confidence, fitted, known, _places(space, trials, rng), seed)

    def worst(self, changes: Mapping[str, Any]) -> float:
        """Return an upper bound of the relative loss of error in a part of the space.

        Parameters
        ----------
        changes
            What makes the part, as for :meth:`hsic_hpo.spaces.subspace.Subspace.of`.

        Returns
        -------
        float
            The best error in the part over that in the whole space, minus 1: at least 0, infinite
            where the best error cannot be told from 0.
        """
        part = Subspace.of(self.space, changes)
        columns = [] if part.free is None else [self.space.names.index(n) for n in part.free.names]
        inside = features(self.space, part.configurations(self.u[:, columns]))
        theta = self._cautious(changes)
        known = replace(self.known, theta=theta)
        of_part = _lowest(known.mean(inside))
        promising = np.unique([*self._promising, *of_part])
        twins = self._twins(of_part[:_WITH_TWINS], changes)
        everywhere = [*(self._configurations[i] for i in promising.tolist()), *twins]
        admitted = [all(admits(part, name, one) for name in changes) for one in everywhere]
        places = np.concatenate(
            [self._everywhere[promising], features(self.space, twins), inside[promising]]
        )
        # A point drawn twice would differ from itself, by what keeps the covariance regular.
        places, where = np.unique(places, axis=0, return_inverse=True)
        drawn = known.draw(places, _N_DRAWS, np.random.default_rng(self.seed))[:, where.ravel()]
        whole = known.values(drawn.min(axis=1))
        in_part = np.concatenate([admitted, np.ones(len(promising), dtype=bool)])
        kept = known.values(drawn[:, in_part].min(axis=1))
        with np.errstate(divide="ignore", invalid="ignore"):
            loss = np.where(whole > 0, kept / whole - 1, np.inf)
        return float(np.quantile(loss, self._level, method="higher"))

    def _twins(self, promising: np.ndarray, changes: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return configurations of the whole that differ from the part's best in what changes.

        The part has fewer dimensions, so that as many points find its best error more nearly: what
        it then seems to lose is too little.
        """
        rng = np.random.default_rng(self.seed)
        u = self.u[np.repeat(promising, _TWINS)]
        columns = [self.space.names.index(name) for name in changes]
        u[:, columns] = rng.random((len(u), len(columns)))
        return self.space.configurations(self.space.mask(u))

    @property
    def _level(self) -> float:
        # Half of the chance to be wrong is left to the length scales, half to the draws.
        return (1 + self.confidence) / 2

    @cached_property
    def _configurations(self) -> list[dict[str, Any]]:
        return self.space.configurations(self.space.mask(self.u))

    @cached_property
    def _everywhere(self) -> np.ndarray:
        return features(self.space, self._configurations)

    @cached_property
    def _promising(self) -> np.ndarray:
        return _lowest(self.known.mean(self._everywhere))

    def _cautious(self, names: Mapping[str, Any]) -> np.ndarray:
        theta = self.fitted.theta.copy()
        for name in names:
            columns = self._columns[name]
            theta[1:-1][columns] = self._shortest(columns)
        return theta

    @cached_property
    def _columns(self) -> dict[str, slice]:
        return dict(zip(self.space.names, feature_columns(self.space), strict=True))

    def _shortest(self, columns: slice) -> np.ndarray:
        """Return the shortest logarithms of length scales that the trials do not speak against."""
        longest = self.fitted.theta[1:-1][columns]
        least = self._likelihood(columns, longest) - chi2.ppf(2 * self._level - 1, 1) / 2
        span = float((longest - _SHORTEST).min())
        low, high = 0.0, span
        if self._likelihood(columns, longest - span) >= least:
            return longest - span
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if self._likelihood(columns, longest - middle) >= least:
                low = middle
            else:
                high = middle
        return longest - high

    def _likelihood(self, columns: slice, lengths: np.ndarray) -> float:
        theta = self.fitted.theta.copy()
        theta[1:-1][columns] = lengths
        return log_marginal_likelihood(theta, self.fitted.x, self.fitted.y)[0]


def _lowest(mean: np.ndarray) -> np.ndarray:
    return np.argsort(mean, kind="stable")[:_PROMISING]


def _places(space: Space, trials: History, rng: np.random.Generator) -> np.ndarray:
    """Return points of the space's own law and points near the best trials."""
    spread = qmc.Sobol(len(space), rng=rng).random(_SPREAD)
    best = np.argsort(trials.errors, kind="stable")[:_BEST_TRIALS]
    # A discrete value is the middle of its bin, which is that value again.
    known = np.array([space.intervals(trials.configurations[i]).mean(1) for i in best.tolist()])
    near = known[rng.integers(len(known), size=_NEAR)]
    steps = near + rng.normal(0.0, 0.1, near.shape)
    fresh = rng.random(near.shape)
    near = np.where(rng.random(near.shape) < 1 / 3, np.where(fresh < 0.5, steps, fresh), near)
    exact = np.concatenate([known, near])
    exact = np.where(np.isnan(exact), rng.random(exact.shape), exact)
    return np.clip(np.concatenate([spread, exact]), 1e-9, 1 - 1e-9)
