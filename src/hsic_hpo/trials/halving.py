"""Halving a random search: who goes on after a rung, and after which one each trial was stopped.

Which of them go on :mod:`hsic_hpo.trials.rungs` tells.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.trials.dataset import STOPPED
from hsic_hpo.trials.rungs import Rung, survivors
from hsic_hpo.trials.thresholds import lowest_error

_GOLDEN = (np.sqrt(5) - 1) / 2


def design_of_survivors(
    design: xr.Dataset, records: Iterable[Mapping[str, Any]], rung: Rung, n: int
) -> xr.Dataset:
    """Return the design of the trials that go on after a rung.

    They are ordered so that any run of them holds large and small networks alike: jobs of equally
    many take about equally long.

    Parameters
    ----------
    design
        Of the trials that reached the rung.
    records
        Of their trainings, as of the rung.
    rung
        The rung; noted as attributes.
    n
        How many go on at most.

    Returns
    -------
    xarray.Dataset
        With ``number``, the trial's place in the random design, and ``flops``, missing where
        unknown.
    """
    if "number" in design:
        # Of equal errors the first trial goes on, whatever order they were trained in.
        design = design.sortby("number")
    else:
        design = design.assign(number=("trial", np.arange(design.sizes["trial"])))
    by_trial: dict[str, list[Mapping[str, Any]]] = {}
    for record in records:
        by_trial.setdefault(record["trial"], []).append(record)
    rows = [by_trial[str(name)] for name in design["trial"].values]
    errors = np.array([_error(row) for row in rows])
    flops = np.array([row[0]["flops"] or np.nan for row in rows], dtype=float)
    going_on = design.assign(flops=("trial", flops)).isel(trial=survivors(errors, n))
    by_size = going_on.sortby("flops", ascending=False)
    places = np.argsort(np.argsort(np.arange(by_size.sizes["trial"]) * _GOLDEN % 1))
    return by_size.isel(trial=places).assign_attrs(
        rung_epochs=rung.epochs, rung_keep=rung.keep, **_carried(design)
    )


def _carried(design: xr.Dataset) -> dict[str, Any]:
    return {key: value for key, value in design.attrs.items() if not key.startswith("rung_")}


def _error(records: Sequence[Mapping[str, Any]]) -> float:
    return float(np.mean([lowest_error(record) for record in records]))


def rung_of(design: xr.Dataset) -> Rung:
    """Return the rung after which the trials of a design went on."""
    return Rung(int(design.attrs["rung_epochs"]), float(design.attrs["rung_keep"]))


def with_rungs(trials: xr.Dataset, rungs: Sequence[Rung]) -> xr.Dataset:
    """Return gathered trials with the rung after which each was stopped.

    Parameters
    ----------
    trials
        Trials Dataset of a halved search.
    rungs
        In their order; none for a search that was not halved, which is returned as it is.
    """
    return labelled(trials, rungs) if rungs else trials


def labelled(trials: xr.Dataset, rungs: Sequence[Rung]) -> xr.Dataset:
    """Return trials with ``rung``, the rung after which each was stopped, and all rungs noted."""
    was_stopped = trials["status"] == STOPPED
    ends = np.array([rung.epochs for rung in rungs])
    stops = trials["epochs"].where(was_stopped).max("repeat").values
    number = np.where(np.isnan(stops), 0, 1 + np.searchsorted(ends, stops)).astype(int)
    described = {"long_name": "rung after which the trial was stopped, 0: none", "units": "1"}
    status = trials["status"].assign_attrs(long_name="outcome: ok, diverged, failed or stopped")
    told = trials.assign(status=status, rung=("trial", number, described))
    return told.assign_attrs(rungs=json.dumps([asdict(rung) for rung in rungs]))
