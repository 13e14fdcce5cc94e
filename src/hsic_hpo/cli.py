"""The command line: ``hsic-hpo``."""

import argparse
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn

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
        With one line and code 1 for bad input or when the process is told to end, with code 2
        for wrong usage.
    """
    with _one_line_stops(), one_line_errors():
        # They take a second to load, in which somebody may press Ctrl-C.
        from hsic_hpo.commands import analyse, check, choose, explain, export, retry, run, watch

        parser = argparse.ArgumentParser(
            prog="hsic-hpo", description="Explainable hyperparameter optimisation."
        )
        commands = parser.add_subparsers(required=True, metavar="COMMAND")
        for command in (check, run, watch, explain, choose, export, retry, analyse):
            command.add_parser(commands)
        options, passed_on = parser.parse_known_args(arguments)
        if passed_on:
            # Only a command that starts another program has a use for them.
            if not hasattr(options, "passed_on"):
                parser.error(f"unrecognized arguments: {' '.join(passed_on)}")
            options.passed_on = passed_on
        options.run(options)


@contextmanager
def _one_line_stops() -> Iterator[None]:
    former = {number: signal.signal(number, _stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _stop(number: int, _: object) -> NoReturn:
    name = signal.Signals(number).name
    raise SystemExit(f"hsic-hpo: stopped by {name} before its end; run the same command again")


if __name__ == "__main__":
    main()
