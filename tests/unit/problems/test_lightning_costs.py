"""Modules are counted without training: on the meta device, or on the CPU where they need values.

Each module here is trained for one step too, by Lightning's own trainer: what was known before is
what the training counts.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from pytorch_lightning import LightningDataModule, LightningModule
from torch import nn
from torch.utils.data import DataLoader

from hsic_hpo.problems.base import LightningProblem
from hsic_hpo.problems.data import Stamp
from hsic_hpo.problems.lightning_costs import forward_flops
from hsic_hpo.training.train import train

WIDTH, LENGTH = 8, 5


class Sequences(LightningModule):
    """Whatever network, on sequences."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.head = nn.Linear(WIDTH, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.network(x)
        return self.head(out[0] if isinstance(out, tuple) else out)

    def training_step(self, batch: torch.Tensor, batch_idx: int) -> torch.Tensor:
        return self(batch).square().mean()

    def validation_step(self, batch: torch.Tensor, batch_idx: int) -> None:
        self.log("val_loss", self(batch).square().mean())

    def test_step(self, batch: torch.Tensor, batch_idx: int) -> None:
        self.log("test_loss", self(batch).square().mean())

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=1e-3)


class Built(Sequences):
    """A network that is built where Lightning asks for it."""

    def __init__(self) -> None:
        super().__init__(nn.Identity())

    def setup(self, stage: str) -> None:
        self.first = nn.Linear(WIDTH, 3 * WIDTH)

    def configure_model(self) -> None:
        self.network = nn.Sequential(self.first, nn.Linear(3 * WIDTH, WIDTH))


