"""Set-up says in one line what is wrong, and never uses an environment that is not its own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# As a user's shell: the tests may themselves be started by make, which hands its own settings on.
USUAL = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "MAKE"))}
# A package whose installation needs no network: set-up does not look into it.
PACKAGE = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "hsic_hpo"
"""
BACKEND = """\
import os
import zipfile

INFO = "hsic_hpo-0.1.0.dist-info"
FILES = {
    f"{INFO}/METADATA": "Metadata-Version: 2.1\\nName: hsic_hpo\\nVersion: 0.1.0\\n"
    "Provides-Extra: workflow\\n",
    f"{INFO}/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    f"{INFO}/RECORD": "",
    "hsic_hpo.pth": os.path.abspath("src") + "\\n",
}


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    name = "hsic_hpo-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w") as wheel:
        for file, text in FILES.items():
            wheel.writestr(file, text)
    return name
"""


def checkout(root: Path) -> Path:
    """Make a folder that has what set-up reads, and a package of one module."""
    root.mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", root)
    shutil.copytree(ROOT / "install", root / "install")
    (root / "pyproject.toml").write_text(PACKAGE)
    (root / "backend.py").write_text(BACKEND)
    (root / "constraints.txt").touch()
    (root / "src" / "hsic_hpo").mkdir(parents=True)
    (root / "src" / "hsic_hpo" / "__init__.py").touch()
    return root


