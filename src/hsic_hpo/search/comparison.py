"""Methods side by side: what each found, retrained and tested (slides of [1]_, Table 4).

References
----------
.. [1] P. Novello, G. Poëtte, D. Lugato, P. M. Congedo, "Goal-oriented sensitivity analysis of
   hyperparameters in deep learning", Journal of Scientific Computing 94, 45 (2023).
"""

import json
from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from hsic_hpo.search.final_choice import DESCRIPTIONS
from hsic_hpo.trials.costs import MEASURED_COSTS
from hsic_hpo.trials.retrained import RETRAINED_FOR, trained_for

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
    designs: Mapping[str, xr.Dataset],
    finals: Mapping[str, xr.Dataset],
    methods: Mapping[str, str] | None = None,
) -> xr.Dataset:
    """Put the chosen configurations of all methods and their retrainings into one Dataset.

    Parameters
    ----------
    designs
        By name of the row, what :func:`hsic_hpo.search.final_choice.chosen_design` returned, see
        :func:`row_name`.
    finals
        By the same names, the trials Datasets of the retrainings.
    methods
        By the same names, the method; None where the names are those of the methods.

    Returns
    -------
    xarray.Dataset
        Over ``(search, search_repeat)``, and ``seed`` for the errors of retrainings; missing
        where a method has fewer repeats, a repeat found nothing to choose or a retraining did not
        end well. Beside ``search`` stand the ``method`` and, in words, the ``choice``; of trials of
        version 0.1 it is not known. The attribute ``final_budget`` is the training budget of the
        retrainings as JSON, ``reference`` the row that others are compared with. Where choices were
        trained again with several budgets, ``final_budget`` is a list of these, and
        ``retrained_for``, beside ``search``, the length of that of the row in words.
    """
    compared = xr.concat(
        [_row(designs[name], finals[name]) for name in designs],
        pd.Index(list(designs), name="search"),
        data_vars="all",
        coords="minimal",
        compat="override",
        join="outer",
        combine_attrs="override",
        fill_value={"trial": "", "configuration": ""},
    )
    compared["search"].attrs["long_name"] = "search method"
    if all("choice" in design.attrs for design in designs.values()):
        of = dict(zip(designs, designs, strict=True)) if methods is None else methods
        texts = {
            "method": ([of[name] for name in designs], "search method"),
            "choice": ([design.attrs["choice"] for design in designs.values()], "what was chosen"),
        }
        compared = compared.assign_coords(
            {
                name: ("search", np.array(values, dtype=object), {"long_name": long_name})
                for name, (values, long_name) in texts.items()
            }
        )
        first = next((name for name in designs if of[name] == REFERENCE), REFERENCE)
        compared.attrs["reference"] = first
    budgets = {name: json.loads(final.attrs["budget"]) for name, final in finals.items()}
    different = [json.loads(text) for text in dict.fromkeys(map(json.dumps, budgets.values()))]
    if len(different) > 1:
        lengths = np.array([trained_for(budgets[name]) for name in designs], dtype=object)
        described = {"long_name": "length of the retrainings"}
        compared = compared.assign_coords({RETRAINED_FOR: ("search", lengths, described)})
        compared.attrs["final_budget"] = json.dumps(different)
    return compared


def row_name(method: str, choice: str, n_choices: int) -> str:
    """Return the name of a row: the method, and the choice where the method makes several.

    Examples
    --------
    >>> from hsic_hpo.search.comparison import row_name
    >>> row_name("gpbo", "lowest-error", 1), row_name("gpbo", "knee", 2)
    ('gpbo', 'gpbo, knee')
    """
    return method if n_choices == 1 else f"{method}, {choice}"


def _row(design: xr.Dataset, final: xr.Dataset) -> xr.Dataset:
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
    numbers = np.arange(design.sizes["trial"])
    coords = {
        "search_repeat": (
            "search_repeat",
            design["search_repeat"].values if "search_repeat" in design else numbers,
            {"long_name": "repeat of the search"},
        ),
        "seed": ("seed", np.arange(final.sizes["repeat"]), {"long_name": "retraining"}),
    }
    carried = {key: final.attrs[key] for key in ("study", "problem", "error_name", "error_units")}
    attrs = {**carried, "reference": REFERENCE, "final_budget": final.attrs["budget"]}
    return xr.Dataset(variables, coords, attrs)
