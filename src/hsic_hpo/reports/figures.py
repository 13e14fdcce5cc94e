"""The figures of trials and their analysis, without a study around them."""

from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr

from hsic_hpo.figures.by_name import draw
from hsic_hpo.figures.style import save
from hsic_hpo.reports.parts import Parts
from hsic_hpo.trials.goals import cost_names
from hsic_hpo.trials.values_of_pairs import interacting_pairs


def write_figures(
    trials: xr.Dataset,
    sensitivity: xr.Dataset,
    folder: Path | str,
    parts: Parts,
    convergence: xr.Dataset | None = None,
    by_budget: xr.Dataset | None = None,
    by_epoch: xr.Dataset | None = None,
) -> list[Path]:
    """Draw all figures that have anything to show, as ``NAME.svg``.

    Parameters
    ----------
    trials
        Trials Dataset.
    sensitivity
        Sensitivity Dataset of these trials.
    folder
        Where they are written; made where it does not exist.
    parts
        Notes which of them could not be drawn.
    convergence
        Convergence Dataset; None where there is none.
    by_budget
        Indices of these trials by budget; None where there are none.
    by_epoch
        Indices of these trials by epoch; None where there are none.

    Returns
    -------
    list of pathlib.Path
        The files of those that could be drawn.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    shown = figures_to_draw(trials, sensitivity, convergence, by_budget, by_epoch)
    files = (
        parts.make(f"figure {name}", partial(_saved, name, datasets, Path(folder)), None)
        for name, datasets in shown.items()
    )
    return [file for file in files if file is not None]


def _saved(name: str, datasets: tuple[xr.Dataset, ...], folder: Path) -> Path:
    file = folder / f"{name}.svg"
    save(draw(name, *datasets), file)
    return file


def figures_to_draw(
    trials: xr.Dataset,
    sensitivity: xr.Dataset,
    convergence: xr.Dataset | None = None,
    by_budget: xr.Dataset | None = None,
    by_epoch: xr.Dataset | None = None,
) -> dict[str, tuple[xr.Dataset, ...]]:
    """Return what each figure shows that has anything to show, by its name."""
    shown: dict[str, tuple[xr.Dataset, ...]] = {
        "space": (trials,),
        "errors": (trials, sensitivity),
        "importance": (sensitivity, trials),
        "distributions": (trials, sensitivity),
        "worst": (trials, sensitivity),
        "interactions": (sensitivity,),
    }
    if interacting_pairs(sensitivity):
        shown["pairs"] = (trials, sensitivity)
    if convergence is not None:
        shown["convergence"] = (convergence,)
    if np.isfinite(trials["learning_curve"].values).any():
        shown["trainings"] = (trials,)
    if cost_names(sensitivity):
        shown["quadrant"] = (sensitivity,)
    if sensitivity.sizes["sweep"]:
        shown["sweeps"] = (sensitivity,)
    if by_budget is not None:
        shown["importance_by_budget"] = (by_budget,)
    if by_epoch is not None and by_epoch.sizes["epoch"] > 1:
        shown["importance_by_epoch"] = (by_epoch,)
    return shown
