"""``hsic-hpo run``: run a study, with one live view of how far it is."""

import argparse
import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import NoReturn

from hsic_hpo.commands.check import describe
from hsic_hpo.errors import InputError, needs_extra

_PROFILES = Path("workflow", "profiles")
_DEFAULT, _SLURM = "default", "slurm"
_LOGGER = "hsic-hpo"
_CONFIGS = (".yaml", ".yml")
# Typed by a person, or by make in their place: what a stopped run tells to type again.
_STARTED_AS = "STARTED_AS"


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of the program."""
    parser = commands.add_parser(
        "run",
        help="run a study, with one live view",
        description="Run a study by Snakemake, with one live view. Options that are not listed "
        "here go to Snakemake, such as -n for a dry run.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "config",
        nargs="+",
        help="YAML file; a later one overrides an earlier; other words go to Snakemake, as files "
        "to make",
    )
    parser.add_argument(
        "--profile",
        default=_DEFAULT,
        help="settings of the machine: a folder, or a name in workflow/profiles, such as slurm",
    )
    parser.add_argument(
        "--cores", default=None, help="how many jobs run at once (default: as the profile says)"
    )
    parser.set_defaults(run=_run, passed_on=[])


def _run(options: argparse.Namespace) -> NoReturn:
    from hsic_hpo.study.study import read_study

    with needs_extra("hsic-hpo run", "workflow"):
        import snakemake  # noqa: F401
    if not any(Path(place).is_file() for place in ("Snakefile", "workflow/Snakefile")):
        raise InputError(
            f"{Path.cwd()}: no Snakefile; run this in a checkout of the project, or in a folder "
            "with a Snakefile that uses it"
        )
    configs = [word for word in options.config if word.endswith(_CONFIGS)]
    targets = [word for word in options.config if word not in configs]
    profile = _profile(options.profile)
    print(describe(read_study(configs)), flush=True)
    if profile == _PROFILES / _DEFAULT and shutil.which("sbatch"):
        print("SLURM is installed here: --profile slurm submits the trainings to it", flush=True)
    environment = dict(os.environ)
    environment.setdefault(_STARTED_AS, f"hsic-hpo {shlex.join(sys.argv[1:])}")
    command = [
        *(sys.executable, "-m", "snakemake"),
        *("--logger", _LOGGER),
        *("--configfile", *configs),
        *(() if options.cores is None else ("--cores", options.cores)),
        # Takes a single word, so that a file to make may follow.
        *("--workflow-profile", str(profile)),
        *targets,
        *options.passed_on,
    ]
    os.execve(sys.executable, command, environment)


def _profile(name: str) -> Path:
    """Return the folder of a profile that a person names."""
    known = _PROFILES / name
    found = known if known.is_dir() else Path(name)
    if not found.is_dir():
        names = sorted(path.name for path in _PROFILES.glob("*") if path.is_dir())
        raise InputError(f"--profile: {name}: no such folder, and none of {', '.join(names)}")
    return found
