"""Write the page of trials and their analysis, without a study around them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import xarray as xr

from hsic_hpo.files import write_text
from hsic_hpo.reports.captions import CAPTIONS
from hsic_hpo.reports.figures import write_figures
from hsic_hpo.reports.page import page
from hsic_hpo.reports.parts import Parts
from hsic_hpo.reports.recommended import TOLERANCE
from hsic_hpo.reports.study_parts import StudyParts
from hsic_hpo.search.chosen import weighed_cost
from hsic_hpo.search.front import make_front
from hsic_hpo.search.known_trials import known_trials
from hsic_hpo.tables.front import ALL
from hsic_hpo.trials.goals import target_names


def write_report(
    trials: xr.Dataset,
    sensitivity: xr.Dataset,
    path: Path | str,
    decisions: xr.Dataset | None = None,
    convergence: xr.Dataset | None = None,
    by_budget: xr.Dataset | None = None,
    by_epoch: xr.Dataset | None = None,
    measured: xr.Dataset | None = None,
    *,
    banner: Sequence[str] = (),
    kind: str = "Trials",
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
    convergence
        Convergence Dataset of this analysis; None leaves its section out.
    by_budget
        Indices of these trials by budget; None leaves its section out.
    by_epoch
        Indices of these trials by epoch; None leaves its section out.
    measured
        The trials with the errors that were measured, see
        :attr:`hsic_hpo.reports.study_parts.StudyParts.measured`.
    banner
        What a reader must know first, such as that trials are still to come.
    kind
        What the page is about, before its name.

    Raises
    ------
    InputError
        After the page is written, when a part of it could not be made: the page says so in its
        place.
    """
    parts = Parts({})
    shown = trials if measured is None else measured
    with TemporaryDirectory() as folder:
        figures = write_figures(
            trials, sensitivity, folder, parts, convergence, by_budget, by_epoch
        )
        text = page(
            StudyParts(
                trials,
                sensitivity,
                measured,
                selection=decisions,
                importance_by_budget=by_budget,
                importance_by_epoch=by_epoch,
                convergence=convergence,
                front=parts.make("front", lambda: _front(shown, decisions), None),
            ),
            figures={file.stem: file for file in figures},
            captions=CAPTIONS,
            made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            gaps=parts.gaps,
            banner=banner,
            kind=kind,
        )
    write_text(text, path)
    parts.check(path)


def _front(trials: xr.Dataset, decisions: xr.Dataset | None) -> xr.Dataset | None:
    """Return the front of the cost that decisions weigh, else of the first that is known."""
    asked = None if decisions is None else str(decisions.attrs["cost"])
    cost = weighed_cost(trials, asked if asked in target_names(trials) else None)
    if cost is None:
        return None
    return make_front({ALL: known_trials(trials, [])}, cost, [{"tolerance": TOLERANCE}])