class Branching(nn.Module):
    """A forward pass that looks at values, which the meta device has not."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(WIDTH, WIDTH)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x) if bool((x > -1.0).all()) else x


class Frozen(nn.Linear):
    """A layer of which nothing but the bias is trained."""

    def __init__(self) -> None:
        super().__init__(WIDTH, WIDTH)
        self.weight.requires_grad_(False)


class Data(LightningDataModule):
    """Sequences of random numbers."""

    def loader(self) -> DataLoader:
        return DataLoader([torch.rand(LENGTH, WIDTH) for _ in range(4)], batch_size=2)

    train_dataloader = val_dataloader = test_dataloader = loader


class Doubled(Data):
    """Batches that double on their way to the module: as long again."""

    def on_after_batch_transfer(self, batch: torch.Tensor, dataloader_idx: int) -> torch.Tensor:
        return torch.cat([batch, batch], dim=1)


def attention() -> nn.Module:
    layer = nn.TransformerEncoderLayer(WIDTH, 2, 2 * WIDTH, batch_first=True)
    return nn.TransformerEncoder(layer, 2)


def lstm() -> nn.Module:
    return nn.LSTM(WIDTH, WIDTH, 2, batch_first=True)


def dense(n_outputs: int = WIDTH) -> nn.Module:
    return nn.Linear(WIDTH, n_outputs)


MODULES = {
    "dense": lambda: Sequences(dense()),
    "attention": lambda: Sequences(attention()),
    "lstm": lambda: Sequences(lstm()),
    "gru": lambda: Sequences(nn.GRU(WIDTH, WIDTH, batch_first=True)),
    "built": Built,
    "branching": lambda: Sequences(Branching()),
    "frozen": lambda: Sequences(Frozen()),
    "impossible": lambda: Sequences(dense(WIDTH + 1)),
}


@dataclass(frozen=True)
class Networks(LightningProblem):
    name: ClassVar[str] = "networks"
    error_name: ClassVar[str] = "error"
    error_units: ClassVar[str] = "1"

    def default_space(self) -> dict[str, Any]:
        return {"kind": {"type": "categorical", "levels": list(MODULES)}}

    def module(self, configuration: Mapping[str, Any]) -> LightningModule:
        return MODULES[configuration["kind"]]()

    def datamodule(self, configuration: Mapping[str, Any]) -> LightningDataModule:
        return Doubled() if configuration.get("doubled") else Data()


# Operations of the head are those of LENGTH rows of WIDTH numbers.
HEAD = 2 * LENGTH * WIDTH
LAYER = 2 * LENGTH * WIDTH * WIDTH
# Of one layer of attention: projections of queries, keys, values and outputs; scores and means;
# two linear layers of twice the width.
ATTENTION = 4 * LAYER + 2 * 2 * LENGTH * LENGTH * WIDTH + 4 * LAYER
PARAMS = WIDTH * WIDTH + WIDTH
EXPECTED = {
    "dense": (PARAMS + WIDTH + 1, LAYER + HEAD),
    "attention": (
        2 * (4 * PARAMS + 2 * 2 * WIDTH * WIDTH + 3 * WIDTH + 4 * WIDTH) + WIDTH + 1,
        2 * ATTENTION + HEAD,
    ),
    # Four gates, each of inputs and of the state, with two biases.
    "lstm": (2 * 4 * 2 * PARAMS + WIDTH + 1, 2 * 4 * 2 * LAYER + HEAD),
    "gru": (3 * 2 * PARAMS + WIDTH + 1, 3 * 2 * LAYER + HEAD),
    "built": (6 * WIDTH * WIDTH + 4 * WIDTH + WIDTH + 1, 6 * LAYER + HEAD),
    "branching": (PARAMS + WIDTH + 1, LAYER + HEAD),
    "frozen": (WIDTH + WIDTH + 1, LAYER + HEAD),
}


@pytest.mark.parametrize("kind", EXPECTED)
def test_what_is_known_is_the_closed_form_and_what_a_training_counts(kind: str) -> None:
    n_params, flops = EXPECTED[kind]
    known = Networks().costs({"kind": kind})
    assert known == {"n_params": n_params, "flops": flops}
    record = train(Networks(), {"kind": kind}, Stamp("0"), {"steps": 1}, seed=3)
    assert record["status"] == "ok"
    assert {name: record[name] for name in known} == known


def test_batches_are_those_that_reach_the_module() -> None:
    configuration = {"kind": "dense", "doubled": True}
    known = Networks().costs(configuration)
    assert known == {"n_params": EXPECTED["dense"][0], "flops": 2 * EXPECTED["dense"][1]}
    record = train(Networks(), configuration, Stamp("0"), {"steps": 1}, seed=3)
    assert record["flops"] == known["flops"]


def test_the_costs_of_a_network_that_cannot_run_are_not_known() -> None:
    assert Networks().costs({"kind": "impossible"}) is None
    record = train(Networks(), {"kind": "impossible"}, Stamp("0"), {"steps": 1}, seed=3)
    assert record["status"] == "failed"


def test_nothing_has_values_but_where_they_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    forward = Sequences.forward

    def noting(self: Sequences, x: torch.Tensor) -> torch.Tensor:
        seen.append(self.head.weight.device.type)
        return forward(self, x)

    monkeypatch.setattr(Sequences, "forward", noting)
    Networks().costs({"kind": "dense"})
    assert seen == ["meta"]
    Networks().costs({"kind": "branching"})
    assert seen == ["meta", "meta", "cpu"]


def test_counting_draws_from_no_stream_and_leaves_the_kernels_as_they_were() -> None:
    def state() -> Any:
        backends = torch.backends
        return (
            torch.get_rng_state().tolist(),
            np.random.get_state()[1].tolist(),  # noqa: NPY002 - the stream to leave untouched
            random.getstate(),
            backends.mha.get_fastpath_enabled(),
            backends.mkldnn.enabled,
            backends.cudnn.enabled,
            torch.backends.cuda.flash_sdp_enabled(),
        )

    before = state()
    for kind in ("branching", "impossible", "attention"):
        Networks().costs({"kind": kind})
    assert state() == before


@pytest.mark.parametrize("make", [attention, lstm], ids=["attention", "lstm"])
def test_fused_kernels_count_as_what_they_compute(make: Any) -> None:
    """On the CPU, torch's counter alone would see nothing of these layers."""
    with torch.device("meta"):
        empty = make().eval()
    x = torch.rand(1, LENGTH, WIDTH)
    flops = forward_flops(make().eval(), (x,))
    assert flops == forward_flops(empty, (x.to("meta"),)) > LAYER
