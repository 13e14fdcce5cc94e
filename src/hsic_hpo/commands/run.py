"""``hsic-hpo run``: run a study, with one live view of how far it is."""

import argparse
import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from hsic_hpo.commands.check import describe
from hsic_hpo.errors import InputError, needs_extra

_PROFILES = Path("workflow", "profiles")
_DEFAULT, _SLURM = "default", "slurm"
_LOGGER = "hsic-hpo"
_CONFIGS = (".yaml", ".yml")
# Options of Snakemake that change the study, which it then checks itself.
_CHANGING = ("--config", "-C", "--configfile", "--configfiles")
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
    configs, targets = _parted(options.config, options.passed_on)
    profile = _profile(options.profile)
    # An option with a blank in it counts as a word.
    if not any(word.partition("=")[0] in _CHANGING for word in (*targets, *options.passed_on)):
        print(describe(read_study(configs)), flush=True)
    if profile == _PROFILES / _DEFAULT and shutil.which("sbatch"):
        print("SLURM is installed here: --profile slurm submits the trainings to it", flush=True)
    environment = dict(os.environ)
    environment.setdefault(_STARTED_AS, f"hsic-hpo {shlex.join(sys.argv[1:])}")
    command = [
        # First, as some options take several words.
        *(sys.executable, "-m", "snakemake", *targets),
        *("--logger", _LOGGER),
        *("--configfile", *configs),
        *(() if options.cores is None else ("--cores", options.cores)),
        *(() if profile is None else ("--workflow-profile", str(profile))),
        *options.passed_on,
    ]
    os.execve(sys.executable, command, environment)


def _parted(words: Sequence[str], passed_on: Sequence[str]) -> tuple[list[str], list[str]]:
    """Part the words of the command line into configs and files to make."""
    configs = [word for word in words if word.endswith(_CONFIGS)]
    targets = [word for word in words if word not in configs]
    if not configs:
        raise InputError(
            f"hsic-hpo run: {', '.join(words)}: no study config; needed: a file that ends in "
            f"{' or '.join(_CONFIGS)}"
        )
    if passed_on and words[0] in targets:
        # Nobody but Snakemake knows which of its options take words, such as --config a=b.
        raise InputError(
            f"hsic-hpo run: {words[0]}: is it a file to make, or does it belong to "
            f"{passed_on[0]}? Name the config first: hsic-hpo run {configs[0]} ..."
        )
    return configs, targets


def _profile(name: str) -> Path | None:
    """Return the folder of a profile that a person names; None where there are no profiles."""
    known = _PROFILES / name
    found = known if known.is_dir() else Path(name)
    if found.is_dir():
        return found
    if name == _DEFAULT and not _PROFILES.is_dir():
        # A folder with a Snakefile of its own may leave the machine to Snakemake's options.
        return None
    names = sorted(path.name for path in _PROFILES.glob("*") if path.is_dir())
    known_names = f", and none of {', '.join(names)}" if names else ""
    raise InputError(f"--profile: {name}: no such folder{known_names}")
