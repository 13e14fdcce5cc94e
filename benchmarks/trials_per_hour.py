"""Trials per hour of a job beside one ordinary Lightning process per trial.

Run as ``python benchmarks/trials_per_hour.py [--quick]``: the data, space, budget and first
random configurations of the quick study (config/quick.yaml), one core, one thread. A job is a
process of its own that imports, loads the data and trains 1, 10 or 50 trials by the engine. The
peer starts a process per trial that loads the same data and trains the same network, loss and
optimiser as Lightning's tutorials do: mini-batches from a ``DataLoader(TensorDataset)``, the loss
logged, a validation pass per epoch, no logger, checkpoints or progress bar. Wall time, imports
included, and the peak of a process's resident memory. Writes
benchmarks/results/trials_per_hour.csv.
"""

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from hsic_hpo.files import write_netcdf
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.study import study as studies

HERE = Path(__file__)
RESULTS = HERE.parent / "results"
STUDY = studies.read_study([HERE.parents[1] / "config" / "quick.yaml"])
TARGET = 5.0
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def train_by_engine(data_path: str, configurations: Sequence[dict[str, Any]]) -> None:
    """Train all configurations, as a job of the workflow does."""
    from hsic_hpo.training.train import train

    data = STUDY.problem.load(data_path)
    for seed, configuration in enumerate(configurations):
        train(STUDY.problem, configuration, data, STUDY.budget, seed=seed)


def train_ordinarily(data_path: str, configurations: Sequence[dict[str, Any]]) -> None:
    """Train all configurations with Lightning alone."""
    import logging
    import warnings

    import torch
    from pytorch_lightning import LightningModule, Trainer
    from torch.utils.data import DataLoader, TensorDataset

    from hsic_hpo.problems.dense_space import complete
    from hsic_hpo.training.losses import LOSSES
    from hsic_hpo.training.networks import architecture, initialise
    from hsic_hpo.training.optimisers import optimiser

    class Ordinary(LightningModule):
        def __init__(self, settings: dict[str, Any]) -> None:
            super().__init__()
            self.settings = settings
            self.network = architecture(problem.n_inputs, problem.n_outputs, settings)
            initialise(self.network, settings["initialiser"], torch.Generator())

        def training_step(self, batch: list[torch.Tensor], _: int) -> torch.Tensor:
            loss = LOSSES[self.settings["loss_function"]](self.network(batch[0]), batch[1])
            self.log("train_loss", loss)
            return loss

        def validation_step(self, batch: list[torch.Tensor], _: int) -> None:
            self.log("val_loss", torch.nn.functional.mse_loss(self.network(batch[0]), batch[1]))

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return optimiser(self.settings, self.network)

    def loader(split: str, **settings: Any) -> DataLoader:
        arrays = [getattr(data, f"{kind}_{split}") for kind in "xy"]
        return DataLoader(TensorDataset(*map(torch.from_numpy, arrays)), **settings)

    warnings.simplefilter("ignore")
    logging.getLogger("pytorch_lightning.utilities.rank_zero").setLevel(logging.WARNING)
    problem = STUDY.problem
    data = problem.load(data_path)
    for configuration in configurations:
        settings = complete(configuration, problem.accepted)
        trainer = Trainer(
            max_epochs=STUDY.budget["epochs"],
            accelerator="cpu",
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
        )
        trainer.fit(
            Ordinary(settings),
            loader("train", batch_size=settings["batch_size"], shuffle=True),
            loader("validation", batch_size=4096),
        )


METHODS = {"engine": train_by_engine, "ordinary": train_ordinarily}


def measure(
    method: str, data_path: Path, configurations: Sequence[dict[str, Any]]
) -> tuple[float, float]:
    """Return wall seconds and peak memory in MB of one process that trains these."""
    command = [sys.executable, str(HERE), "--method", method, str(data_path)]
    start = time.perf_counter()
    process = subprocess.run(
        command,
        input=json.dumps(configurations),
        stdout=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
        check=True,
    )
    return time.perf_counter() - start, float(process.stdout)


def compare(jobs: Sequence[int], n_configurations: int, data_path: Path) -> list[dict[str, Any]]:
    """Measure jobs of several sizes beside single processes, on the same configurations.

    Jobs smaller than the number of configurations are repeated until all were trained; larger
    ones train each several times, with other seeds.
    """
    space = STUDY.space
    drawn = space.configurations(sample(space, n_configurations, STUDY.seed))

    def per_hour(method: str, size: int) -> tuple[float, float]:
        work = drawn * max(1, size // n_configurations)
        measured = [
            measure(method, data_path, work[first : first + size])
            for first in range(0, len(work), size)
        ]
        taken, peaks = zip(*measured, strict=True)
        return 3600.0 * len(work) / sum(taken), max(peaks)

    sizes = [("ordinary", 1), *(("engine", n) for n in jobs)]
    speeds = [per_hour(*size) for size in sizes]
    return [
        {
            "method": method,
            "trials_per_process": n,
            "per_hour": speed,
            "ratio": speed / speeds[0][0],
            "peak_mb": peak,
        }
        for (method, n), (speed, peak) in zip(sizes, speeds, strict=True)
    ]


def show(rows: Sequence[dict[str, Any]], console: Console) -> None:
    table = Table(title=f"trials per hour and core, {STUDY.name} study, imports included")
    for name in ("process", "trials per process", "trials per hour", "x ordinary", "peak MB"):
        table.add_column(name, justify="right")
    for row in rows:
        ratio = f"{row['ratio']:.1f}"
        if row is rows[-1]:
            ratio += f" ({'>=' if row['ratio'] >= TARGET else 'SHORT OF'} {TARGET:g})"
        table.add_row(
            row["method"],
            str(row["trials_per_process"]),
            f"{row['per_hour']:.0f}",
            ratio,
            f"{row['peak_mb']:.0f}",
        )
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="smaller jobs, fewer processes")
    parser.add_argument("--method", choices=METHODS, help=argparse.SUPPRESS)
    parser.add_argument("data", nargs="?", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.method:
        METHODS[arguments.method](arguments.data, json.load(sys.stdin))
        # Linux counts in kB.
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3)
        return
    with tempfile.TemporaryDirectory() as folder:
        data_path = Path(folder) / "data.nc"
        write_netcdf(STUDY.problem.generate(STUDY.seed), data_path)
        rows = compare(
            (1, 5) if arguments.quick else (1, 10, 50), 5 if arguments.quick else 10, data_path
        )
    show(rows, Console())
    RESULTS.mkdir(exist_ok=True)
    with (RESULTS / "trials_per_hour.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
