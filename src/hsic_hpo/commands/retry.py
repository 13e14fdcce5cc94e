"""``hsic-hpo retry``: train again what failed."""

import argparse
from pathlib import Path

from hsic_hpo.errors import InputError
from hsic_hpo.study import retry
from hsic_hpo.study.locks import running
from hsic_hpo.trials.failures import commonest
from hsic_hpo.wording import counted


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of the program."""
    parser = commands.add_parser(
        "retry",
        help="let a study train again what failed in it",
        description="Let the next run of a study train again what failed, and nothing else.",
    )
    parser.add_argument("results", type=Path, help="its folder, such as results/my_study")
    parser.add_argument("--reason", default="", help="only trainings whose reason contains this")
    parser.set_defaults(run=_retry)


def _retry(options: argparse.Namespace) -> None:
    folder, reason = options.results, options.reason
    if not (folder / retry.TRAININGS).is_dir():
        raise InputError(f"{folder}: no folder {retry.TRAININGS} in it; needed: results/<study>")
    owner = running(folder)
    if owner is not None:
        raise InputError(f"{folder}: its study is running ({owner}); stop it first, or let it end")
    known = retry.failed_reasons(folder)
    again = retry.mark(folder, reason)
    if again:
        print(f"{counted(len(again), 'trainings')} that failed will be trained again: ", end="")
        print(commonest(again))
        print(f"Next: {_command(folder)}")
    elif known:
        raise InputError(f"--reason {reason!r}: none of the reasons: {commonest(known)}")
    else:
        print(f"No training failed in {folder}.")


def _command(folder: Path) -> str:
    try:
        return (folder / retry.COMMAND_FILE).read_text(encoding="utf-8")
    except OSError:
        return "the command that ran the study"
