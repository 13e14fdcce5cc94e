"""Write the page of trials and their analysis, without a study around them."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.figures.by_name import draw
from hsic_hpo.figures.style import save
from hsic_hpo.files import write_text
from hsic_hpo.reports.captions import CAPTIONS
from hsic_hpo.reports.page import page
from hsic_hpo.reports.parts import Parts
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

    Raises
    ------
    InputError
        After the page is written, when a part of it could not be made: the page says so in its
        place.
    """
    gaps: dict[str, str] = {}
    parts = Parts(gaps)
    with TemporaryDirectory() as folder:
        drawn = {
            name: parts.make(f"figure {name}", partial(_saved, name, datasets, Path(folder)), None)
            for name, datasets in _figures(trials, sensitivity).items()
        }
        text = page(
            trials,
            sensitivity,
            selection=decisions,
            figures={name: file for name, file in drawn.items() if file is not None},
            captions=CAPTIONS,
            made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            gaps=gaps,
        )
    write_text(text, path)
    if gaps:
        named = "; ".join(f"{what} ({reason})" for what, reason in gaps.items())
        raise InputError(f"{path} is written, but without {named}")


def _saved(name: str, datasets: tuple[xr.Dataset, ...], folder: Path) -> Path:
    file = folder / f"{name}.svg"
    save(draw(name, *datasets), file)
    return file


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
