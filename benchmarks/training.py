"""Steps per second of this package's engine beside a bare PyTorch loop and ordinary Lightning.

Run as ``python benchmarks/training.py [--quick]``: one core, one thread, one process. All methods
train the same dense networks by fused Adam on the same samples in memory. CPU time of the fastest
epoch of interleaved rounds counts, which other load on the machine disturbs least. Then the fixed
cost of a trial (everything but its epochs), of a process (imports) and of the process of their own
in which a study's trainings run, watched and checked for edits of the code, in wall time; and what
keeping the state of a training costs, of a small network and a large one, in CPU time. Writes
benchmarks/results/training.csv.
"""

import argparse
import csv
import logging
import math
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from pytorch_lightning import Callback, LightningModule, Trainer
from rich.console import Console
from rich.table import Table
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from hsic_hpo.files import write_netcdf
from hsic_hpo.problems.bateman import Bateman
from hsic_hpo.problems.dense_space import DENSE_REGRESSION, complete
from hsic_hpo.study.fingerprint import training_sources
from hsic_hpo.study.submitted import VARIABLE, Submission, as_submitted
from hsic_hpo.training.budget import Budget
from hsic_hpo.training.in_memory import InMemoryFit, fit
from hsic_hpo.training.keeper import Keeper, Keeping
from hsic_hpo.training.networks import architecture, initialise
from hsic_hpo.training.supervisor import RENEWED_AFTER, Supervisor
from hsic_hpo.training.train import train
from hsic_hpo.training.tries import Tries
from hsic_hpo.training.worker import Task

RESULTS = Path(__file__).parent / "results"
N_INPUTS, N_OUTPUTS = 13, 11
NETWORKS = {"4 x 64": (4, 64), "6 x 256": (6, 256)}
BATCH_SIZES = (64, 256, 1024)
TARGETS = {("bare", 64): 0.93, ("bare", 256): 0.93, ("bare", 1024): 0.93}
SMALL_TARGETS = {("ordinary", 64): 3.0, ("ordinary", 1024): 4.5}
# Of the time of a training of five seconds.
SUPERVISION_TARGET, A_TRAINING = 0.02, 5.0
# Of the time of a training of several intervals.
STATE_TARGET = 0.02
# The latter has 17 million parameters: with the memory of Adam 0.2 GB.
STATES = {"4 x 64": (4, 64), "5 x 2048": (5, 2048)}
Split = tuple[torch.Tensor, torch.Tensor]


@dataclass
class Row:
    """Speed of the engine and its peers for one network and batch size."""

    network: str
    batch_size: int
    samples: int
    bare_us_per_step: float
    engine_us_per_step: float
    ordinary_us_per_step: float
    engine_over_bare: float
    engine_over_ordinary: float


