"""What the page shows of a problem of one's own is the example's code, and runs."""

import ast
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from pytorch_lightning import Trainer

from hsic_hpo.problems.data import Stamp
from hsic_hpo.problems.registry import load_problem
from hsic_hpo.study import study
from hsic_hpo.training.machine import machine
from hsic_hpo.training.train import train

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "digits"
PAGE = (ROOT / "docs" / "own-problem.md").read_text(encoding="utf-8")
CODE = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
CONFIG = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    yield
    for name in ("digits_problem", "bowl"):
        sys.modules.pop(name, None)


def without_docstrings(source: str, name: str) -> str:
    (found,) = [node for node in ast.parse(source).body if getattr(node, "name", "") == name]
    for node in ast.walk(found):
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:]
    return ast.unparse(found)


def test_the_class_is_that_of_the_example() -> None:
    example = (EXAMPLE / "digits_problem.py").read_text(encoding="utf-8")
    assert without_docstrings(CODE[0], "Digits") == without_docstrings(example, "Digits")


def test_the_config_is_that_of_the_example() -> None:
    shown = yaml.safe_load(CONFIG[0])
    example = yaml.safe_load((EXAMPLE / "digits.yaml").read_text())
    assert shown.items() <= example.items()


CONFIGURATION = {
    "n_channels": 16,
    "kernel_size": 3,
    "dropout": 0.1,
    "learning_rate": 0.01,
    "batch_size": 32,
}


def test_the_example_learns() -> None:
    problem = study.read_study([EXAMPLE / "digits.yaml"]).problem
    record = train(problem, CONFIGURATION, Stamp("0"), {"epochs": 5}, seed=0)
    assert record["status"] == "ok"
    assert record["test_error"] < 0.1


def test_module_and_data_train_as_by_lightning_alone() -> None:
    """Same seed, same errors, bit for bit: nothing is put between the user and Lightning."""
    problem = study.read_study([EXAMPLE / "digits.yaml"]).problem
    digits = sys.modules["digits_problem"]
    record = train(problem, CONFIGURATION, Stamp("0"), {"epochs": 2}, seed=5)
    with machine().isolated(5), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = digits.Classifier(16, 3, 0.1, 0.01)
        data = digits.DigitsData(0.6, 32)
        trainer = Trainer(
            max_epochs=2,
            accelerator="cpu",
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            # It draws from the random stream.
            num_sanity_val_steps=0,
        )
        trainer.fit(module, datamodule=data)
        validation_error = trainer.callback_metrics["val_error"].item()
        (tested,) = trainer.test(module, datamodule=data, verbose=False)
    assert (record["validation_error"], record["test_error"]) == (
        validation_error,
        tested["test_error"],
    )
    assert 0.0 < validation_error < 0.5


def test_the_function_runs(tmp_path: Path) -> None:
    (tmp_path / "bowl.py").write_text(CODE[1])
    problem = load_problem({"import": "bowl:Bowl"}, folders=[tmp_path])
    record = train(problem, {"x": 0.5, "y": 1.0}, Stamp("0"), {"epochs": 1}, seed=0)
    assert record["validation_error"] == record["test_error"] == 0.5**2 + 0.1
