"""Seconds and memory of an analysis and its report with many conditional groups.

``python benchmarks/report.py [--groups 200] [--trials 4000]``; beside the limits that the project
sets itself for 200 groups: 2 minutes and 1 GB.
"""

import argparse
import resource
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import hsic_hpo as hh


def space(n_groups: int) -> hh.Space:
    """Return a space in which each level of one hyperparameter has a child of its own."""
    levels = [f"kind_{i}" for i in range(n_groups)]
    children = {f"x_{level}": hh.Float(0, 1, when={"kind": level}) for level in levels}
    return hh.Space({"kind": hh.Categorical(levels), "lr": hh.Float(0, 1)} | children)


def trials(n_groups: int, n_trials: int) -> hh.HsicGpbo:
    """Return a random search of that space, told of errors that the rate decides."""
    search = hh.HsicGpbo(space(n_groups), n_random=n_trials, rounds=0)
    while batch := search.ask():
        search.tell(batch, [configuration["lr"] for configuration in batch])
    return search


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--groups", type=int, default=200)
    parser.add_argument("--trials", type=int, default=4000)
    options = parser.parse_args()
    drawn = trials(options.groups, options.trials).trials
    start = time.perf_counter()
    found = hh.explain(drawn, n_permutations=99)
    analysed = time.perf_counter()
    with TemporaryDirectory() as folder:
        page = Path(folder, "report.html")
        hh.report(drawn, found, page)
        size = page.stat().st_size
    reported = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    index = found["hsic"].sel(target="error", subset="best")
    with_index = int(np.isfinite(index).any("hyperparameter").sum())
    print(f"{options.groups} groups, {with_index} with an index, {options.trials} trials")
    print(f"analysis {analysed - start:.0f} s, report {reported - analysed:.0f} s (limit 120 s)")
    print(f"peak memory {peak:.0f} MB (limit 1000 MB), page {size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
