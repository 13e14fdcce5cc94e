"""A training that is left and taken up again equals one that was never left, bit for bit."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from pytorch_lightning import Callback, LightningDataModule, LightningModule, Trainer
from torch.utils.data import DataLoader

from hsic_hpo.errors import InputError
from hsic_hpo.problems.data import Stamp
from hsic_hpo.problems.registry import load_problem
from hsic_hpo.training import keeper as keepers
from hsic_hpo.training import state as states
from hsic_hpo.training.budget import Budget, Patience
from hsic_hpo.training.keeper import Keeping
from hsic_hpo.training.train import train, train_within
from lightning_line import LineProblem, Points
from noisy_line import Noisy, NoisyProblem

DENSE = load_problem(
    {"name": "bateman", "options": {"n_species": 3, "n_trajectories": 64}}, "problem"
)
OPTIMISERS = ("sgd", "adam", "adamw", "nadam", "rmsprop", "adagrad")
NETWORK = {
    "n_layers": 2,
    "n_units": 8,
    "batch_size": 32,
    "dropout": True,
    "dropout_rate": 0.2,
    "batch_normalisation": True,
    "learning_rate": 0.01,
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("data") / "data.nc"
    DENSE.generate(seed=0).to_netcdf(path)
    return DENSE.load(path)


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return {**one, "train_seconds": 0} == {**other, "train_seconds": 0}


def kept_everywhere(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[Any, ...], budget: Budget, path: Path
) -> list[bytes]:
    """Train with a state kept whenever it could be; return what the file held each time."""
    contents = []
    write = states.write_state

    def noted(*given: Any) -> None:
        write(*given)
        contents.append(path.read_bytes())

    with monkeypatch.context() as patched:
        patched.setattr(keepers, "write_state", noted)
        patched.setattr(keepers, "_LARGEST_SHARE", float("inf"))
        patched.setattr(keepers, "_LARGEST_WAIT", float("inf"))
        train_within(*arguments, budget, seed=1, keeping=Keeping(path, every=0.0))
    return contents


def taken_up(
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[Any, ...],
    budget: Budget,
    path: Path,
    content: bytes,
) -> dict[str, Any]:
    """Train from a state, which must not be passed over."""
    found = []
    read = states.read_state

    def noted(*given: Any) -> Any:
        found.append(read(*given))
        return found[-1]

    path.write_bytes(content)
    with monkeypatch.context() as patched:
        patched.setattr(keepers, "read_state", noted)
        record = train_within(*arguments, budget, seed=1, keeping=Keeping(path))
    assert len(found) == 1
    assert found[0] is not None
    return record


@pytest.mark.parametrize("optimizer", OPTIMISERS)
def test_a_dense_training_goes_on_from_any_step(
    data: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, optimizer: str
) -> None:
    arguments = (DENSE, {**NETWORK, "optimizer": optimizer}, data)
    budget = Budget(epochs=4)
    whole = train_within(*arguments, budget, seed=1)
    path = tmp_path / "a.state"
    contents = kept_everywhere(monkeypatch, arguments, budget, path)
    assert len(contents) == 16
    for content in contents[::5]:
        assert same(taken_up(monkeypatch, arguments, budget, path, content), whole)


@pytest.mark.parametrize(
    "budget",
    [
        Budget(epochs=60, early_stopping=Patience(2, 0.01)),
        Budget(steps=9),
        Budget(epochs=60, max_training_flops=2e6),
    ],
    ids=["early stopping", "steps", "operations"],
)
def test_each_limit_ends_a_training_that_was_taken_up_where_it_ends_others(
    data: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, budget: Budget
) -> None:
    arguments = (DENSE, NETWORK, data)
    whole = train_within(*arguments, budget, seed=1)
    assert 1 < whole["epochs"] < 60
    path = tmp_path / "a.state"
    contents = kept_everywhere(monkeypatch, arguments, budget, path)
    for content in (contents[len(contents) // 2], contents[-1]):
        assert same(taken_up(monkeypatch, arguments, budget, path, content), whole)


@pytest.mark.parametrize("own_generator", [False, True])
@pytest.mark.parametrize("early_stopping", [None, Patience(2)], ids=["to the end", "early"])
def test_a_lightning_training_goes_on_from_any_epoch(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    own_generator: bool,
    early_stopping: Patience | None,
) -> None:
    problem = NoisyProblem(own_generator=own_generator)
    arguments = (problem, {"rate": 0.05}, Stamp("data"))
    budget = Budget(epochs=6, early_stopping=early_stopping)
    whole = train_within(*arguments, budget, seed=1)
    path = tmp_path / "a.state"
    contents = kept_everywhere(monkeypatch, arguments, budget, path)
    assert len(contents) == whole["epochs"] - 1
    for content in contents:
        assert same(taken_up(monkeypatch, arguments, budget, path, content), whole)


@pytest.mark.parametrize("kind", ["dense", "lightning"])
def test_a_training_can_be_left_at_the_end_of_each_rung(
    data: Any, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "a.state"
    if kind == "dense":
        arguments: tuple[Any, ...] = (DENSE, NETWORK, data, {"epochs": 5})
    else:
        arguments = (NoisyProblem(), {"rate": 0.05}, Stamp("data"), {"epochs": 5})
    whole = train(*arguments, seed=1)
    seconds = 0.0
    for epoch in (1, 3, 3, 2):
        left = train(*arguments, seed=1, state=path, until_epoch=epoch)
        assert left["status"] == "stopped"
        assert left["epochs"] == max(epoch, len(left["learning_curve"]))
        assert left["learning_curve"] == whole["learning_curve"][: left["epochs"]]
        assert left["validation_error"] is left["test_error"] is None
        assert (left["n_params"], left["flops"]) == (whole["n_params"], whole["flops"])
        assert left["train_seconds"] > seconds
        seconds = left["train_seconds"]
    assert left["epochs"] == 3
    # The budget ends before this rung does.
    end = train(*arguments, seed=1, state=path, until_epoch=9)
    assert same(end, whole)
    assert end["train_seconds"] > seconds
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "change",
    ["truncated", "altered", "not a state", "empty", "other seed", "other budget", "other torch"],
)
def test_a_state_of_something_else_or_damaged_is_not_taken_up(
    data: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    path = tmp_path / "a.state"
    train(DENSE, NETWORK, data, {"epochs": 4}, seed=1, state=path, until_epoch=2)
    content = path.read_bytes()
    path.write_bytes(
        {
            "truncated": content[: len(content) // 2],
            "altered": content[:-9] + b"?" + content[-8:],
            "not a state": b"{}\nnothing",
            "empty": b"",
        }.get(change, content)
    )
    seed = 2 if change == "other seed" else 1
    budget = {"epochs": 5 if change == "other budget" else 4}
    whole = train(DENSE, NETWORK, data, budget, seed=seed)
    if change == "other torch":
        monkeypatch.setattr(states.torch, "__version__", "1.0")
    taken = []
    monkeypatch.setattr(torch.nn.Module, "load_state_dict", lambda *_: taken.append(1))
    assert same(train(DENSE, NETWORK, data, budget, seed=seed, state=path), whole)
    assert taken == []


def test_the_time_before_counts_against_max_seconds(data: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.state"
    budget = {"epochs": 10**6, "max_seconds": 1.0}
    left = train(DENSE, NETWORK, data, budget, seed=1, state=path, until_epoch=1)
    begun = time.monotonic()
    end = train(DENSE, NETWORK, data, budget, seed=1, state=path)
    assert end["status"] == "ok"
    assert end["train_seconds"] >= 1.0
    assert time.monotonic() - begun < end["train_seconds"] - 0.9 * left["train_seconds"] + 0.5


def test_a_full_disk_ends_no_training(
    data: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device", "a.state")

    whole = train(DENSE, NETWORK, data, {"epochs": 2}, seed=1)
    monkeypatch.setattr(keepers, "write_state", full)
    keeping = Keeping(tmp_path / "a.state", every=0.0)
    assert same(
        train_within(DENSE, NETWORK, data, Budget(epochs=2), seed=1, keeping=keeping), whole
    )
    said = capsys.readouterr().err.splitlines()
    assert said == [
        "the state of a training was not kept: [Errno 28] No space left on device: 'a.state'"
    ]
    with pytest.raises(OSError, match="No space left"):
        train(DENSE, NETWORK, data, {"epochs": 2}, seed=1, state=tmp_path / "a", until_epoch=1)


class Hoarding(Noisy):
    """Keeps what cannot be read back without running code."""

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint["more"] = Path()


class Refusing(Noisy):
    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        raise ArithmeticError("not now")


class Lasting(Points):
    def train_dataloader(self) -> DataLoader:
        return self.loader(12, batch_size=4, num_workers=1, persistent_workers=True)


@dataclass(frozen=True)
class Unfit(LineProblem):
    why: str = ""

    def module(self, configuration: Mapping[str, Any]) -> LightningModule:
        kind = {"hoards": Hoarding, "refuses": Refusing}.get(self.why, Noisy)
        return kind(configuration["rate"], 0.3)

    def datamodule(self, configuration: Mapping[str, Any]) -> LightningDataModule:
        return Lasting(4) if self.why == "lasts" else Points(4)


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        ("hoards", "it holds more than tensors and plain values"),
        ("refuses", "ArithmeticError: not now"),
        ("lasts", "its data loaders have persistent workers"),
    ],
)
def test_a_training_whose_state_cannot_be_kept_exactly_keeps_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], why: str, reason: str
) -> None:
    arguments = (Unfit(why=why), {"rate": 0.05}, Stamp("data"), Budget(epochs=3))
    whole = train_within(*arguments, seed=1)
    capsys.readouterr()
    keeping = Keeping(tmp_path / "a.state", every=0.0)
    assert same(train_within(*arguments, seed=1, keeping=keeping), whole)
    assert capsys.readouterr().err == f"no state of this training is kept: {reason}\n"
    assert list(tmp_path.iterdir()) == []


def test_a_rung_needs_a_file(data: Any) -> None:
    with pytest.raises(InputError, match=r"^until_epoch: needs 'state'"):
        train(DENSE, NETWORK, data, {"epochs": 2}, seed=1, until_epoch=1)
    with pytest.raises(InputError, match=r"^until_epoch: 0 is not an integer of at least 1$"):
        train(DENSE, NETWORK, data, {"epochs": 2}, seed=1, state="a", until_epoch=0)


def test_callbacks_are_told_the_epoch_and_keep_their_memory(data: Any, tmp_path: Path) -> None:
    class Counts(Callback):
        def __init__(self) -> None:
            self.seen: list[int] = []

        def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
            self.seen.append(trainer.current_epoch)

        def state_dict(self) -> dict[str, Any]:
            return {"seen": self.seen}

        def load_state_dict(self, state_dict: dict[str, Any]) -> None:
            self.seen = state_dict["seen"]

    seen = []
    for state, rungs in ((None, (None,)), (tmp_path / "a.state", (2, None))):
        for rung in rungs:
            callback = Counts()
            train(
                DENSE,
                NETWORK,
                data,
                {"epochs": 4},
                seed=1,
                callbacks=[callback],
                state=state,
                until_epoch=rung,
            )
        seen.append(callback.seen)
    assert len(seen[0]) == 4
    assert seen[0] == seen[1]
