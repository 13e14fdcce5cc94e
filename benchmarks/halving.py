"""What a halving costs and keeps, simulated on whole trainings whose learning curves are stored.

For the published studies (results/reference) and several rungs, those of `rungs: auto` among them:
the training time beside that of all trainings to their end; how many of the best tenth went on;
whether every index lies within its 95 % interval of the whole study, and whether the same
hyperparameters are found significant; and how many of the best the trials themselves let expect
among the stopped ones. `least` is what halving at the same epochs could cost at best: no rung keeps
more than the goal needs, and none of the best is missed.

With --subsamples N, the estimate of how many are missed is compared with the truth on N random
subsamples of each study, for mild rungs and for far too hasty ones. Bateman stands there twice, as
published and as if it had trained for 30 epochs without early stopping.

Last, what `search.rungs` would have saved of the trainings of the published searches on Bateman,
had their trials been held against thresholds of the halved random search; how many of them would
have been stopped; whether the lowest error and the cheapest trial within a tenth of it went on in
each repeat; and how much of the front is held (median of the repeats), with and without the
stopped ones. What these would have changed in later proposals is not simulated.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from published_searches import REFERENCE, published_searches

from hsic_hpo.search.front_held import front_held
from hsic_hpo.search.settings import TOLERANCE
from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.trials.dataset import error, read_trials
from hsic_hpo.trials.goals import number_selected
from hsic_hpo.trials.halved import halved, lowest_by
from hsic_hpo.trials.held_at_end import held_at_end
from hsic_hpo.trials.missed import is_negligible, missed_by_halving
from hsic_hpo.trials.rungs import Rung, auto_rungs
from hsic_hpo.trials.rungs_of_searches import thresholds
from hsic_hpo.trials.thresholds import Threshold

RESULTS = Path(__file__).parent / "results" / "halving"
SETTINGS = AnalysisSettings()
FRACTION = SETTINGS.goal_fraction
BY_HAND = {
    "bateman": (
        (Rung(10, 0.6), Rung(30, 0.35), Rung(80, 0.2)),
        (Rung(10, 0.5), Rung(30, 0.25), Rung(80, 0.15)),
        (Rung(5, 0.5), Rung(15, 0.25), Rung(40, 0.15)),
        (Rung(10, 0.3), Rung(30, 0.15)),
        (Rung(5, 0.3), Rung(15, 0.12)),
    ),
    "bateman, 30 epochs": (
        (Rung(2, 0.5), Rung(4, 0.3), Rung(8, 0.15)),
        (Rung(4, 0.2),),
    ),
    "mnist": ((Rung(1, 0.4), Rung(2, 0.2)), (Rung(1, 0.3), Rung(2, 0.15)), (Rung(1, 0.2),)),
}
SUBSAMPLES = (300, 800)


def studies() -> dict[str, xr.Dataset]:
    """Return trials of whole trainings, by the name of their study."""
    published = {
        name: read_trials(REFERENCE / name / "random" / "trials.nc")
        for name in ("bateman", "mnist")
    }
    return {
        "bateman": published["bateman"],
        "bateman, 30 epochs": shortened(published["bateman"], 30),
        "mnist": published["mnist"],
    }


def shortened(trials: xr.Dataset, epochs: int) -> xr.Dataset:
    """Return trials as if they had been trained for so many epochs, without early stopping."""
    was = trials["epochs"]
    lasted = was.clip(max=epochs)
    status = trials["status"].where(was <= epochs, "ok")
    curve = trials["learning_curve"].isel(epoch=slice(epochs))
    last = curve.where(curve["epoch"] == lasted).max("epoch")
    return trials.isel(epoch=slice(epochs)).assign(
        status=status,
        epochs=lasted,
        train_seconds=trials["train_seconds"] * lasted / was,
        validation_error=last.where(status == "ok"),
    ).assign_attrs(budget=json.dumps({"epochs": epochs}))  # fmt: skip


def rungs_of(name: str, trials: xr.Dataset) -> dict[str, tuple[Rung, ...]]:
    auto = auto_rungs(trials.sizes["trial"], trials.sizes["epoch"], FRACTION)
    return {f"auto: {in_words(auto)}": auto} | {in_words(one): one for one in BY_HAND[name]}


def in_words(rungs: Sequence[Rung]) -> str:
    return ", ".join(f"{rung.epochs}: {rung.keep:.3g}" for rung in rungs)


def best_of(trials: xr.Dataset) -> set[int]:
    n = number_selected(FRACTION, trials.sizes["trial"])
    return set(np.argsort(error(trials), kind="stable")[:n].tolist())


def least_cost(trials: xr.Dataset, rungs: Sequence[Rung]) -> float:
    """Return the share of the time that a halving at these epochs takes at least."""
    seconds, lasted = (trials[name].values.sum(1) for name in ("train_seconds", "epochs"))
    spared = np.clip(1 - rungs[0].epochs / lasted, 0, None)
    spared[list(best_of(trials))] = 0
    return float(1 - (seconds * spared).sum() / seconds.sum())


def compared(name: str, trials: xr.Dataset) -> list[dict[str, object]]:
    """Return a row for each choice of rungs: cost, agreement, what is expected as missed."""
    whole = analyse(trials, SETTINGS, "best").sel(target="error", subset="best")
    low, high = whole["interval_low"].values, whole["interval_high"].values
    rows = []
    for rungs, chosen in rungs_of(name, trials).items():
        left = halved(trials, chosen)
        indices = analyse(left, SETTINGS, "best").sel(target="error", subset="best")
        there = np.isfinite(low)
        # An interval starts at 0 where the unbiased index of an idle hyperparameter is below it.
        index = np.maximum(indices["hsic_unbiased"].values, 0)
        inside = there & (index >= low) & (index <= high)
        found, was = (one["significant"].values == 1 for one in (indices, whole))
        missed = missed_by_halving(left, FRACTION)
        change = np.nanmax(np.abs(indices["hsic"].values - whole["hsic"].values))
        rows.append(
            {
                "study": name,
                "rungs (epochs: kept of all)": rungs,
                "cost": float(left["train_seconds"].sum() / trials["train_seconds"].sum()),
                "least": least_cost(trials, chosen),
                "same best": f"{len(best_of(trials) & best_of(left))} of {len(best_of(trials))}",
                "indices within": f"{inside.sum()} of {there.sum()}",
                "largest change": float(change / whole["hsic"].max()),
                "significant": f"{was.sum()}, {(was & ~found).sum()} lost, "
                f"{(found & ~was).sum()} more",
                "expected as missed": f"{float(missed['expected']):.1f} "
                f"({float(missed['low']):.0f} to {float(missed['high']):.0f})",
                "warned": not is_negligible(missed),
            }
        )
    return rows


def validated(name: str, trials: xr.Dataset, n_subsamples: int) -> list[dict[str, object]]:
    """Return a row for each choice of rungs and size: expected and truly missed, in percent."""
    rng = np.random.default_rng(0)
    rows = []
    for rungs, chosen in rungs_of(name, trials).items():
        for size in SUBSAMPLES:
            found = []
            for seed in range(n_subsamples):
                sample = rng.choice(trials.sizes["trial"], size, replace=False)
                whole = trials.isel(trial=np.sort(sample))
                left = halved(whole, chosen)
                missed = missed_by_halving(left, FRACTION, seed=seed)
                best = best_of(whole)
                truth = int((left["rung"].values[list(best)] > 0).sum())
                ends = (float(missed[end]) for end in ("expected", "low", "high"))
                expected, low, high = ends
                part = 100 / len(best)
                found.append(
                    (
                        *(part * value for value in (truth, expected, low, high)),
                        low <= truth <= high,
                        not is_negligible(missed),
                    )
                )
            mean = np.mean(found, axis=0)
            names = ("missed %", "expected %", "low %", "high %", "covered", "warned")
            row = dict(zip(names, mean.tolist(), strict=True))
            rows.append({"study": name, "rungs": rungs, "trials": size} | row)
    return rows


def searched(name: str) -> list[dict[str, object]]:
    """Return a row for each method: what rungs of the searches would have saved and lost."""
    random = read_trials(REFERENCE / name / "random" / "trials.nc")
    rungs = auto_rungs(random.sizes["trial"], random.sizes["epoch"], FRACTION)
    needed = thresholds(halved(random, rungs))
    found: dict[str, list[tuple[float, ...]]] = {}
    whole, kept = [], []
    for method, trials in published_searches(name):
        lasted = trials["epochs"].values.sum(1)
        end = _ends(trials, lasted, needed)
        found.setdefault(method, []).append(_lost(trials, random, lasted, end))
        whole.append(trials)
        kept.append(trials.isel(trial=end == lasted).assign_attrs(method=f"{method}, rungs"))
    # On one scale.
    held = held_at_end(front_held(random, whole + kept, "flops"))
    rows = []
    for method, repeats in found.items():
        seconds, all_seconds, n, stopped, lowest, cheapest = np.sum(repeats, axis=0)
        rows.append(
            {
                "study": name,
                "method": method,
                "cost": seconds / all_seconds,
                "stopped": f"{stopped:.0f} of {n:.0f}",
                "lowest kept": f"{lowest:.0f} of {len(repeats)}",
                "cheapest within 10 % kept": f"{cheapest:.0f} of {len(repeats)}",
                "front held": np.median(held[method]),
                "front held by what went on": np.median(held[f"{method}, rungs"]),
            }
        )
    return rows


def _ends(trials: xr.Dataset, lasted: np.ndarray, needed: Sequence[Threshold]) -> np.ndarray:
    """Return after how many epochs each trial of a search would have ended with rungs."""
    end = lasted.copy()
    for one in needed[::-1]:
        reached = lowest_by(trials, one.epochs)
        left = (lasted > one.epochs) & np.isfinite(reached) & ~(reached <= one.error)
        end[left] = one.epochs
    return end


def _lost(
    trials: xr.Dataset, random: xr.Dataset, lasted: np.ndarray, end: np.ndarray
) -> tuple[float, ...]:
    seconds = trials["train_seconds"].values.sum(1)
    errors, flops = error(trials), trials["flops"].values.reshape(len(lasted), -1)[:, 0]
    limit = (1 + TOLERANCE) * min(errors.min(), error(random).min())
    near = np.flatnonzero(errors <= limit)
    # Where none of the search comes near, a random trial is chosen.
    cheapest = near[np.argmin(flops[near])] if near.size else None
    return (
        (seconds * end / lasted).sum(),
        seconds.sum(),
        len(lasted),
        (end < lasted).sum(),
        bool(end[errors.argmin()] == lasted[errors.argmin()]),
        cheapest is None or bool(end[cheapest] == lasted[cheapest]),
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--subsamples", type=int, default=0, help="of each study and size")
    options = parser.parse_args()
    RESULTS.mkdir(parents=True, exist_ok=True)
    known = studies()
    table = pd.DataFrame([row for name, one in known.items() for row in compared(name, one)])
    _show(table, "halving")
    _show(pd.DataFrame(searched("bateman")), "searches")
    if options.subsamples:
        rows = [
            row for name, one in known.items() for row in validated(name, one, options.subsamples)
        ]
        _show(pd.DataFrame(rows), "missed")


def _show(table: pd.DataFrame, name: str) -> None:
    table.to_csv(RESULTS / f"{name}.csv", index=False)
    print(table.round(2).to_markdown(index=False), end="\n\n")


if __name__ == "__main__":
    main()
