"""Small made-up trials and sensitivity Datasets, for the tests of tables and figures."""

import json

import numpy as np
import xarray as xr

TARGETS = ["error", "flops", "train_seconds"]
SUBSETS = ["best", "worst"]


def trials(
    errors: np.ndarray, *, n_diverged: int = 0, n_failed: int = 0, units: str = "1"
) -> xr.Dataset:
    """Return trials with these errors, followed by diverged and failed ones without any."""
    lost = n_diverged + n_failed
    values = np.concatenate([errors, np.full(lost, np.nan)])[:, None]
    status = ["ok"] * len(errors) + ["diverged"] * n_diverged + ["failed"] * n_failed
    reason = ["killed" if one == "failed" else "" for one in status]
    return xr.Dataset(
        {
            "validation_error": (("trial", "repeat"), values),
            "status": (("trial", "repeat"), np.array(status, dtype=object)[:, None]),
            "reason": (("trial", "repeat"), np.array(reason, dtype=object)[:, None]),
        },
        attrs={"study": "example", "error_name": "relative L2 error", "error_units": units},
    )


def sensitivity(
    groups: dict[str, list[str]],
    *,
    indices: dict[str, float] | None = None,
    notes: dict[str, str] | None = None,
    categorical: tuple[str, ...] = (),
    threshold: float = 0.1,
    n: int = 200,
    seed: int = 0,
) -> xr.Dataset:
    """Return a sensitivity Dataset in which the hyperparameters have the given indices.

    ``indices`` are the values for the best fraction by error; others are noise, under the floor
    of 6e-4. Groups with a note have no index by error.
    """
    rng = np.random.default_rng(seed)
    names = list(dict.fromkeys(name for members in groups.values() for name in members))
    indices, notes = indices or {}, notes or {}
    shape = (len(groups), len(TARGETS), len(SUBSETS), len(names))
    hsic = rng.uniform(5e-5, 5e-4, shape)
    for name, value in indices.items():
        hsic[:, 0, 0, names.index(name)] = value * rng.uniform(0.9, 1.1, len(groups))
    for i, (label, members) in enumerate(groups.items()):
        hsic[i, :, :, ~np.isin(names, members)] = np.nan
        if label in notes:
            hsic[i, TARGETS.index("error")] = np.nan
    floor = np.where(np.isnan(hsic), np.nan, 6e-4)
    unbiased = hsic - 2e-4
    half_width = 1e-4 + 0.4 * hsic
    p_value = np.exp(-((hsic / 3e-4) ** 2)) + 0.001
    adjusted = np.minimum(1, len(names) * p_value - (len(names) - 1) * 0.001)
    by_levels = hsic.copy()
    for name in categorical:
        by_levels[..., names.index(name)] *= 1.1
    statistics = {
        "hsic": hsic,
        "hsic_unbiased": unbiased,
        "r2_hsic": 5 * hsic,
        "standard_error": half_width / 2,
        "interval_low": np.maximum(unbiased - half_width, 0),
        "interval_high": unbiased + half_width,
        "p_value": p_value,
        "p_value_adjusted": adjusted,
        "p_value_bh": np.minimum(1, 2 * p_value),
        "noise_floor": floor,
    }
    significant = np.where(np.isnan(hsic), np.nan, adjusted <= 0.05)
    dims = ("group", "target", "subset", "hyperparameter")
    note = np.full(shape[:3], "", dtype=object)
    for label, text in notes.items():
        note[list(groups).index(label), TARGETS.index("error")] = text
    sizes = np.maximum(5, n // (1 + np.arange(len(groups))))
    by_value = {
        "hsic": by_levels,
        "hsic_unbiased": by_levels - 2e-4,
        "r2_hsic": 5 * by_levels,
        "interval_low": by_levels - 2e-4 - half_width,
        "interval_high": by_levels - 2e-4 + half_width,
    }
    return xr.Dataset(
        {name: (dims, values) for name, values in (statistics | by_value).items()}
        | {
            "significant": (dims, significant),
            "paper": (("statistic", *dims), np.stack(list(statistics.values()))),
            "pure_p_value_adjusted": ((*dims, "partner"), np.full((*shape, len(names)), 0.9)),
            "n": ("group", sizes),
            "m": (dims[:3], np.broadcast_to(sizes[:, None, None] // 10, shape[:3]).copy()),
            "note": (dims[:3], note),
            "threshold": (("target", "subset"), np.full((3, 2), threshold)),
        },
        coords={
            "statistic": list(statistics),
            "group": list(groups),
            "target": TARGETS,
            "subset": SUBSETS,
            "hyperparameter": names,
            "partner": names,
        },
        attrs={
            "study": "example",
            "goal_fraction": 0.1,
            "confidence": 0.95,
            "significance": 0.05,
            "error_name": "relative L2 error",
            "error_units": "1",
            "space": json.dumps({}),
        },
    )