def make(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run what `make toy` sets up before its work."""
    return subprocess.run(
        ["make", "toy", *arguments],
        cwd=root,
        env=USUAL | {"PYTHON": sys.executable, "PIP_CONFIG_FILE": os.devnull} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def refused(root: Path, *arguments: str, **environment: str) -> str:
    """Return the one line in which set-up says what is wrong."""
    done = make(root, *arguments, **environment)
    assert done.returncode != 0
    said, of_make = done.stderr.splitlines()
    assert of_make.startswith("make: ***")
    assert done.stdout == ""
    assert not (root / ".venv").exists()
    return said


def script(path: Path, text: str) -> str:
    path.write_text(f"#!{text}")
    path.chmod(0o755)
    return str(path)


def test_python_3_10_or_a_stand_in_for_it_is_refused_with_a_newer_one(tmp_path: Path) -> None:
    found = shutil.which("python3.10")
    if (
        found is None
        or subprocess.run([found, "-c", ""], check=False, capture_output=True).returncode
    ):
        found = script(
            tmp_path / "python",
            f"{sys.executable}\nimport sys\nsys.version_info = (3, 10, 12)\nexec(sys.argv[2])\n",
        )
    newer = script(tmp_path / "python3.11", f'/bin/sh\nexec {sys.executable} "$@"\n')
    path = f"{Path(newer).parent}:/usr/bin:/bin"
    said = refused(checkout(tmp_path / "project"), f"PYTHON={found}", PATH=path)
    assert f"{found} is Python 3.10; 3.11 or later is needed" in said
    assert "make PYTHON=python3.1" in said


def test_a_python_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert refused(checkout(tmp_path / "p"), "PYTHON=python3.99").startswith(
        "python3.99: not found"
    )


DEBIAN_WITHOUT = '/bin/sh\ncase "$*" in *ensurepip*) exit 1 ;; esac\n'
DEBIAN_HALF = f"""/bin/sh
[ "$2" = venv ] || exec {sys.executable} "$@"
{sys.executable} -m venv --without-pip "$3"
echo "The virtual environment was not created successfully because ensurepip is not available."
exit 1
"""


@pytest.mark.parametrize("fault", [f'{DEBIAN_WITHOUT}exec {sys.executable} "$@"\n', DEBIAN_HALF])
def test_a_stand_in_for_debian_s_python_without_venv_is_told_which_package_it_lacks(
    fault: str, tmp_path: Path
) -> None:
    python = script(tmp_path / "python", fault)
    said = refused(checkout(tmp_path / "project"), f"PYTHON={python}")
    assert f"apt install python3.{sys.version_info.minor}-venv" in said


@pytest.mark.parametrize("name", ["with space", "copy(1)"])
def test_a_path_by_which_snakemake_starts_no_jobs_is_refused_at_once(
    name: str, tmp_path: Path
) -> None:
    said = refused(checkout(tmp_path / name))
    assert "Snakemake starts no jobs from a path with" in said
    assert "make VENV=/some/folder" in said


def test_a_home_that_cannot_be_written_is_named_with_the_way_out(tmp_path: Path) -> None:
    root = checkout(tmp_path / "project")
    without = {"XDG_CACHE_HOME": "", "HOME": "/proc/none"}
    assert refused(root, **without).startswith("/proc/none/.cache: cannot be written")


def test_a_temporary_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    said = refused(checkout(tmp_path / "project"), TMPDIR="/proc/none")
    assert said.startswith("TMPDIR: /proc/none cannot be written")


@pytest.fixture
def full_folder(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "full"
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)]
    if subprocess.run(mounting, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small file system")
    try:
        filled = subprocess.run(
            ["dd", "if=/dev/zero", f"of={folder}/filler"], check=False, capture_output=True
        )
        assert filled.returncode
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_temporary_folder_is_named_with_what_is_needed(
    full_folder: Path, tmp_path: Path
) -> None:
    said = refused(checkout(tmp_path / "project"), TMPDIR=str(full_folder))
    assert said.startswith(f"TMPDIR: {full_folder} ")
    assert "full" in said or "has 0 MB free, and set-up needs 100 MB" in said


def test_results_that_are_a_link_to_nowhere_are_named(tmp_path: Path) -> None:
    root = checkout(tmp_path / "project")
    (root / "results").symlink_to("/scratch/gone")
    assert refused(root).startswith("results: a link to /scratch/gone, which does not exist")


def test_a_folder_that_is_no_environment_is_never_removed(tmp_path: Path) -> None:
    root = checkout(tmp_path / "project")
    (root / "kept").mkdir()
    (root / "kept" / "mine.txt").touch()
    assert "is no virtual environment" in refused(root, "VENV=kept")
    assert (root / "kept" / "mine.txt").exists()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A checkout with an environment, made where a half-made one stood; what set-up said."""
    root = checkout(tmp_path_factory.mktemp("made") / "project")
    half = [sys.executable, "-m", "venv", "--without-pip", str(root / ".venv")]
    subprocess.run(half, check=True)
    return root, make(root).stderr


def code_of(root: Path) -> Path:
    code = "import hsic_hpo; print(hsic_hpo.__file__)"
    python = [root / ".venv" / "bin" / "python", "-I", "-c", code]
    return Path(subprocess.run(python, check=True, capture_output=True, text=True).stdout.strip())


def test_a_half_made_environment_is_replaced_and_not_used(made: tuple[Path, str]) -> None:
    root, said = made
    assert ".venv is half-made, or of another Python: making it again" in said
    assert (root / ".venv" / "workflow.stamp").exists()
    assert code_of(root).is_relative_to(root)


def test_a_fresh_environment_is_left_as_it_is(made: tuple[Path, str]) -> None:
    root, _ = made
    stamp = root / ".venv" / "workflow.stamp"
    before = stamp.stat().st_mtime_ns
    assert "making it again" not in make(root).stderr
    assert stamp.stat().st_mtime_ns == before


def test_without_a_network_set_up_says_so_in_one_line(made: tuple[Path, str]) -> None:
    root, _ = made
    text = PACKAGE.replace("requires = []", 'requires = ["setuptools"]')
    (root / "pyproject.toml").write_text(text)
    os.utime(root / "pyproject.toml", (2**31, 2**31))
    # Nothing listens there.
    done = make(root, PIP_INDEX_URL="http://127.0.0.1:9/", PIP_RETRIES="0")
    (root / "pyproject.toml").write_text(PACKAGE)
    assert done.returncode != 0
    assert done.stderr.splitlines()[0].startswith(
        "No network: pip finds nothing at its package index"
    )
    assert len(done.stderr.splitlines()) == 2


def test_a_copied_checkout_gets_an_environment_of_its_own_and_runs_its_own_code(
    made: tuple[Path, str], tmp_path: Path
) -> None:
    root, _ = made
    copy = tmp_path / "copy"
    shutil.copytree(root, copy, symlinks=True)
    # What would run without a word.
    assert code_of(copy).is_relative_to(root)
    said = make(copy).stderr
    assert f".venv was made for {root / '.venv'}" in said
    assert code_of(copy).is_relative_to(copy)
    # An environment that two checkouts share runs the code of the one that asks.
    other = checkout(tmp_path / "other")
    make(other, f"VENV={copy / '.venv'}")
    assert code_of(copy).is_relative_to(other)
