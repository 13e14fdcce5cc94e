"""Imports run one way, and analysing or plotting never pays for PyTorch."""

import subprocess
import sys
from pathlib import Path

import pytest

from hsic_hpo.study.fingerprint import PACKAGE, import_closure

TRAINING = {"networks", "cost", "training"}

# Each layer may import itself and what stands in the layers that are listed with it.
FORBIDDEN = {
    "errors": {"*"},
    "files": {"space", "trials", "hsic", "sensitivity", "problems", "config", *TRAINING},
    "provenance": {"*"},
    "space": {"sampling", "trials", "problems", "hsic", "sensitivity", "config", *TRAINING},
    "sampling": {"trials", "problems", "hsic", "sensitivity", *TRAINING},
    "gaussian": {"*"},
    "kernels": {"hsic", "space", "trials", "sensitivity", "problems", "files", *TRAINING},
    "hsic": {"space", "trials", "sensitivity", "problems", "files", *TRAINING},
    "permutation": {"space", "trials", "sensitivity", "problems", "files", *TRAINING},
    "inference": {"space", "trials", "sensitivity", "problems", "files", *TRAINING},
    "trials": {"hsic", "sensitivity", "problems", *TRAINING},
    "sensitivity": {"problems", "figures", "tables", *TRAINING},
    "subspace": {"problems", "hsic", "sensitivity", "config", *TRAINING},
    "surrogate": {"trials", "problems", "hsic", "sensitivity", "config", *TRAINING},
    "finished": {"search", "problems", "hsic", "sensitivity", "config", *TRAINING},
    "choosing": {"search", "problems", "hsic", "sensitivity", "config", *TRAINING},
    "search": {"selection", "sensitivity", "problems", "config", *TRAINING},
    "selection": {"search", "sensitivity", "problems", "figures", "tables", "config", *TRAINING},
    "rounds": {"sensitivity", "problems", "figures", "tables", "config", *TRAINING},
    "comparison": {"sensitivity", "problems", "figures", "tables", "config", *TRAINING},
    "figures": {"hsic", "sensitivity", "problems", *TRAINING},
    "report": {"hsic", "sensitivity", "problems", *TRAINING},
    "tables": {"hsic", "sensitivity", "problems", *TRAINING},
    "problems": {"trials", "hsic", "sensitivity", *TRAINING},
    "training": {"trials", "hsic", "sensitivity", "sampling"},
}


def modules(name: str) -> list[Path]:
    folder = PACKAGE / name
    return sorted(folder.glob("*.py")) if folder.is_dir() else [PACKAGE / f"{name}.py"]


def imported(name: str) -> set[str]:
    """Return the top-level module names of the package in the import closure of a layer."""
    found = {
        path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for path in import_closure(modules(name))
        if path.is_relative_to(PACKAGE)
    }
    return found - {name, "__init__"}


@pytest.mark.parametrize("layer", sorted(FORBIDDEN))
def test_a_layer_imports_nothing_above_it(layer: str) -> None:
    assert all(path.is_file() for path in modules(layer))
    forbidden = FORBIDDEN[layer]
    if "*" in forbidden:
        assert imported(layer) <= {"errors"}
    else:
        assert not imported(layer) & forbidden


@pytest.mark.parametrize(
    "module",
    [
        "figures.convergence",
        "figures.distributions",
        "figures.errors",
        "figures.importance",
        "figures.interactions",
        "figures.quadrant",
        "figures.space",
        "figures.sweeps",
        "figures.trainings",
        "figures.worst",
        "tables",
        "sensitivity",
        "convergence",
        "trials",
        "sampling",
        "config",
        "study",
        "selection",
        "rounds",
        "optuna_search",
        "comparison_table",
        "figures.comparison",
        "report.page",
        "toy",
        "cli",
    ],
)
def test_importing_it_does_not_import_torch(module: str) -> None:
    code = (
        f"import sys, hsic_hpo.{module}; "
        "sys.exit(not {'torch', 'pytorch_lightning'}.isdisjoint(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_jobs_that_only_draw_and_tabulate_do_not_import_torch() -> None:
    folder = PACKAGE.parents[1] / "workflow" / "scripts"
    names = ["findings", "html_report", "summary", "toy_figures", "toy_tables"]
    names += [path.stem for path in folder.glob("*_figure.py")]
    names += [path.stem for path in folder.glob("*_table.py")]
    assert len(names) == 21
    code = (
        f"import sys; sys.path.insert(0, {str(folder)!r}); import {', '.join(names)}; "
        "sys.exit(not {'torch', 'pytorch_lightning'}.isdisjoint(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_hsic_needs_no_labelled_arrays() -> None:
    code = "import sys, hsic_hpo.indices.permutation; sys.exit('xarray' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_package_files_re_export_nothing() -> None:
    for path in PACKAGE.rglob("__init__.py"):
        assert import_closure([path]) == [path]
