"""What is loaded when a part is used; which imports may stand where is held by import-linter."""

import subprocess
import sys

from hsic_hpo.study.fingerprint import PACKAGE, import_closure

SCRIPTS = PACKAGE.parents[1] / "workflow" / "scripts"
TRAINS = ("problems", "training")
# Trains, or loads a problem.
HEAVY_SCRIPTS = ("data", "gather", "train")


def loaded(modules: list[str], unwanted: tuple[str, ...]) -> str:
    """Import modules in a new process; name those that had loaded something unwanted by then."""
    code = (
        f"import importlib, sys; sys.path.insert(0, {str(SCRIPTS)!r})\n"
        f"for name in {modules!r}:\n"
        "    importlib.import_module(name)\n"
        f"    found = {set(unwanted)!r} & sys.modules.keys()\n"
        "    if found:\n"
        "        sys.exit(f'{name} has loaded {found}')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return done.stderr


def test_nothing_but_training_imports_torch() -> None:
    parts = [path.relative_to(PACKAGE).with_suffix("").parts for path in PACKAGE.rglob("*.py")]
    modules = sorted(".".join(("hsic_hpo", *one)) for one in parts if one[0] not in TRAINS)
    assert len(modules) > 60
    scripts = sorted(path.stem for path in SCRIPTS.glob("*.py") if path.stem not in HEAVY_SCRIPTS)
    assert len(scripts) > 15
    assert loaded([*modules, *scripts], ("torch", "pytorch_lightning")) == ""


def test_what_is_unwanted_is_named() -> None:
    said = loaded(["hsic_hpo.errors", "hsic_hpo.files"], ("xarray",))
    assert said == "hsic_hpo.files has loaded {'xarray'}\n"


def test_package_files_re_export_nothing() -> None:
    inner = [path for path in PACKAGE.rglob("__init__.py") if path.parent != PACKAGE]
    assert len(inner) > 10
    for path in inner:
        assert import_closure([path]) == [path]