class Clock(Callback):
    """CPU seconds of each epoch, from end to end of epoch."""

    def __init__(self) -> None:
        self.ends: list[float] = []

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Note the end of an epoch."""
        self.ends.append(time.process_time())

    def fastest(self) -> float:
        """Return the CPU seconds of the fastest epoch but the first."""
        return min(end - start for start, end in pairwise(self.ends))


class Ordinary(LightningModule):
    """A network as Lightning's tutorials train it."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def training_step(self, batch: Split, _: int) -> torch.Tensor:
        """Return and log the loss of a mini-batch."""
        inputs, targets = batch
        loss = nn.functional.mse_loss(self.network(inputs), targets)
        self.log("train_loss", loss)
        return loss

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return the optimiser."""
        return adam(self.network)


def adam(network: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.Adam(network.parameters(), lr=1e-3, fused=True)


def dense(n_layers: int, n_units: int) -> nn.Sequential:
    settings = complete({"n_layers": n_layers, "n_units": n_units}, DENSE_REGRESSION)
    network = architecture(N_INPUTS, N_OUTPUTS, settings)
    initialise(network, "glorot_uniform", torch.Generator().manual_seed(0))
    return network


def bare(network: nn.Module, split: Split, batch_size: int, epochs: int) -> float:
    inputs, targets = split
    optimiser = adam(network)
    ends = []
    for _ in range(epochs):
        for rows in torch.randperm(len(inputs)).split(batch_size):
            loss = nn.functional.mse_loss(network(inputs[rows]), targets[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        ends.append(time.process_time())
    return min(end - start for start, end in pairwise(ends))


def engine(network: nn.Module, split: Split, batch_size: int, epochs: int) -> float:
    clock = Clock()
    module = InMemoryFit(
        network,
        nn.functional.mse_loss,
        adam(network),
        batch_size,
        torch.Generator().manual_seed(0),
        lambda _: 0.0,
    )
    fit(module, *split, epochs, [clock])
    return clock.fastest()


def ordinary(network: nn.Module, split: Split, batch_size: int, epochs: int) -> float:
    clock = Clock()
    loader = DataLoader(TensorDataset(*split), batch_size=batch_size, shuffle=True)
    trainer = Trainer(
        max_epochs=epochs,
        accelerator="cpu",
        devices=1,
        callbacks=[clock],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(Ordinary(network), loader)
    return clock.fastest()


METHODS: dict[str, Callable[[nn.Module, Split, int, int], float]] = {
    "bare": bare,
    "engine": engine,
    "ordinary": ordinary,
}


def compare(network: str, batch_size: int, samples: int, *, rounds: int, epochs: int) -> Row:
    generator = torch.Generator().manual_seed(1)
    split = (
        torch.randn(samples, N_INPUTS, generator=generator),
        torch.randn(samples, N_OUTPUTS, generator=generator),
    )
    seconds = dict.fromkeys(METHODS, float("inf"))
    for _ in range(rounds):
        for name, method in METHODS.items():
            taken = method(dense(*NETWORKS[network]), split, batch_size, epochs)
            seconds[name] = min(seconds[name], taken)
    n_steps = -(-samples // batch_size)
    return Row(
        network,
        batch_size,
        samples,
        *(1e6 * seconds[name] / n_steps for name in METHODS),
        seconds["bare"] / seconds["engine"],
        seconds["ordinary"] / seconds["engine"],
    )


def fixed_costs(repeats: int) -> dict[str, float]:
    """Return seconds of a trial beyond its epochs, of its parts, and of a process's imports."""
    problem = Bateman(n_trajectories=64)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.nc"
        write_netcdf(problem.generate(seed=0), path)
        data = problem.load(path)
        supervision = supervision_cost(problem, path, Path(folder), repeats)
        states = {name: state_cost(*size, Path(folder)) for name, size in STATES.items()}
    taken = {}
    for epochs in (1, 11):
        times = [
            train(problem, {}, data, {"epochs": epochs}, seed=0)["train_seconds"]
            for _ in range(repeats)
        ]
        taken[epochs] = min(times)
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import hsic_hpo.training.train"], check=True)
    return {
        "trial": taken[1] - (taken[11] - taken[1]) / 10,
        "process": time.perf_counter() - start,
        "supervision": supervision,
        **{f"state of {name}": part for name, part in states.items()},
    }


def supervision_cost(problem: Bateman, path: Path, folder: Path, repeats: int) -> float:
    """Return the part of a training of five seconds that its own process and the watch cost."""
    data = problem.load(path)
    submission = Submission(Path(__file__).parents[1] / "workflow" / "scripts", problem.source)
    code = submission.code(*training_sources(problem.source))
    submission.announce(os.environ)
    task = Task({}, Budget(epochs=1), seed=0)
    with as_submitted({"code": code}) as unedited:
        supervisor = Supervisor(
            lambda: (problem, problem.load(path)), data.fingerprint, unedited=unedited
        )
        starts, beside = [], []
        for _ in range(repeats):
            began = time.perf_counter()
            supervisor.train(task, Tries.of(folder, "00"))
            first = time.perf_counter() - began
            for _ in range(10):
                began = time.perf_counter()
                tries = Tries.of(folder, "00")
                record = supervisor.train(task, tries)
                tries.forget()
                beside.append(time.perf_counter() - began - record["train_seconds"])
            # The first training of a process is slower, too: that is a part of the cost.
            starts.append(first - record["train_seconds"])
            supervisor.close()
    del os.environ[VARIABLE]
    return min(beside) / A_TRAINING + min(starts) / RENEWED_AFTER


