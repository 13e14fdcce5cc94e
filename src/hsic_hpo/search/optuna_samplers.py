"""The samplers of Optuna that propose here, and what each is told.

TPE searches by a Parzen estimator of good and bad trials ([1]_), with several objectives ([2]_) and
under constraints ([3]_); GP by a Gaussian process and expected improvement, of the hypervolume
where there are two objectives, times the probability of keeping to the constraints; NSGA-II by
evolution.

References
----------
.. [1] J. Bergstra, R. Bardenet, Y. Bengio, B. Kégl, "Algorithms for hyper-parameter optimization",
   Advances in Neural Information Processing Systems 24 (2011).
.. [2] Y. Ozaki, Y. Tanigaki, S. Watanabe, M. Onishi, "Multiobjective tree-structured Parzen
   estimator for computationally expensive optimization problems", GECCO (2020).
.. [3] S. Watanabe, F. Hutter, "c-TPE: tree-structured Parzen estimator with inequality constraints
   for expensive hyperparameter optimization", IJCAI (2023). Optuna's algorithm differs from it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hsic_hpo.errors import needs_extra

with needs_extra(
    "search: the methods of Optuna (tpe, gp, nsga2, motpe, mogp, ctpe, cgp)", "optuna"
):
    import optuna
    from optuna.samplers import BaseSampler, GPSampler, NSGAIISampler, TPESampler


@dataclass(frozen=True)
class Sampler:
    """A sampler and what it is told of a trial.

    Attributes
    ----------
    make
        Makes it from a seed, the size of a batch (at least 2), and whether the space has
        conditional hyperparameters.
    on_cost
        Whether the cost is a second objective.
    on_logs
        Whether error and cost are told as logarithms, where they are positive.
    """

    make: Callable[[int, int, bool], BaseSampler]
    on_cost: bool = False
    on_logs: bool = False

    def objectives(self, errors: np.ndarray, costs: np.ndarray) -> np.ndarray:
        """Return the ``(n, 1)`` or ``(n, 2)`` values to be minimised, of finite ones."""
        columns = [errors, costs] if self.on_cost else [errors]
        return np.column_stack([log(c) if self.on_logs else c for c in columns])


def log(values: np.ndarray) -> np.ndarray:
    """Return the logarithms of values that spread over decades, if all are positive."""
    return np.log(values) if (values > 0).all() else values


def _tpe(seed: int, _: int, conditional: bool) -> BaseSampler:
    # Without groups, conditional hyperparameters are searched one by one.
    return TPESampler(seed=seed, multivariate=True, group=conditional, constant_liar=True)


def _motpe(seed: int, _: int, conditional: bool) -> BaseSampler:
    # One by one, as is Optuna's default where there are two objectives.
    return TPESampler(seed=seed, multivariate=False, constant_liar=True)


def _gp(seed: int, _: int, conditional: bool) -> BaseSampler:
    # It models what all trials have, and leaves what is conditional to another sampler.
    others = TPESampler(seed=seed, multivariate=False) if conditional else None
    return GPSampler(seed=seed, deterministic_objective=False, independent_sampler=others)


def _nsga2(seed: int, batch_size: int, _: bool) -> BaseSampler:
    return NSGAIISampler(population_size=batch_size, seed=seed)


SAMPLERS = {
    "tpe": Sampler(_tpe),
    "gp": Sampler(_gp),
    "nsga2": Sampler(_nsga2, on_cost=True),
    "motpe": Sampler(_motpe, on_cost=True, on_logs=True),
    "mogp": Sampler(_gp, on_cost=True, on_logs=True),
    "ctpe": Sampler(_tpe),
    "cgp": Sampler(_gp, on_logs=True),
}
"""By the name of the method."""


def quiet() -> None:
    """Let Optuna say what is wrong, and nothing else."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
