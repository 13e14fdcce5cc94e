"""What Snakemake costs for studies of up to 10 000 trials.

Run as ``python benchmarks/dag.py [--trials 1000 10000] [--trials-per-job 20 200]``: a study of a
function that costs nothing, from its first dry run to a no-op, so that nearly all of the time is
the workflow's. Beside each time stands that of Snakemake on a workflow of a single finished rule,
which no study can undercut. Larger studies are planned but not run: ``--dry-runs 100000 1000000``.
Writes benchmarks/results/dag.csv.
"""

import argparse
import csv
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import product
from pathlib import Path

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


def prepare(folder: Path, n: int, trials_per_job: int) -> list[str]:
    """Put the workflow, which keeps results beside itself, into a folder; return its options."""
    shutil.copy(ROOT / "Snakefile", folder)
    shutil.copytree(ROOT / "workflow", folder / "workflow")
    (folder / "bowl.py").write_text(PROBLEM)
    (folder / "scale.yaml").write_text(CONFIG.format(n=n))
    return [
        *("--workflow-profile", "workflow/profiles/default", "--configfile", "scale.yaml"),
        *("--config", f"trials_per_job={trials_per_job}"),
    ]


def dry_run(folder: Path, options: Sequence[str]) -> dict[str, float]:
    return {"dry_run": seconds(folder, *options, "--dry-run", "--quiet", "all")}


def run(folder: Path, options: Sequence[str]) -> dict[str, float]:
    """Run a study twice; return the wall time of each step, in seconds."""
    start = time.time()
    complete = seconds(folder, *options)
    # The first jobs, which have nothing to say, open their logs and no more.
    first = min(log.stat().st_mtime for log in (folder / "results/scale/logs").rglob("*.log"))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    no_op = seconds(folder, *options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "first_job": first - start,
        "run": complete,
        "no_op": no_op,
        # Does not depend on what else the machine does.
        "no_op_cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "no_op_greedy": seconds(folder, *options, "--scheduler", "greedy"),
        "no_op_mtime": seconds(folder, *options, "--rerun-triggers", "mtime"),
    }


def measure(n: int, trials_per_job: int, *, planned_only: bool = False) -> dict[str, float]:
    """Measure one study; what was not measured is missing."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        options = prepare(Path(folder), n, trials_per_job)
        row = {
            "trials": n,
            "trials_per_job": trials_per_job,
            "training_jobs": -(-n // trials_per_job),
            "single_rule": single_rule(Path(other)),
            **dry_run(Path(folder), options),
            **({} if planned_only else run(Path(folder), options)),
        }
    # Of all children so far, in KiB on Linux.
    return row | {"peak_memory_mib": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024}


def names(rows: Sequence[dict[str, float]]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def show(rows: Sequence[dict[str, float]], console: Console) -> None:
    table = Table(title="seconds of Snakemake, no training")
    table.add_column()
    for _ in rows:
        table.add_column(justify="right")
    for name in names(rows):
        cells = (f"{row[name]:.4g}" if name in row else "" for row in rows)
        table.add_row(name.replace("_", " "), *cells)
    table.add_row("no-op", *map(judged, rows))
    console.print(table)


def judged(row: dict[str, float]) -> str:
    limit = NO_OP_SECONDS.get(int(row["trials"]))
    if limit is None or "no_op" not in row:
        return ""
    return f"{'within' if row['no_op'] <= limit else 'OVER'} {limit:g} s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, nargs="*", default=[1000, 10_000])
    parser.add_argument("--trials-per-job", type=int, nargs="+", default=[20, 200])
    parser.add_argument("--dry-runs", type=int, nargs="*", default=[100_000])
    arguments = parser.parse_args()
    sizes = arguments.trials_per_job
    rows = [measure(n, size) for n, size in product(arguments.trials, sizes)]
    planned = product(arguments.dry_runs, sizes)
    rows += [measure(n, size, planned_only=True) for n, size in planned]
    show(rows, Console())
    RESULTS.mkdir(exist_ok=True)
    with (RESULTS / "dag.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, names(rows))
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
