"""Tables of the page that hold less than those of the files: what a reader compares, with units."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import xarray as xr

from hsic_hpo.digits import share
from hsic_hpo.reports.numbers import factor, quantity, with_spread
from hsic_hpo.selection.tradeoffs import tradeoffs
from hsic_hpo.tables.comparison import comparison_table
from hsic_hpo.tables.front import cost_column, front_table
from hsic_hpo.tables.front_held import front_held_table
from hsic_hpo.trials.retrained import RETRAINED_FOR
from hsic_hpo.wording import cost_name, number

_SECONDS = ((3600.0, "h"), (60.0, "min"), (1.0, "s"))


def duration(seconds: float) -> str:
    """Return a time in the largest unit of which it has two: ``"73 min"``, ``"1.3 s"``."""
    for unit, name in _SECONDS[:-1]:
        if seconds >= 2 * unit:
            return f"{number(seconds / unit)} {name}"
    return f"{number(seconds)} s"


def front_on_page(front: xr.Dataset) -> pd.DataFrame:
    """Tabulate the front for a reader, as texts; the picker beside it has the configurations.

    Parameters
    ----------
    front
        Front Dataset.
    """
    table = front_table(front)
    units = "" if front.attrs["error_units"] == "1" else f" ({front.attrs['error_units']})"
    shown: dict[str, Sequence[str]] = {}
    texts = {
        cost_column(front) or "": quantity,
        "flops_per_sample": quantity,
        "params": quantity,
        "training_seconds": duration,
        "validation_error": number,
        "test_error": number,
    }
    headings = {
        cost_column(front) or "": str(front.attrs["cost_name"]),
        "params": "parameters",
        "training_seconds": "training time",
        "validation_error": f"validation error{units}",
        "test_error": f"test error{units}",
        "flops_per_sample": "FLOPs per sample",
    }
    for name, text in texts.items():
        if name in table:
            shown[headings.get(name, name)] = _texts(table[name], text)
    if {"dearer_cost", "dearer_error"} <= set(table):
        shown["next dearer network"] = [
            "" if pd.isna(cost) else f"{factor(cost)} cost, {factor(error)} error"
            for cost, error in zip(table["dearer_cost"], table["dearer_error"], strict=True)
        ]
    shown["found by"] = table["found_by"].tolist()
    if (table["chosen_by"] != "").any():
        shown["it is the"] = table["chosen_by"].tolist()
    return pd.DataFrame(shown)


FRONT_REMARK = (
    "To each of these networks no other of the study is preferable in both error and cost. Next "
    "dearer network: its cost and its error, each as a multiple of this one's. The lowest of many "
    "validation errors is also the luckiest: the networks that the searches chose were trained "
    "again."
)


def tradeoffs_on_page(selection: xr.Dataset, datasets: Sequence[xr.Dataset]) -> pd.DataFrame:
    """Tabulate what the decisions cost for a reader, as texts.

    Parameters
    ----------
    selection
        Selection Dataset.
    datasets
        Trials Datasets of the random search and of all searches.
    """
    table = tradeoffs(selection, datasets)
    cost = str(selection.attrs["cost"])
    return pd.DataFrame(
        {
            "networks that obey": table["decision"].replace({"none": "no decision"}),
            "choice": table["choice"],
            "networks": _texts(table["networks"], quantity),
            "lowest validation error": _texts(table["validation_error"], number),
            "over the lowest of all": _texts(table["error_factor"], factor),
            f"its {cost_name(cost)}": _texts(table[cost], quantity),
        }
    )


def comparison_on_page(comparison: xr.Dataset) -> pd.DataFrame:
    """Tabulate what the search methods reached for a reader, as texts.

    Parameters
    ----------
    comparison
        Comparison Dataset.
    """
    table = comparison_table(comparison)
    units = (
        "" if comparison.attrs["error_units"] == "1" else f" ({comparison.attrs['error_units']})"
    )
    published = table["source"] == "slides"
    shown: dict[str, Sequence[str]] = {
        "method": np.where(published, table["method"] + " (paper)", table["method"]).tolist()
    }
    if "choice" in table:
        shown["choice"] = table["choice"].fillna("").tolist()
    if RETRAINED_FOR in table:
        shown["retrained for"] = table[RETRAINED_FOR].fillna("").tolist()
    errors = zip(table["test_error"], table["test_error_std"], strict=True)
    shown |= {
        f"test error{units}": [
            "" if pd.isna(mean) else with_spread(mean, deviation) for mean, deviation in errors
        ],
        "FLOPs per sample": _texts(table["flops_per_sample"], quantity),
        f"over those of {comparison.attrs['reference']}": _texts(table["flops_factor"], factor),
        "parameters": _texts(table["params"], quantity),
        "trainings of the search": _texts(table["trainings"], quantity),
        "their FLOPs": _texts(table["total_training_flops"], quantity),
        "their time": _texts(table["wall_time_s"], duration),
        "final trainings": table["retrainings"].fillna("").tolist(),
    }
    return pd.DataFrame(shown)


def front_held_on_page(found: xr.Dataset) -> pd.DataFrame:
    """Tabulate what each search holds of the front for a reader, as texts.

    Parameters
    ----------
    found
        Dataset of :func:`hsic_hpo.search.front_held.front_held`.
    """
    table = front_held_table(found)
    headings = {
        "repeats": ("repeats", number),
        "trainings": ("trainings", quantity),
        "training_flops": ("their FLOPs", quantity),
        "front_held": ("front held, median", _share),
        "front_held_lowest": ("lowest", _share),
        "front_held_highest": ("highest", _share),
        "at_equal_flops": ("at equal FLOPs, median", _share),
    }
    shown: dict[str, Sequence[str]] = {"method": table["method"].tolist()}
    shown |= {
        heading: _texts(table[name], text)
        for name, (heading, text) in headings.items()
        if name in table
    }
    return pd.DataFrame(shown)


def _share(fraction: float) -> str:
    return share(fraction, 1)


def _texts(values: pd.Series, text: Callable[[float], str]) -> list[str]:
    return ["" if pd.isna(value) else text(float(value)) for value in values]
