"""Where the time of a training goes: the stages of a step, and what this engine adds.

Run as ``python benchmarks/training_profile.py``: one core, one thread, one process. The stages are
timed in a bare PyTorch loop, the engine's own time is what its epochs take beyond them: in its
loop over mini-batches, and outside of it, where Lightning's loops, hooks and logging run once per
epoch. CPU time of the fastest epoch of interleaved rounds, which other load on the machine disturbs
least; the engine's loop is a small difference of large times. Writes
benchmarks/results/training_profile.csv.
"""

import csv
import time
import warnings
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table
from torch import nn

from hsic_hpo.training.in_memory import InMemoryFit, fit
from training import BATCH_SIZES, N_INPUTS, N_OUTPUTS, NETWORKS, Clock, Split, adam, dense

RESULTS = Path(__file__).parent / "results"
SAMPLES = 16384
ROUNDS, EPOCHS = 4, 4


@dataclass
class Stages:
    """CPU microseconds per step; ``outside_ms`` milliseconds per epoch, ``outside`` per step."""

    network: str
    batch_size: int
    rows: float
    forward: float
    backward: float
    optimiser: float
    loop: float
    outside: float
    outside_ms: float


class Timed(InMemoryFit):
    """Notes the CPU seconds of each epoch's mini-batches."""

    steps: list[float]

    def training_step(self, batch: Split, index: int) -> None:
        """Train and time one epoch."""
        start = time.process_time()
        super().training_step(batch, index)
        self.steps.append(time.process_time() - start)


def bare_stages(network: nn.Module, split: Split, batch_size: int) -> list[float]:
    """Return seconds of an epoch in rows, forward, backward and optimiser, each its fastest."""
    inputs, targets = split
    optimiser = adam(network)
    fastest = [float("inf")] * 4
    for _ in range(EPOCHS):
        seconds = [0.0] * 4
        for rows in torch.randperm(len(inputs)).split(batch_size):
            times = [time.process_time()]
            x, y = inputs[rows], targets[rows]
            times.append(time.process_time())
            loss = nn.functional.mse_loss(network(x), y)
            times.append(time.process_time())
            optimiser.zero_grad()
            loss.backward()
            times.append(time.process_time())
            optimiser.step()
            times.append(time.process_time())
            for stage in range(4):
                seconds[stage] += times[stage + 1] - times[stage]
        fastest = [min(pair) for pair in zip(fastest, seconds, strict=True)]
    return fastest


def engine_epoch(network: nn.Module, split: Split, batch_size: int) -> tuple[float, float]:
    """Return seconds of an epoch's mini-batches and of the rest of an epoch."""
    clock = Clock()
    module = Timed(
        network,
        nn.functional.mse_loss,
        adam(network),
        batch_size,
        torch.Generator().manual_seed(0),
        lambda _: 0.0,
    )
    module.steps = []
    fit(module, *split, EPOCHS, [clock])
    outsides = [
        end - start - steps
        for (start, end), steps in zip(pairwise(clock.ends), module.steps[1:], strict=True)
    ]
    return min(module.steps), min(outsides)


def profile(network: str, batch_size: int) -> Stages:
    generator = torch.Generator().manual_seed(1)
    split = (
        torch.randn(SAMPLES, N_INPUTS, generator=generator),
        torch.randn(SAMPLES, N_OUTPUTS, generator=generator),
    )
    stages, steps, outside = [float("inf")] * 4, float("inf"), float("inf")
    for _ in range(ROUNDS):
        found = bare_stages(dense(*NETWORKS[network]), split, batch_size)
        stages = [min(pair) for pair in zip(stages, found, strict=True)]
        now = engine_epoch(dense(*NETWORKS[network]), split, batch_size)
        steps, outside = min(steps, now[0]), min(outside, now[1])
    per_step = 1e6 / -(-SAMPLES // batch_size)
    loop = steps - sum(stages)
    return Stages(
        network,
        batch_size,
        *(per_step * seconds for seconds in (*stages, loop, outside)),
        1e3 * outside,
    )


def show(rows: list[Stages], console: Console) -> None:
    table = Table(title=f"CPU microseconds per step, {SAMPLES} samples an epoch")
    for name in ("network", "batch", "rows", "forward", "backward", "optimiser", "loop", "outside"):
        table.add_column(name, justify="right")
    for row in rows:
        values = (row.rows, row.forward, row.backward, row.optimiser, row.loop, row.outside)
        table.add_row(row.network, str(row.batch_size), *(f"{value:.0f}" for value in values))
    console.print(table)
    outside = [row.outside_ms for row in rows]
    console.print(
        f"loop: the engine's own, per step; outside: Lightning's, {min(outside):.1f} to "
        f"{max(outside):.1f} ms per epoch whatever the steps"
    )


def main() -> None:
    torch.set_num_threads(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = [profile(network, size) for network in NETWORKS for size in BATCH_SIZES]
    show(rows, Console())
    RESULTS.mkdir(exist_ok=True)
    with (RESULTS / "training_profile.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(asdict(rows[0])))
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)


if __name__ == "__main__":
    main()
