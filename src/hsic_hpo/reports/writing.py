"""Write the page of trials and their analysis, without a study around them."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import xarray as xr

from hsic_hpo.figures.by_name import draw
from hsic_hpo.figures.style import save
from hsic_hpo.files import write_text
from hsic_hpo.reports.captions import CAPTIONS
from hsic_hpo.reports.page import page
from hsic_hpo.trials.goals import cost_names


def write_report(
    trials: xr.Dataset,
    sensitivity: xr.Dataset,
    path: Path | str,
    decisions: xr.Dataset | None = None,
) -> None:
    """Tell what an analysis found in one HTML page that needs no network.

    Parameters
    ----------
    trials
        Trials Dataset, imported or of a study.
    sensitivity
        Sensitivity Dataset of these trials.
    path
        HTML file, written atomically.
    decisions
        Selection Dataset of this analysis; None leaves its section out.
    """
    with TemporaryDirectory() as folder:
        figures = {}
        for name, datasets in _figures(trials, sensitivity).items():
            figures[name] = Path(folder, f"{name}.svg")
            save(draw(name, *datasets), figures[name])
        text = page(
            trials,
            sensitivity,
            selection=decisions,
            figures=figures,
            captions=CAPTIONS,
            made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        )
    write_text(text, path)


def _figures(trials: xr.Dataset, sensitivity: xr.Dataset) -> dict[str, tuple[xr.Dataset, ...]]:
    """Return what each figure shows that has anything to show."""
    shown: dict[str, tuple[xr.Dataset, ...]] = {
        "errors": (trials, sensitivity),
        "importance": (sensitivity,),
        "distributions": (trials, sensitivity),
        "worst": (trials, sensitivity),
        "interactions": (sensitivity,),
    }
    if np.isfinite(trials["learning_curve"].values).any():
        shown["trainings"] = (trials,)
    if cost_names(sensitivity):
        shown["quadrant"] = (sensitivity,)
    if sensitivity.sizes["sweep"]:
        shown["sweeps"] = (sensitivity,)
    return shown
