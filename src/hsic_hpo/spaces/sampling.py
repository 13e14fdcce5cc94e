"""Random designs: independent uniform draws of every hyperparameter."""

import hashlib

import numpy as np

from hsic_hpo.spaces.space import Space


def sample(space: Space, n_trials: int, seed: int) -> np.ndarray:
    """Draw points of a search space at random.

    Each hyperparameter has a random stream of its own, derived from the seed and its name: more
    trials leave the first ones as they are, and adding a hyperparameter leaves the draws of the
    others as they are.

    Parameters
    ----------
    space
        The search space, of d hyperparameters.
    n_trials
        Number of points, at least 1.
    seed
        Non-negative integer.

    Returns
    -------
    numpy.ndarray
        ``(n_trials, d)`` in [0, 1), NaN where a hyperparameter is inactive.
    """
    columns = [np.random.default_rng(_stream(seed, name)).random(n_trials) for name in space.names]
    return space.mask(np.column_stack(columns))


def _stream(seed: int, name: str) -> np.random.SeedSequence:
    digest = hashlib.sha256(name.encode()).digest()
    key = tuple(int(word) for word in np.frombuffer(digest[:16], dtype="<u4"))
    return np.random.SeedSequence(seed, spawn_key=key)
