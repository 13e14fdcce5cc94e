"""Explanations of studies of which it is known what matters: are they right, on anyone's trials?

Optuna's samplers search spaces with three hyperparameters that matter and five idle ones (see
explain_studies.py). Each study is explained by this package, through the surrogate and, where the
trials are random, directly as well; by PED-ANOVA; and by functional ANOVA, all on the same trials.
Writes a row per study and measure, and a table of the shares of studies in which the three come
first, and of the hyperparameters that are said to be found. Studies and rows are kept: a call goes
on where the last one stopped, --again explains all studies anew.

Thresholds of the explanation through the surrogate were set on the studies of seeds from 100 on;
the table is of seeds from 0 on.
"""

import argparse
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
from hsic_hpo.sensitivity.explanation import explain_trials
from hsic_hpo.sensitivity.settings import AnalysisSettings

RESULTS = Path(__file__).parent / "results" / "explain"
SIZES = (100, 200)
FRACTION = AnalysisSettings.goal_fraction
_KEY = ["variant", "sampler", "n", "seed"]


class Study(NamedTuple):
    """A study: its variant of the space, its sampler, its number of trials, its seed."""

    variant: str
    sampler: str
    n: int
    seed: int


def explained(study: Study) -> list[dict[str, Any]]:
    """Explain a study by every measure, a row each."""
    variant = VARIANTS[study.variant]
    found = configurations(RESULTS / "studies", study.variant, study.sampler, study.seed, study.n)
    frame = pd.DataFrame(found).assign(error=[error(one) for one in found])
    trials = trials_from_frame(frame, variant.space, error="error")
    ways = ("adaptive", "random") if study.sampler == "random" else ("adaptive",)
    rows = []
    for way in ways:
        begin = time.perf_counter()
        with threadpool_limits(1):
            sensitivity = explain_trials(trials, AnalysisSettings(), way)
        seconds = time.perf_counter() - begin
        measure = "surrogate" if way == "adaptive" else "direct"
        rows.append({"measure": measure, "seconds": seconds, **_judged(sensitivity, study)})
    names = [*variant.active, *variant.idle]
    # Importances compare where all hyperparameters exist.
    inside = [one for one in found if set(names) <= set(one)]
    for measure, evaluator in _evaluators(study.seed).items():
        rows.append({"measure": measure, **_ranked(inside, variant.space, names, evaluator, study)})
    return [{**study._asdict(), **row} for row in rows]


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


def _evaluators(seed: int) -> dict[str, optuna.importance.BaseImportanceEvaluator]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return {
            "ped-anova": PedAnovaImportanceEvaluator(target_quantile=FRACTION),
            "fanova": FanovaImportanceEvaluator(seed=seed),
        }


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
    by = [*_KEY[:-1], "measure"]
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
    parser.add_argument("--again", action="store_true", help="explain all studies anew")
    options = parser.parse_args(arguments)
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    studies = [
        Study(*one) for one in product(options.variants, options.samplers, options.sizes, seeds)
    ]
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / "studies.csv"
    kept = pd.read_csv(path) if path.exists() else pd.DataFrame(columns=_KEY)
    if options.again:
        kept = kept[~pd.MultiIndex.from_frame(kept[_KEY]).isin(studies)]
    done = set(kept[_KEY].itertuples(index=False, name=None))
    console = Console()
    left = [study for study in studies if tuple(study) not in done]
    for number, study in enumerate(left, start=1):
        kept = pd.concat([kept, pd.DataFrame(explained(study))], ignore_index=True)
        kept.to_csv(path, index=False)
        console.print(f"{number} of {len(left)}: {tuple(study)}")
    asked = kept[pd.MultiIndex.from_frame(kept[_KEY]).isin(studies)]
    summary = summarise(asked)
    summary.to_csv(RESULTS / "explain.csv", index=False)
    console.print(summary.to_string())


if __name__ == "__main__":
    main()
