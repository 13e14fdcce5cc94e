"""Every block of Python runs as it is written, and every block of YAML is a valid setting."""

import importlib.util
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from checkout import Checkout
from hsic_hpo.spaces.space import Space
from hsic_hpo.study import config, study
from pages import ROOT, SETTINGS, Block, all_blocks, commented_settings, text_of

EXAMPLE = ROOT / "examples" / "digits"
IN_PYTHON = "In Python"
PYTHON = [block for block in all_blocks("python") if block.heading != IN_PYTHON]


@pytest.fixture(autouse=True)
def forget_imported_problems() -> Iterator[None]:
    yield
    sys.modules.pop("digits_problem", None)


def digits_module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("digits_problem", EXAMPLE / "digits_problem.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Where dataclasses look for it.
    sys.modules["digits_problem"] = module
    spec.loader.exec_module(module)
    return module


def results_of_the_quick_study(folder: Path, request: pytest.FixtureRequest) -> dict[str, Any]:
    finished: Checkout = request.getfixturevalue("finished")
    shutil.copytree(finished.results, folder / "results" / "quick")
    return {}


def network_of_the_quick_study(folder: Path, request: pytest.FixtureRequest) -> dict[str, Any]:
    results_of_the_quick_study(folder, request)
    (model,) = folder.glob("results/quick/final/random/*/model.ckpt")
    choice = folder / "results" / "quick" / "final" / "gpbo" / "lowest-error"
    choice.mkdir(parents=True)
    shutil.copy(model, choice)
    return {}


def imports_of_the_example(folder: Path, request: pytest.FixtureRequest) -> dict[str, Any]:
    return dict(vars(digits_module()))


def table_of_trials(folder: Path, request: pytest.FixtureRequest) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"lr": 10 ** rng.uniform(-4, -1, 100), "units": rng.integers(8, 257, 100)})
    frame.assign(loss=np.abs(np.log10(frame["lr"]) + 2)).to_csv(folder / "trials.csv", index=False)
    return {}


# What the text before a block supposes: files in its folder, names that are defined.
GIVEN: Mapping[str, Callable[[Path, pytest.FixtureRequest], dict[str, Any]]] = {
    "In Python, from the Datasets": results_of_the_quick_study,
    "The chosen network": network_of_the_quick_study,
    "A problem of your own": imports_of_the_example,
    "Trials from anywhere": table_of_trials,
    "Five lines of Python": table_of_trials,
}


@pytest.mark.parametrize("block", PYTHON, ids=str)
def test_a_block_of_python_runs(
    block: Block,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prepare = GIVEN.get(block.heading)
    names = prepare(tmp_path, request) if prepare else {}
    monkeypatch.chdir(tmp_path)
    exec(block.text, names | {"__name__": "shown"})


def test_each_preparation_has_its_block() -> None:
    assert {block.heading for block in PYTHON} >= GIVEN.keys()


def test_the_lines_for_a_notebook_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (block,) = [block for block in all_blocks("python") if block.heading == IN_PYTHON]
    rng = np.random.default_rng(0)
    df = pd.DataFrame({"lr": 10 ** rng.uniform(-4, -1, 300), "units": rng.integers(8, 257, 300)})
    df["opt"] = rng.choice(["sgd", "adam"], 300)
    df["momentum"] = np.where(df["opt"] == "sgd", rng.uniform(0, 0.99, 300), np.nan)
    df["loss"] = np.abs(np.log10(df["lr"]) + 2)
    df["seconds"] = 0.1 * df["units"]
    u = rng.random((300, 3))

    def train(configuration: Mapping[str, Any]) -> float:
        return abs(float(np.log10(configuration["lr"])) + 2)

    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"df": df, "u": u, "z": u[:, 0] < 0.2, "train": train}
    exec(block.text, names)
    main = names["result"].sel(group="all", target="error", subset="best")
    assert main["hsic"].to_series().idxmax() == "lr"
    assert "</html>" in (tmp_path / "report.html").read_text(encoding="utf-8")
    search = names["search"]
    assert search.trials.sizes["trial"] == 200 + 6 * 8
    assert search.best.error < 0.05
    assert train(names["best"].configuration) == search.best.error


@pytest.mark.parametrize("block", all_blocks("yaml"), ids=str)
def test_a_block_of_yaml_is_a_study_or_a_search_space(block: Block, tmp_path: Path) -> None:
    for path in EXAMPLE.glob("*.py"):
        shutil.copy(path, tmp_path)
    path = tmp_path / "example.yaml"
    path.write_text(block.text, encoding="utf-8")
    if block.text.startswith("study:"):
        study.read_study([path])
    else:
        Space.from_dict(config.read_yaml(path))


@pytest.mark.parametrize("path", SETTINGS)
def test_settings_in_comments_are_valid(path: str, tmp_path: Path) -> None:
    text = commented_settings(text_of(path))
    settings = yaml.safe_load(text)
    if "profiles" in path:
        resources = settings.get("set-resources", {})
        assert set(resources) <= {"train", "train_rung", "train_round", "train_final"}
        assert all(isinstance(setting, dict) for setting in resources.values())
    else:
        for module in (ROOT / path).parent.glob("*.py"):
            shutil.copy(module, tmp_path)
        (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
        study.read_study([tmp_path / "study.yaml"])
