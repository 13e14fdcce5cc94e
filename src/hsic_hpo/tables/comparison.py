"""Table 4: search methods side by side, and the slides' rows of the same problem below ([1]_).

References
----------
.. [1] P. Novello, G. Poëtte, D. Lugato, P. M. Congedo, "Explainable hyperparameter optimization
   using goal oriented sensitivity analysis", slides, 2021, Table 4.
"""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from hsic_hpo.training.budget import budget_in_words
from hsic_hpo.wording import number

_SOURCE = "this study"
# Test metric (mean, standard deviation), parameters, and the column that the slides head
# "MFLOPs": it is twice the parameters over a thousand, so thousands of operations per sample.
_SLIDES: dict[str, dict[str, tuple[float, float, int, float]]] = {
    "mnist": {
        "random": (1.64, np.nan, 436_147, 871e3),
        "gpbo": (1.58, 0.05, 10_271_367, 20_534e3),
        "hsic-gpbo": (1.58, 0.02, 151_306, 307e3),
    },
    "bateman": {
        "random": (1.99e-4, np.nan, 1_259_140, 2_516e3),
        "gpbo": (2.94e-4, 0.42e-4, 1_588_215, 3_173e3),
        "hsic-gpbo": (3.49e-4, 0.31e-4, 3_291, 7e3),
    },
}
_UNIT_REMARK = (
    "The slides head their column of operations MFLOPs; it equals twice the parameters over 1000, "
    "so it is read here as thousands of operations per sample. Their errors come from other data "
    "and budgets: only structure and factors compare."
)
_MNIST_REMARK = " Their accuracies are given here as errors, 100 minus the accuracy."


def comparison_table(dataset: xr.Dataset) -> pd.DataFrame:
    """Tabulate what each method found.

    Parameters
    ----------
    dataset
        Comparison Dataset.

    Returns
    -------
    pandas.DataFrame
        One row per method: mean and standard deviation of the test error over all retrainings
        that ended well, of ``retrainings`` in all; medians over the repeats of the search of
        ``params`` and ``flops_per_sample`` (operations of the forward pass of one sample);
        ``flops_factor``, these over those of the reference; ``trainings``,
        ``total_training_flops`` and ``wall_time_s`` of one repeat, the random search included
        where the method started from it. Below, the slides' rows where the problem is theirs.
    """
    rows = [_row(dataset.sel(search=method), str(method)) for method in dataset["search"].values]
    frame = pd.DataFrame(rows + _published(dataset))
    # Counts keep all their digits.
    frame["trainings"] = frame["trainings"].round().astype("Int64")
    for source, part in frame.groupby("source", sort=False):
        reference = part.loc[part["method"] == dataset.attrs["reference"], "flops_per_sample"]
        if len(reference):
            inside = frame["source"] == source
            frame.loc[inside, "flops_factor"] = part["flops_per_sample"] / reference.iloc[0]
    return frame


def _row(found: xr.Dataset, method: str) -> dict[str, Any]:
    errors = found["test_error"].values
    finite = errors[np.isfinite(errors)]
    present = found["n_trainings"].notnull()
    return {
        "source": _SOURCE,
        "method": method,
        "test_error": finite.mean() if finite.size else np.nan,
        "test_error_std": finite.std(ddof=1) if finite.size > 1 else np.nan,
        "params": _median(found["n_params"]),
        "flops_per_sample": _median(found["flops"]),
        "flops_factor": np.nan,
        "trainings": _median(found["n_trainings"]),
        "total_training_flops": _median(found["training_flops"]),
        "wall_time_s": _median(found["train_seconds"]),
        "repeats": int(present.sum()),
        "retrainings": f"{finite.size} of {int(present.sum()) * found.sizes['seed']}",
    }


def _median(values: xr.DataArray) -> float:
    known = values.values[np.isfinite(values.values)]
    return float(np.median(known)) if known.size else np.nan


def _published(dataset: xr.Dataset) -> list[dict[str, Any]]:
    return [
        {
            "source": "slides",
            "method": method,
            "test_error": error,
            "test_error_std": deviation,
            "params": float(params),
            "flops_per_sample": flops,
            "flops_factor": np.nan,
        }
        for method, (error, deviation, params, flops) in _SLIDES.get(_problem(dataset), {}).items()
    ]


def _problem(dataset: xr.Dataset) -> str:
    return str(json.loads(dataset.attrs["problem"]).get("name", ""))


def comparison_sentence(dataset: xr.Dataset) -> str:
    """State in one line the test error of each method, and its FLOPs over the reference's."""
    table = comparison_table(dataset)
    rows = table[table["source"] == _SOURCE]
    parts = [_reached(row) for row in rows.to_dict("records")]
    return f"Test {dataset.attrs['error_name']} of what was chosen: {'; '.join(parts)}."


def _reached(row: Mapping[Any, Any]) -> str:
    if pd.isna(row["test_error"]):
        return f"{row['method']} no retraining ended well"
    spread = "" if pd.isna(row["test_error_std"]) else f" ± {number(row['test_error_std'])}"
    cost = ""
    if pd.notna(row["flops_per_sample"]):
        cost = f" with {number(row['flops_per_sample'])} FLOPs per sample"
    if pd.notna(row["flops_factor"]):
        cost += f" (×{number(row['flops_factor'])})"
    return f"{row['method']} {number(row['test_error'])}{spread}{cost}"


def comparison_remark(dataset: xr.Dataset) -> str:
    """State which trainings the errors belong to, and how the slides' rows may be compared."""
    name, units = dataset.attrs["error_name"], dataset.attrs["error_units"]
    shown = name if units == "1" else f"{name} in {units}"
    spread = ", ".join(
        f"{method} {_spread(dataset.sel(search=method))}"
        for method in dataset["search"].values.tolist()
    )
    given = budget_in_words(json.loads(dataset.attrs["final_budget"]))
    text = (
        f"Test error: {shown} of the retrainings ({given}); trainings, their operations and wall "
        "time are those of the search. "
        f"Lowest validation error that the repeats found: {spread}."
    )
    problem = _problem(dataset)
    if problem in _SLIDES:
        text += f" {_UNIT_REMARK}{_MNIST_REMARK if problem == 'mnist' else ''}"
    return text


def _spread(found: xr.Dataset) -> str:
    errors = found["validation_error"].values
    errors = errors[np.isfinite(errors)]
    low, high = number(errors.min()), number(errors.max())
    return low if low == high else f"{low} to {high}"
