"""Trials written down by hand, for tests of what searches make of them."""

from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.spaces.space import Space
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.design import label_design

SPACE = Space.from_dict(
    {
        "kind": {"type": "categorical", "levels": ["a", "b"]},
        "width": {"type": "integer", "range": [1, 100]},
        "flag": {"type": "boolean", "when": {"kind": "a"}},
    }
)


def trials(
    rows: list[tuple[dict[str, Any], float | None, float]],
    *,
    epochs: int = 2,
    n_repeats: int = 1,
    samples: int = 1000,
) -> xr.Dataset:
    """Return trials of (configuration, error or None for failed, flops), trained for epochs."""
    configurations = [configuration for configuration, _, _ in rows]
    u = np.array([SPACE.point(c) for c in configurations]).reshape(-1, len(SPACE))
    design = label_design(SPACE, u, configurations, {"epochs": epochs})
    records = [
        {
            "trial": name,
            "repeat": repeat,
            "status": "failed" if error is None else "ok",
            "reason": "" if error is not None else "made up",
            "validation_error": error,
            "test_error": error,
            "train_seconds": 0.5,
            "epochs": epochs,
            "n_params": None if error is None else flops / 2,
            "flops": None if error is None else flops,
            "learning_curve": [error] * epochs,
        }
        for name, (_, error, flops) in zip(design["trial"].values, rows, strict=True)
        for repeat in range(n_repeats)
    ]
    return trials_data.gather_records(
        design,
        records,
        {"study": "made up", "problem": "{}", "training_samples": samples},
        n_repeats=n_repeats,
        error_name="error",
        error_units="1",
    )


A = {"kind": "a", "width": 3, "flag": True}
B = {"kind": "b", "width": 7}
C = {"kind": "b", "width": 90}
