"""The command line: ``hsic-hpo``."""

import argparse
from collections.abc import Sequence

from hsic_hpo.commands import analyse, check, retry
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
    for command in (check, analyse, retry):
        command.add_parser(commands)
    options = parser.parse_args(arguments)
    with one_line_errors():
        options.run(options)


if __name__ == "__main__":
    main()
