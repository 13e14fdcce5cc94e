"""Pages of made-up studies, usual and degenerate, for the tests of the report."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.reports.page import page
from hsic_hpo.reports.study_parts import StudyParts
from hsic_hpo.search.front import make_front
from hsic_hpo.search.front_held import front_held
from hsic_hpo.search.known_trials import by_method, known_trials
from hsic_hpo.selection.decide import decide
from hsic_hpo.study import config
from small_search import search
from studies_to_draw import Study

FIGURES = (
    *("errors", "trainings", "importance", "distributions", "worst", "interactions"),
    "pairs",
    *("convergence", "importance_by_epoch", "importance_by_budget", "quadrant"),
    *("sweeps", "front", "comparison"),
    # With searches.
    "front_held",
)
SETTINGS = config.validate({"study": "told", "problem": {"name": "bateman"}}, "told")
HOSTILE = "x <img src=x onerror=alert(1)>"
HOSTILE_SPACE = {
    HOSTILE: {"type": "float", "range": [1, 2]},
    "a & b": {"type": "categorical", "levels": [HOSTILE, "relu"]},
}
METHODS = ("gpbo", "hsic-gpbo")


def searched(spec: dict[str, Any], error: Any, method: str, n: int = 16) -> xr.Dataset:
    """Return trials of one search in two rounds."""
    found = search(n, spec=spec, error=error, seed=len(method))
    rounds = xr.Variable("trial", 1 + np.arange(n) // (n // 2))
    return found.assign(round=rounds).assign_attrs(method=method, search_repeat="0")


def compared(methods: Sequence[str]) -> xr.Dataset:
    """Return a comparison in which each method costs half of the one before."""
    dims = ("search", "search_repeat")
    shape = (len(methods), 1)
    falling = 1000.0 / 2 ** np.arange(len(methods))[:, None]
    errors = np.broadcast_to(np.array([0.1, 0.12]), (*shape, 2))
    per_repeat = {
        "validation_error": np.full(shape, 0.1),
        "n_trainings": np.full(shape, 100.0),
        "training_flops": falling * 1e6,
        "train_seconds": falling,
        "n_params": falling,
        "flops": falling,
        "trial": np.full(shape, "a" * 32),
        "configuration": np.full(shape, "{}"),
    }
    variables = {name: (dims, values) for name, values in per_repeat.items()}
    for name in ("test_error", "final_validation_error"):
        variables[name] = ((*dims, "seed"), errors)
    problem = json.dumps({"name": "made up"})
    attrs = {"study": "told", "problem": problem, "error_name": "error", "error_units": "1"}
    return xr.Dataset(
        variables,
        {"search": list(methods)},
        attrs | {"reference": "hsic-gpbo", "final_budget": "{}"},
    )


@cache
def blank_figures(folder: Path) -> dict[str, Path]:
    """Write a small figure under every name."""
    paths = {name: folder / f"{name}.svg" for name in FIGURES}
    for path in paths.values():
        path.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="252pt" height="9pt"/>')
    return paths


def fronts(trials: xr.Dataset, searches: Sequence[xr.Dataset] = ()) -> xr.Dataset:
    """Return the front of a study, and that of each of its methods."""
    known = {"all": known_trials(trials, searches)} | by_method(trials, searches, {})
    return make_front(known, "flops", [{"tolerance": 0.0}])


def held(trials: xr.Dataset, searches: Sequence[xr.Dataset]) -> xr.Dataset:
    """Return what the searches of a study hold of its front."""
    drawn, *found = (one.assign_attrs(training_samples=100) for one in (trials, *searches))
    return front_held(drawn, found, "flops")


def told(
    one: Study,
    figures: dict[str, Path],
    searches: Sequence[xr.Dataset] = (),
    gaps: dict[str, str] | None = None,
) -> str:
    """Return the page of a study and of the searches that followed."""
    methods = ["random", *(found.attrs["method"] for found in searches)]
    return page(
        StudyParts(
            one.trials,
            one.sensitivity,
            searches=searches,
            convergence=one.convergence,
            importance_by_budget=one.by_budget,
            importance_by_epoch=one.by_epoch,
            selection=decide(one.sensitivity, one.trials, SETTINGS.selection),
            comparison=compared(methods),
            front=fronts(one.trials, searches),
            front_held=held(one.trials, searches) if searches else None,
        ),
        figures=figures,
        captions={key: f"About {key}. And more." for key in FIGURES},
        config=config.written(SETTINGS),
        made="2026-01-01 00:00 UTC",
        gaps=gaps,
    )
