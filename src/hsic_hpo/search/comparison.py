"""Methods side by side: what each found, retrained and tested (slides of [1]_, Table 4).

References
----------
.. [1] P. Novello, G. Poëtte, D. Lugato, P. M. Congedo, "Goal-oriented sensitivity analysis of
   hyperparameters in deep learning", Journal of Scientific Computing 94, 45 (2023).
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from hsic_hpo.search.final_choice import DESCRIPTIONS
from hsic_hpo.trials.costs import MEASURED_COSTS

REFERENCE = "hsic-gpbo"
_OF_NETWORK = {
    "n_params": f"{MEASURED_COSTS['n_params'].long_name} of the chosen network",
    "flops": MEASURED_COSTS["flops"].long_name,
}
_OF_SEED = {
    "test_error": "test error of a retraining",
    "final_validation_error": "validation error of a retraining",
}


def compare_methods(
    designs: Mapping[str, xr.Dataset], finals: Mapping[str, xr.Dataset]
) -> xr.Dataset:
    """Put the chosen configurations of all methods and their retrainings into one Dataset.

    Parameters
    ----------
    designs
        By method, what :func:`hsic_hpo.search.final_choice.chosen_design` returned.
    finals
        By method, the trials Dataset of the retrainings.

    Returns
    -------
    xarray.Dataset
        Over ``(search, search_repeat)``, and ``seed`` for the errors of retrainings; missing
        where a method has fewer repeats or a retraining did not end well. The attribute
        ``final_budget`` is the training budget of the retrainings as JSON.
    """
    compared = xr.concat(
        [_method(designs[method], finals[method]) for method in designs],
        pd.Index(list(designs), name="search"),
        data_vars="all",
        coords="minimal",
        compat="override",
        join="outer",
        combine_attrs="override",
        fill_value={"trial": "", "configuration": ""},
    )
    compared["search"].attrs["long_name"] = "search method"
    return compared


def _method(design: xr.Dataset, final: xr.Dataset) -> xr.Dataset:
    error_name, units = final.attrs["error_name"], final.attrs["error_units"]
    repeats = ("search_repeat",)
    variables = {
        name: xr.Variable(
            repeats, design[name].values, {"long_name": long_name, "units": unit or units}
        )
        for name, (long_name, unit) in DESCRIPTIONS.items()
    }
    for name, long_name in _OF_NETWORK.items():
        described = {"long_name": long_name, "units": MEASURED_COSTS[name].units}
        variables[name] = xr.Variable(repeats, final[name].values, described)
    for name, long_name in _OF_SEED.items():
        variables[name] = xr.Variable(
            ("search_repeat", "seed"),
            final[name.removeprefix("final_")].values,
            {"long_name": f"{long_name} ({error_name})", "units": units},
        )
    for name, long_name in (
        ("trial", "chosen trial"),
        ("configuration", "values of its active hyperparameters as JSON"),
    ):
        values = design[name].values.astype(object)
        variables[name] = xr.Variable(repeats, values, {"long_name": long_name})
    coords = {
        "search_repeat": (
            "search_repeat",
            np.arange(design.sizes["trial"]),
            {"long_name": "repeat of the search"},
        ),
        "seed": ("seed", np.arange(final.sizes["repeat"]), {"long_name": "retraining"}),
    }
    carried = {key: final.attrs[key] for key in ("study", "problem", "error_name", "error_units")}
    attrs = {**carried, "reference": REFERENCE, "final_budget": final.attrs["budget"]}
    return xr.Dataset(variables, coords, attrs)
