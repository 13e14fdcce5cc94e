"""A made-up search to try things on."""

import numpy as np
import pandas as pd
import xarray as xr

from hsic_hpo.checks import check_integer
from hsic_hpo.interop.table import trials_from_frame
from hsic_hpo.spaces.definitions import Categorical, Float, Integer
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space

_FEWEST = 30


def example_trials(n_trials: int = 300, seed: int = 0) -> xr.Dataset:
    """Return made-up trials of a network, in which it is known what matters.

    The error depends on the learning rate ``lr`` (best near 0.01) and, where the optimiser
    ``opt`` is ``"sgd"``, on its ``momentum`` (best near 0.9, and then as good as ``"adam"``). The
    ``units`` of the network drive nothing but its cost.

    Parameters
    ----------
    n_trials
        Number of trials, at least 30.
    seed
        Non-negative integer.

    Returns
    -------
    xarray.Dataset
        Trials Dataset with the cost ``seconds``.

    Raises
    ------
    InputError
        For fewer trials, or a seed that is not allowed.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> trials = hh.example_trials()
    >>> trials["hyperparameter"].values.tolist()
    ['lr', 'units', 'opt', 'momentum']
    """
    check_integer("n_trials", n_trials, _FEWEST)
    check_integer("seed", seed, 0)
    space = Space(
        {
            "lr": Float(1e-4, 1e-1, log=True),
            "units": Integer(8, 256),
            "opt": Categorical(["sgd", "adam"]),
            "momentum": Float(0, 0.99, when={"opt": "sgd"}),
        }
    )
    frame = pd.DataFrame(space.configurations(sample(space, n_trials, seed)))
    noise = np.random.default_rng(seed).random((2, n_trials))
    by_momentum = np.where(frame["opt"] == "sgd", (frame["momentum"] - 0.9) ** 2, 0)
    frame["loss"] = np.log10(frame["lr"] / 0.01) ** 2 + by_momentum + 0.1 * noise[0]
    frame["seconds"] = frame["units"] * (1 + 0.1 * noise[1])
    return trials_from_frame(frame, space, error="loss", cost="seconds", name="example")
