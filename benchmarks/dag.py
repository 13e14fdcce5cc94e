"""What Snakemake costs for studies of up to 10 000 trials.

Run as ``python benchmarks/dag.py [--trials 1000 10000] [--trials-per-job 20 200]``: a study of a
function that costs nothing, from its first dry run to a no-op, so that nearly all of the time is
the workflow's. Beside each time stands that of Snakemake on a workflow of a single finished rule,
which no study can undercut. Writes benchmarks/results/dag.csv.
"""

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results"
NO_OP_SECONDS = {1000: 15.0, 10_000: 60.0}
PROBLEM = '''\
from hsic_hpo.problems.base import FunctionProblem


class Bowl(FunctionProblem):
    """A function that costs nothing."""

    name = "bowl"
    error_name = "height"
    error_units = "1"

    def default_space(self):
        names = ("x1", "x2", "x3", "x4", "x5")
        return {name: {"type": "float", "range": [-1, 1]} for name in names}

    def evaluate(self, configuration, budget, seed):
        height = sum(i * x * x for i, x in enumerate(configuration.values(), 1))
        cost = int(1000 * (2 + configuration["x1"]))
        return {
            "validation_error": height,
            "test_error": height,
            "n_params": cost,
            "flops": cost,
        }
'''
CONFIG = """\
study: scale
problem: {{import: "bowl:Bowl"}}
random_search: {{n_trials: {n}}}
search: {{}}
"""
SINGLE_RULE = 'rule all:\n    output: "done"\n    shell: "touch done"\n'


def seconds(folder: Path, *arguments: str) -> float:
    """Return the wall time of one Snakemake command."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", *arguments],
        cwd=folder,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"snakemake {' '.join(arguments)}\n{done.stdout}{done.stderr}")
    return time.perf_counter() - start


def single_rule(folder: Path) -> float:
    """Return the wall time of a no-op on one finished rule."""
    (folder / "Snakefile").write_text(SINGLE_RULE)
    seconds(folder, "--cores", "1")
    return seconds(folder, "--cores", "1")


def study(folder: Path, n: int, trials_per_job: int) -> dict[str, float]:
    """Run a study of ``n`` trials; return the wall time of each step, in seconds."""
    (folder / "bowl.py").write_text(PROBLEM)
    (folder / "scale.yaml").write_text(CONFIG.format(n=n))
    arguments = [
        *("--snakefile", str(ROOT / "Snakefile")),
        *("--workflow-profile", str(ROOT / "workflow/profiles/default")),
        *("--configfile", "scale.yaml", "--config", f"trials_per_job={trials_per_job}"),
    ]
    return {
        "dry_run": seconds(folder, *arguments, "--dry-run", "--quiet", "all"),
        "run": seconds(folder, *arguments),
        "no_op": seconds(folder, *arguments),
        "no_op_greedy": seconds(folder, *arguments, "--scheduler", "greedy"),
        "no_op_mtime": seconds(folder, *arguments, "--rerun-triggers", "mtime"),
    }


def measure(trials: Sequence[int], trials_per_job: Sequence[int]) -> list[dict[str, Any]]:
    """Measure all combinations."""
    rows = []
    for n, size in product(trials, trials_per_job):
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
            bound = single_rule(Path(other))
            row = {"trials": n, "trials_per_job": size, "training_jobs": -(-n // size)}
            rows.append(row | study(Path(folder), n, size) | {"single_rule": bound})
            # Of all children so far, in KiB on Linux.
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
            rows[-1]["peak_memory_mib"] = peak / 1024
    return rows


def show(rows: Sequence[dict[str, Any]], console: Console) -> None:
    table = Table(title="seconds of Snakemake, no training")
    table.add_column()
    for _ in rows:
        table.add_column(justify="right")
    for name in rows[0]:
        table.add_row(name.replace("_", " "), *(f"{row[name]:.4g}" for row in rows))
    limits = [(row["no_op"], NO_OP_SECONDS.get(row["trials"])) for row in rows]
    judged = [
        f"{'within' if taken <= limit else 'OVER'} {limit:g} s" if limit else ""
        for taken, limit in limits
    ]
    table.add_row("no-op", *judged)
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--trials-per-job", type=int, nargs="+", default=[20, 200])
    arguments = parser.parse_args()
    rows = measure(arguments.trials, arguments.trials_per_job)
    show(rows, Console())
    RESULTS.mkdir(exist_ok=True)
    with (RESULTS / "dag.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