class Timed(Keeper):
    """Keeps one state at once, and measures what that takes."""

    def begin(self) -> None:
        """Have a state due after the first step."""
        super().begin()
        self.due = -math.inf

    def keep(self, state: Mapping[str, Any], *, foreign: bool = False) -> None:
        """Note the CPU seconds, and after how many seconds the next state is due."""
        began = time.process_time()
        super().keep(state, foreign=foreign)
        self.cost = time.process_time() - began
        self.interval = self.due - time.monotonic()


def state_cost(n_layers: int, n_units: int, folder: Path) -> float:
    """Return the part of a training that keeping its state costs, in CPU time."""
    network = dense(n_layers, n_units)
    split = torch.randn(64, N_INPUTS), torch.randn(64, N_OUTPUTS)
    keeper = Timed(Keeping(folder / "a.state"))
    module = InMemoryFit(
        network,
        nn.functional.mse_loss,
        adam(network),
        64,
        torch.Generator().manual_seed(0),
        lambda _: 0.0,
        keeper=keeper,
    )
    fit(module, *split, 1)
    return keeper.cost / keeper.interval


def target(row: Row, peer: str) -> float | None:
    small = row.network == "4 x 64"
    return {**TARGETS, **(SMALL_TARGETS if small else {})}.get((peer, row.batch_size))


def show(rows: list[Row], costs: dict[str, float], console: Console) -> None:
    table = Table(title=f"CPU microseconds per step, {rows[0].samples} samples")
    for name in ("network", "batch", "bare", "engine", "ordinary", "x bare", "x ordinary"):
        table.add_column(name, justify="right")
    for row in rows:
        ratios = []
        for peer, ratio in (("bare", row.engine_over_bare), ("ordinary", row.engine_over_ordinary)):
            goal = target(row, peer)
            reached = "" if goal is None else f" ({'>=' if ratio >= goal else 'SHORT OF'} {goal})"
            ratios.append(f"{ratio:.2f}{reached}")
        table.add_row(
            row.network,
            str(row.batch_size),
            f"{row.bare_us_per_step:.0f}",
            f"{row.engine_us_per_step:.0f}",
            f"{row.ordinary_us_per_step:.0f}",
            *ratios,
        )
    console.print(table)
    console.print(
        f"fixed cost: {1e3 * costs['trial']:.0f} ms per trial, {costs['process']:.1f} s per process"
    )
    for name, part in costs.items():
        if name.startswith("state"):
            reached = "<=" if part <= STATE_TARGET else "MORE THAN"
            console.print(
                f"{name}: {100 * part:.3f} % of the training ({reached} {100 * STATE_TARGET:g} %)"
            )
    part = costs["supervision"]
    reached = "<=" if part <= SUPERVISION_TARGET else "MORE THAN"
    console.print(
        f"own process, watch and checks: {100 * part:.2f} % of a training of {A_TRAINING:g} s "
        f"({reached} {100 * SUPERVISION_TARGET:g} %)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds and epochs")
    parser.add_argument("--samples", type=int, default=16384, help="training samples")
    arguments = parser.parse_args()
    rounds, epochs = (2, 4) if arguments.quick else (5, 8)
    console = Console()
    torch.set_num_threads(1)
    logging.getLogger("pytorch_lightning.utilities.rank_zero").setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = [
            compare(network, batch_size, arguments.samples, rounds=rounds, epochs=epochs)
            for network in NETWORKS
            for batch_size in BATCH_SIZES
        ]
    costs = fixed_costs(rounds)
    show(rows, costs, console)
    RESULTS.mkdir(exist_ok=True)
    with (RESULTS / "training.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(asdict(rows[0])))
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)


if __name__ == "__main__":
    main()
