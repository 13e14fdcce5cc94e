"""The example of a whole project, a convolutional network with conditional hyperparameters."""

import gzip
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

import hsic_hpo as hh
from hsic_hpo.errors import InputError
from hsic_hpo.problems import idx
from hsic_hpo.problems.data import Stamp
from hsic_hpo.problems.lightning_costs import lightning_costs
from hsic_hpo.problems.registry import load_problem
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.study import study
from hsic_hpo.training.budget import Budget
from hsic_hpo.training.model_file import Wanted
from hsic_hpo.training.train import train_within

EXAMPLE = Path(__file__).parents[3] / "examples" / "fashion"
N_IMAGES = {"train": 900, "t10k": 300}
LEARNT = {
    "n_blocks": 2,
    "n_channels": 6,
    "kernel_size": 3,
    "pooling": "max",
    "activation": "relu",
    "normalisation": True,
    "dropout": False,
    "mirror": False,
    "batch_size": 16,
    "optimizer": "adam",
    "learning_rate": 0.01,
    "beta1": 0.9,
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files as those of the package, of a few made-up images: a bar whose height is the class."""
    folder = tmp_path_factory.mktemp("images")
    rng = np.random.default_rng(0)
    for part, n in N_IMAGES.items():
        labels = rng.integers(10, size=n, dtype=np.uint8)
        images = rng.integers(100, size=(n, 28, 28), dtype=np.uint8)
        for image, label in zip(images, labels, strict=True):
            image[2 * label + 4 : 2 * label + 7] = 255
        for name, values in (("images-idx3", images), ("labels-idx1", labels)):
            path = folder / f"{part}-{name}-ubyte.gz"
            path.write_bytes(gzip.compress(idx.encode(values), 1))
    return folder


@pytest.fixture
def module(files: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The example's module, to which the made-up files are the original ones."""
    load_problem({"import": "fashion_problem:Fashion"}, folders=[EXAMPLE])
    found = sys.modules["fashion_problem"]
    made_up = {
        name: (hashlib.sha256(gzip.decompress((files / f"{name}.gz").read_bytes())).hexdigest(), n)
        for name, (_, n) in found.FILES.items()
    }
    monkeypatch.setattr(found, "FILES", made_up)
    monkeypatch.setattr(found, "N_VALIDATION", 200)
    yield found
    sys.modules.pop("fashion_problem", None)


def tiny(module: ModuleType, folder: Path) -> Any:
    return module.Fashion(folder=str(folder), n_train=600)


def test_its_config_searches_with_conditions_and_with_rungs() -> None:
    asked = study.read_study([EXAMPLE / "fashion.yaml"])
    sys.modules.pop("fashion_problem", None)
    assert len(asked.space) == 14
    assert len(asked.space.groups()) == 4
    assert len(asked.rungs) == 2
    assert {"gpbo", "hsic-gpbo", "motpe", "nsga2"} <= set(asked.searches)


def test_every_network_costs_what_its_formula_says(module: ModuleType, files: Path) -> None:
    problem = tiny(module, files)
    space = study.read_study([EXAMPLE / "fashion.yaml"]).space
    drawn = list(space.configurations(sample(space, 24, 0)))
    assert {one["pooling"] for one in drawn} == {"max", "average", "stride"}
    for configuration in drawn:
        assert problem.costs(configuration) == lightning_costs(problem, configuration)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"mirror": True, "pooling": "average", "activation": "gelu"},
        {"dropout": True, "dropout_rate": 0.2, "optimizer": "sgd", "momentum": 0.9},
    ],
)
def test_it_learns_and_its_network_comes_back(
    module: ModuleType, files: Path, tmp_path: Path, change: dict[str, Any]
) -> None:
    problem = tiny(module, files)
    spec = {"import": "fashion_problem:Fashion", "options": {"folder": str(files), "n_train": 600}}
    path = tmp_path / "model.ckpt"
    record = train_within(
        problem,
        LEARNT | change,
        Stamp("0"),
        Budget(epochs=5),
        seed=0,
        wanted=Wanted(path, {"problem": spec}),
    )
    assert record["status"] == "ok"
    assert record["test_error"] < 30
    images, labels = module.splits(str(files), 600)[2].tensors
    with torch.no_grad():
        found = hh.load_model(path, EXAMPLE)(images).argmax(dim=1)
    assert 100 * float((found != labels).float().mean()) == pytest.approx(record["test_error"])
    facts = json.loads(torch.load(path, weights_only=True)["facts"])
    assert facts["configuration"] == LEARNT | change


def test_missing_and_other_files_are_told_in_one_line(
    module: ModuleType, files: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=r"no such file; `apt install dataset-fashion-mnist`"):
        tiny(module, tmp_path).generate(0)
    for path in files.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    other = tmp_path / "train-labels-idx1-ubyte.gz"
    other.write_bytes(gzip.compress(idx.encode(np.zeros(900, np.uint8))))
    with pytest.raises(InputError, match=f"^{other}: not the original file"):
        tiny(module, tmp_path).generate(0)


def test_the_splits_share_no_image(module: ModuleType, files: Path) -> None:
    parts = [part.tensors[0].flatten(1) for part in module.splits(str(files), 600)]
    assert [len(part) for part in parts] == [600, 200, 300]
    assert len(torch.unique(torch.cat(parts), dim=0)) == 1100
