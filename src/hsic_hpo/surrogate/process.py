"""The surrogate of Bayesian optimisation: a Gaussian process over whole configurations."""

import warnings
from collections.abc import Mapping, Sequence
from functools import partial
from threading import Lock
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from skopt.learning import GaussianProcessRegressor as NoisyProcess
from skopt.learning.gaussian_process.kernels import ConstantKernel, Matern

from hsic_hpo.spaces.hyperparameter import Hyperparameter
from hsic_hpo.spaces.space import Space
from hsic_hpo.surrogate.likelihood import log_marginal_likelihood, log_posterior
from hsic_hpo.surrogate.priors import moderate

_RESTARTS = 1
# The default of scikit-learn.
_JITTER = 1e-10
LEAST_NOISE = 1e-8
_ONE_FIT_AT_A_TIME = Lock()


class Process(NoisyProcess):
    """A Gaussian process with the kernel of :func:`fit`, fitted without arrays of n × n × k."""

    # What is maximised, with its gradient.
    _objective = staticmethod(log_marginal_likelihood)

    def log_marginal_likelihood(
        self, theta: Any = None, eval_gradient: bool = False, clone_kernel: bool = True
    ) -> Any:
        """Return the likelihood; with a gradient, what is maximised and its gradient."""
        if eval_gradient:
            return self._objective(theta, self.X_train_, self.y_train_, self.alpha)
        return super().log_marginal_likelihood(theta, eval_gradient, clone_kernel)


class RegularisedProcess(Process):
    """The same, of which the length scales maximise the likelihood times a prior.

    See :func:`hsic_hpo.surrogate.priors.moderate`.
    """

    _objective = staticmethod(partial(log_posterior, prior=moderate))


def features(space: Space, configurations: Sequence[Mapping[str, Any]]) -> np.ndarray:
    """Place configurations, conditional ones included, in one Euclidean space.

    A number or a truth value becomes its normalised value in [0, 1] (the middle of its bin when
    discrete), a categorical one the corner of a simplex whose corners lie 1 apart. What does not
    exist in a configuration has the middle, or the simplex's centre: the same in all
    configurations that lack it, so that it does not tell them apart.

    Returns
    -------
    numpy.ndarray
        ``(n, k)`` with k at least the number of hyperparameters.
    """
    columns = [
        _encoded(parameter, [configuration.get(parameter.name) for configuration in configurations])
        for parameter in space.hyperparameters
    ]
    return np.column_stack(columns)


def feature_columns(space: Space) -> list[slice]:
    """Return which columns of :func:`features` each hyperparameter has."""
    widths = [
        len(parameter.levels) if parameter.type == "categorical" else 1
        for parameter in space.hyperparameters
    ]
    ends = np.cumsum(widths).tolist()
    return [slice(end - width, end) for end, width in zip(ends, widths, strict=True)]


def _encoded(parameter: Hyperparameter, values: Sequence[Any]) -> np.ndarray:
    if parameter.type != "categorical":
        # Many configurations share a value.
        middles = {None: 0.5} | {
            value: sum(parameter.interval(value)) / 2 for value in set(values) - {None}
        }
        return np.array([middles[value] for value in values])
    levels = parameter.levels
    corners = np.eye(len(levels)) / np.sqrt(2)
    centre = corners.mean(axis=0)
    return np.array([centre if v is None else corners[levels.index(v)] for v in values])


def modelled_errors(errors: np.ndarray) -> np.ndarray:
    """Return the transformed errors to which the surrogate is fitted.

    Errors of networks spread over decades: their logarithm is modelled where all are positive
    (not in the paper). A diverged or failed trial counts as the worst one that ended well.

    Parameters
    ----------
    errors
        ``(n,)``, infinite where a trial did not end well.

    Returns
    -------
    numpy.ndarray
        ``(n,)`` finite.
    """
    finite = np.isfinite(errors)
    if not finite.any():
        return np.zeros(len(errors))
    values = np.where(finite, errors, errors[finite].max())
    return np.log(values) if (values > 0).all() else values


def fit(
    x: np.ndarray,
    y: np.ndarray,
    seed: int,
    noise: np.ndarray | None = None,
    kind: type[Process] = Process,
) -> Process:
    """Fit a Gaussian process with a Matérn 5/2 kernel, a length scale per column, and noise.

    Parameters
    ----------
    x
        ``(n, k)``.
    y
        ``(n,)``.
    seed
        Of the random starts of the likelihood's maximisation.
    noise
        ``(n,)`` variances of ``y`` that are known; what else there is of noise is fitted. None
        where nothing is known of it.
    kind
        Of process.
    """
    k = x.shape[1]
    kernel = ConstantKernel(1.0, (0.01, 100.0)) * Matern(np.ones(k), [(0.05, 20.0)] * k, nu=2.5)
    model = kind(
        kernel,
        # The process sees ``y`` normalised.
        alpha=_JITTER if noise is None else _JITTER + noise / scale(y) ** 2,
        normalize_y=True,
        noise="gaussian",
        n_restarts_optimizer=_RESTARTS,
        random_state=seed,
    )
    # Filters of warnings belong to the whole process: of two threads (Optuna's ``n_jobs``) the one
    # that ends first would give the other its warnings back.
    with _ONE_FIT_AT_A_TIME, warnings.catch_warnings():
        # A hyperparameter without influence has a length scale at its bound.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(x, y)


def scale(y: np.ndarray) -> float:
    """Return the deviation by which data are divided when they are normalised."""
    deviation = float(y.std())
    return deviation if deviation > 0 else 1.0
