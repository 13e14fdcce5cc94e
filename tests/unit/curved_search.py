"""Random searches with learning curves, of which it is known what a halving would miss."""

import numpy as np
import xarray as xr

from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials.dataset import gather_records
from hsic_hpo.trials.design import make_design

SPACE = Space.from_dict(
    {
        "lr": {"type": "float", "range": [0.0, 1.0]},
        "width": {"type": "float", "range": [0.0, 1.0]},
        "batch": {"type": "float", "range": [0.0, 1.0]},
    }
)
N_EPOCHS = 24


def with_curves(
    curves: np.ndarray, *, seed: int = 0, early_stopping: bool = True, status: str = "ok"
) -> xr.Dataset:
    """Return random trials with these validation errors, ``(trial, repeat, epoch)``.

    A training ends with its last number; each of its epochs takes a second.
    """
    n, n_repeats, n_epochs = curves.shape
    budget = {"epochs": n_epochs} | ({"early_stopping": {"patience": 9}} if early_stopping else {})
    design = make_design(SPACE, sample(SPACE, n, seed=seed), budget)
    records = []
    for trial, of_trial in zip(design["trial"].values, curves, strict=True):
        for repeat, errors in enumerate(of_trial):
            curve = errors[np.isfinite(errors)].tolist()
            records.append(
                {
                    "trial": str(trial),
                    "repeat": repeat,
                    "status": status,
                    "reason": "",
                    "validation_error": min(curve) if early_stopping else curve[-1],
                    "test_error": curve[-1],
                    "train_seconds": float(len(curve)),
                    "epochs": len(curve),
                    "n_params": 10,
                    "flops": 20,
                    "learning_curve": curve,
                }
            )
    attrs = {"study": "curved", "seed": seed, "drawn": "random", "drawn_by": ""}
    return gather_records(
        design, records, attrs, n_repeats=n_repeats, error_name="loss", error_units="1"
    )


def curved(
    n: int, noise: float = 0.05, *, seed: int = 0, early_stopping: bool = True
) -> xr.Dataset:
    """Return trials whose error falls from that of ``width`` to that of ``lr``, with noise.

    Early on the width decides, at the end the rate; ``batch`` never does.
    """
    u = sample(SPACE, n, seed=seed)
    told = np.linspace(0, 1, N_EPOCHS) ** 0.5
    errors = 0.1 + np.outer(1 + u[:, 1], 1 - told) + np.outer(u[:, 0], told)
    noisy = errors * np.exp(noise * np.random.default_rng(seed).standard_normal(errors.shape))
    return with_curves(noisy[:, None], seed=seed, early_stopping=early_stopping)
