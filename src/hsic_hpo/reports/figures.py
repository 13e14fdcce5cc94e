"""The figures of trials and their analysis, without a study around them."""

from pathlib import Path

import numpy as np
import xarray as xr

from hsic_hpo.figures.by_name import draw
from hsic_hpo.figures.style import save
from hsic_hpo.trials.goals import cost_names
from hsic_hpo.wording import is_direct


def write_figures(trials: xr.Dataset, sensitivity: xr.Dataset, folder: Path | str) -> list[Path]:
    """Draw all figures that have anything to show, as ``NAME.svg``.

    Parameters
    ----------
    trials
        Trials Dataset.
    sensitivity
        Sensitivity Dataset of these trials.
    folder
        Where they are written; made where it does not exist.

    Returns
    -------
    list of pathlib.Path
        The files.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    written = []
    for name, datasets in figures_to_draw(trials, sensitivity).items():
        written.append(Path(folder, f"{name}.svg"))
        save(draw(name, *datasets), written[-1])
    return written


def figures_to_draw(
    trials: xr.Dataset, sensitivity: xr.Dataset
) -> dict[str, tuple[xr.Dataset, ...]]:
    """Return what each figure shows that has anything to show, by its name."""
    shown: dict[str, tuple[xr.Dataset, ...]] = {
        "errors": (trials, sensitivity),
        "importance": (sensitivity,),
        "distributions": (trials, sensitivity),
        "worst": (trials, sensitivity),
        "interactions": (sensitivity,),
    }
    if np.isfinite(trials["learning_curve"].values).any():
        shown["trainings"] = (trials,)
    # It measures indices in noise floors, which a surrogate has none of.
    if cost_names(sensitivity) and is_direct(sensitivity):
        shown["quadrant"] = (sensitivity,)
    if sensitivity.sizes["sweep"]:
        shown["sweeps"] = (sensitivity,)
    return shown
