"""What a person runs outside the workflow: ``hsic-hpo``."""

import argparse
from collections.abc import Sequence

from hsic_hpo import study
from hsic_hpo.errors import one_line_errors


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line.

    Parameters
    ----------
    arguments
        Words after the program's name; those of the process when None.

    Raises
    ------
    SystemExit
        With one line and code 1 for bad input, with code 2 for wrong usage.
    """
    parser = argparse.ArgumentParser(
        prog="hsic-hpo", description="Explainable hyperparameter optimisation."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_check(commands)
    options = parser.parse_args(arguments)
    with one_line_errors():
        options.run(options)


def _add_check(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("check", help="check a study config without running it")
    parser.add_argument("config", nargs="+", help="YAML file; a later one overrides an earlier")
    parser.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> None:
    checked = study.read(options.config)
    groups = len(checked.space.groups()) - 1
    print(
        f"Study {checked.name}: {checked.settings['random_search']['n_trials']} random trials of "
        f"{len(checked.space)} hyperparameters ({groups} conditional groups) "
        f"on {checked.settings['problem']['name']}"
    )
