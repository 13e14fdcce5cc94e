"""Explanations of studies of which it is known what matters: how many of them are right.

Optuna's samplers search spaces with three hyperparameters that matter and five idle ones (see
explain_studies.py). Each study is explained by this package, through the surrogate and, where the
trials are random, directly as well; by PED-ANOVA; and by functional ANOVA, all on the same trials.
Writes a row per study and measure, and a table of the shares of studies in which the three come
first, and of the hyperparameters that are said to be found. Studies and rows are kept: a call goes
on where the last one stopped, --again explains all studies anew.

Optuna's sampler CMA-ES needs the library cmaes, which comes with the extra test.

Thresholds of the explanation through the surrogate were set on the studies of seeds from 100 on;
the table is of seeds from 0 on.
"""

import argparse
import json
import time
import warnings
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import optuna
import pandas as pd
import xarray as xr
from explain_studies import (
    SAMPLERS,
    VARIANTS,
    configurations,
    error,
    optuna_study,
)
from optuna.importance import (
    FanovaImportanceEvaluator,
    PedAnovaImportanceEvaluator,
    get_param_importances,
)
from rich.console import Console
from threadpoolctl import threadpool_limits

from hsic_hpo.interop.table import trials_from_frame
from hsic_hpo.sensitivity.explanation import Way, explain_one_way
from hsic_hpo.sensitivity.settings import AnalysisSettings

RESULTS = Path(__file__).parent / "results" / "explain"
SIZES = (100, 200)
FRACTION = AnalysisSettings.goal_fraction
WAYS: dict[str, Way] = {"surrogate": "adaptive", "direct": "random"}
MEASURES = (*WAYS, "ped-anova", "fanova")
_KEY = ["variant", "sampler", "n", "seed", "measure"]


class Study(NamedTuple):
    """A study: its variant of the space, its sampler, its number of trials, its seed."""

    variant: str
    sampler: str
    n: int
    seed: int


def explained(study: Study, measure: str) -> dict[str, Any]:
    """Explain a study by a measure; return a row."""
    variant = VARIANTS[study.variant]
    found = configurations(RESULTS / "studies", study.variant, study.sampler, study.seed, study.n)
    # A configuration that a sampler asks for again has the same error again.
    found = list({json.dumps(one): one for one in found}.values())
    if measure in WAYS:
        frame = pd.DataFrame(found).assign(error=[error(one) for one in found])
        trials = trials_from_frame(frame, variant.space, error="error")
        begin = time.perf_counter()
        sensitivity = explain_one_way(trials, AnalysisSettings(), WAYS[measure])
        row = {"seconds": time.perf_counter() - begin, **_judged(sensitivity, study)}
    else:
        names = [*variant.active, *variant.idle]
        # Importances compare where all hyperparameters exist.
        inside = [one for one in found if set(names) <= set(one)]
        row = _ranked(inside, variant.space, names, _evaluator(measure, study.seed), study)
    return {**study._asdict(), "measure": measure, **row}


def _judged(sensitivity: xr.Dataset, study: Study) -> dict[str, Any]:
    variant = VARIANTS[study.variant]
    here = sensitivity.sel(group=variant.group, target="error", subset="best")
    index, is_found = (here[name].to_series().fillna(0.0) for name in ("hsic_unbiased", "found"))
    first = index[list(variant.active)].min() > index[list(variant.idle)].max()
    return {
        "first": bool(first),
        **{f"found_{name}": is_found[name] for name in variant.active},
        "idle_found": is_found[list(variant.idle)].mean(),
    }


def _evaluator(measure: str, seed: int) -> optuna.importance.BaseImportanceEvaluator:
    if measure == "fanova":
        return FanovaImportanceEvaluator(seed=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return PedAnovaImportanceEvaluator(target_quantile=FRACTION)


def _ranked(
    inside: list[dict[str, Any]],
    space: Any,
    names: list[str],
    evaluator: optuna.importance.BaseImportanceEvaluator,
    study: Study,
) -> dict[str, Any]:
    variant = VARIANTS[study.variant]
    begin = time.perf_counter()
    try:
        found = get_param_importances(
            optuna_study(inside, space, names), evaluator=evaluator, params=names, normalize=False
        )
    except (ValueError, RuntimeError):
        # Too few trials in which all of them exist.
        return {"first": False, "seconds": np.nan}
    first = min(found[name] for name in variant.active) > max(found[name] for name in variant.idle)
    return {"first": bool(first), "seconds": time.perf_counter() - begin}


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a row per variant, sampler, number of trials and measure."""
    known = [column for column in rows.columns if column.startswith("found_")]
    rows = rows.assign(active_found=rows[known].mean(axis=1))
    by = [name for name in _KEY if name != "seed"]
    columns = ["first", "active_found", *known, "idle_found", "seconds"]
    grouped = rows.groupby(by, sort=False)
    return grouped[columns].mean().assign(studies=grouped.size()).reset_index().round(3)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and write its tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=0, help="100 for those of the tuning")
    parser.add_argument("--samplers", nargs="+", default=SAMPLERS, choices=SAMPLERS)
    parser.add_argument("--variants", nargs="+", default=list(VARIANTS), choices=VARIANTS)
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, choices=SIZES)
    parser.add_argument("--measures", nargs="+", default=MEASURES, choices=MEASURES)
    parser.add_argument("--rows", default="rows", help="name of the file of rows")
    parser.add_argument("--again", action="store_true", help="explain all studies anew")
    options = parser.parse_args(arguments)
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    studies = product(options.variants, options.samplers, options.sizes, seeds)
    asked = [
        (*study, measure)
        for study, measure in product(studies, options.measures)
        # Only random trials can be explained directly.
        if measure != "direct" or study[1] == "random"
    ]
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{options.rows}.csv"
    kept = pd.read_csv(path) if path.exists() else pd.DataFrame(columns=_KEY)
    if options.again:
        kept = kept[~_keys(kept).isin(asked)]
    done, console = set(_keys(kept)), Console()
    left = [one for one in asked if one not in done]
    with threadpool_limits(1):
        for number, one in enumerate(left, start=1):
            row = pd.DataFrame([explained(Study(*one[:-1]), one[-1])])
            kept = pd.concat([kept, row], ignore_index=True) if len(kept) else row
            kept.to_csv(path, index=False)
            console.print(f"{number} of {len(left)}: {one}")
    summary = summarise(kept[_keys(kept).isin(asked)])
    summary.to_csv(RESULTS / "explain.csv", index=False)
    console.print(summary.to_string())


def _keys(rows: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(rows[_KEY])


if __name__ == "__main__":
    main()
