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
from hsic_hpo.trials.retrained import RETRAINED_FOR, each_choice_once
from hsic_hpo.wording import number

_SOURCE = "this study"
# Of the slides; a study names its own.
_REFERENCE = "hsic-gpbo"
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
_LOWEST = "lowest error"
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
        One row per method and choice (``choice`` in words, where it is known; ``retrained_for``,
        where choices were trained again with several budgets): mean and standard deviation of the
        test error over all retrainings that ended well, of ``retrainings`` in all;
        medians over the repeats of the search of ``params`` and ``flops_per_sample`` (operations of
        the forward pass of one sample); ``flops_factor``, these over those of the reference;
        ``trainings``, ``total_training_flops`` and ``wall_time_s`` of one repeat, the random search
        included where the method started from it. Below, the slides' rows where the problem is
        theirs.
    """
    rows = [_row(dataset.sel(search=name)) for name in dataset["search"].values]
    published = _published(dataset)
    frame = pd.DataFrame(rows + published)
    # Counts keep all their digits.
    frame["trainings"] = frame["trainings"].round().astype("Int64")
    is_reference = np.array(
        [name == dataset.attrs["reference"] for name in dataset["search"].values]
        + [row["method"] == _REFERENCE for row in published]
    )
    for source, part in frame.groupby("source", sort=False):
        inside = frame["source"] == source
        reference = frame.loc[inside & is_reference, "flops_per_sample"]
        if len(reference):
            frame.loc[inside, "flops_factor"] = part["flops_per_sample"] / reference.iloc[0]
    return frame


def _row(found: xr.Dataset) -> dict[str, Any]:
    errors = found["test_error"].values
    finite = errors[np.isfinite(errors)]
    present = found["n_trainings"].notnull()
    return {
        "source": _SOURCE,
        "method": str(found["method" if "method" in found else "search"].item()),
        **{name: str(found[name].item()) for name in ("choice", RETRAINED_FOR) if name in found},
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
        for method, (error, deviation, params, flops) in _slides(dataset).items()
    ]


def _slides(dataset: xr.Dataset) -> Mapping[str, tuple[float, float, int, float]]:
    return _SLIDES.get(str(json.loads(dataset.attrs["problem"]).get("name", "")), {})


def comparison_sentence(dataset: xr.Dataset) -> str:
    """State the test error of each method, and its FLOPs over the reference's, choice by choice."""
    table = comparison_table(dataset)
    rows = table[table["source"] == _SOURCE].to_dict("records")
    names = [str(name) for name in dataset["search"].values]
    reached = dict(zip(names, map(_reached, rows), strict=True))
    first, *others = _of_choices(dataset, reached, "; ")
    told = [f"Test {dataset.attrs['error_name']} of what was chosen{first}"]
    return " ".join(f"{text}." for text in [*told, *(f"Chosen{text}" for text in others)])


def _of_choices(dataset: xr.Dataset, told: Mapping[str, str], between: str) -> list[str]:
    """Return what is told of the rows, of each choice's in one text where methods make several."""
    several = "method" in dataset and len(set(dataset["method"].values)) < dataset.sizes["search"]
    found: dict[str, list[str]] = {}
    for name, text in told.items():
        row = dataset.sel(search=name)
        by = f" by '{row['choice'].item()}'" if several else ""
        if several and RETRAINED_FOR in row.coords:
            by += f", trained for {row[RETRAINED_FOR].item()}"
        method = str(row["method"].item()) if "method" in row.coords else name
        found.setdefault(by, []).append(f"{method} {text}")
    return [f"{by}: {between.join(texts)}" for by, texts in found.items()]


def _reached(row: Mapping[Any, Any]) -> str:
    if row["repeats"] == 0:
        return "no network within it"
    if pd.isna(row["test_error"]):
        return "no retraining ended well"
    spread = "" if pd.isna(row["test_error_std"]) else f" ± {number(row['test_error_std'])}"
    cost = ""
    if pd.notna(row["flops_per_sample"]):
        cost = f" with {number(row['flops_per_sample'])} FLOPs per sample"
    if pd.notna(row["flops_factor"]):
        cost += f" (×{number(row['flops_factor'])})"
    return f"{number(row['test_error'])}{spread}{cost}"


def comparison_remark(dataset: xr.Dataset) -> str:
    """State which trainings the errors belong to, and how the slides' rows may be compared."""
    name, units = dataset.attrs["error_name"], dataset.attrs["error_units"]
    shown = name if units == "1" else f"{name} in {units}"
    once = each_choice_once(dataset).drop_vars(RETRAINED_FOR, errors="ignore")
    found = {
        str(name): _spread(once.sel(search=name))
        for name in once["search"].values
        if np.isfinite(once["validation_error"].sel(search=name)).any()
    }
    spread = ";".join(_of_choices(once, found, ", "))
    budgets = json.loads(dataset.attrs["final_budget"])
    given = "; or ".join(map(budget_in_words, budgets if isinstance(budgets, list) else [budgets]))
    text = (
        f"Test error: {shown} of the retrainings ({given}); trainings, their operations and wall "
        "time are those of the search. "
        f"{_of_search(dataset)}{spread}."
    )
    if slides := _slides(dataset):
        text += f" {_UNIT_REMARK}{_MNIST_REMARK if slides is _SLIDES['mnist'] else ''}"
    return text


def _of_search(dataset: xr.Dataset) -> str:
    chosen = dataset["choice"].values.tolist() if "choice" in dataset else [_LOWEST]
    if {*chosen} == {_LOWEST}:
        return "Lowest validation error that the repeats found"
    return "Validation error in the search of what the repeats chose"


def _spread(found: xr.Dataset) -> str:
    errors = found["validation_error"].values
    errors = errors[np.isfinite(errors)]
    low, high = number(errors.min()), number(errors.max())
    return low if low == high else f"{low} to {high}"
