"""Options of ``hsic-hpo analyse``: where trials come from, and where results go."""

import argparse
from pathlib import Path
from typing import Any

from hsic_hpo.errors import InputError

_DURATIONS = {"duration", "train_seconds"}
_ENDINGS = {
    "output": (".nc", ".csv", ".json"),
    "report": (".html", ".htm"),
    "write_space": (".yaml", ".yml", ".json"),
}


def trials_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where trials come from and what their parts mean."""
    trials = parser.add_argument_group("the trials")
    trials.add_argument(
        "source",
        nargs="?",
        metavar="SOURCE",
        help="a table (CSV or the like, JSON), an Optuna database, journal or URL, a folder of "
        "Ray Tune, Keras Tuner or NNI",
    )
    trials.add_argument(
        "--space", metavar="FILE", help="search space; without it, it is inferred from the values"
    )
    trials.add_argument("--error", metavar="COLUMN", help="the column that holds the error")
    direction = trials.add_mutually_exclusive_group()
    for name, meaning in (("minimise", "less"), ("maximise", "more")):
        direction.add_argument(
            f"--{name}",
            dest="direction",
            action="store_const",
            const=name,
            help=f"{meaning} of the error column is better",
        )
    trials.add_argument(
        "--cost",
        metavar="COLUMN",
        action="append",
        help="a cost, lower is better; may be given several times",
    )
    trials.add_argument(
        "--budget",
        metavar="COLUMN",
        help="epochs or the like, where a configuration has several: the highest counts",
    )
    trials.add_argument(
        "--rows", metavar="A:B", help="only trials A to B, B excluded, counted from 0"
    )
    trials.add_argument(
        "--optuna", metavar="STORAGE", help="a storage of Optuna, in place of SOURCE"
    )
    trials.add_argument("--study", metavar="NAME", help="which study of the storage")
    trials.add_argument(
        "--objective",
        type=int,
        default=0,
        help="which one of a multi-objective study, counted from 0 (default: 0)",
    )


def source(options: argparse.Namespace) -> str:
    """Return the place of the trials; exit with the usage where there is none, or two."""
    if (options.source is None) == (options.optuna is None):
        options.usage("give either SOURCE or --optuna STORAGE")
    return str(options.source if options.optuna is None else options.optuna)


def reading(options: argparse.Namespace, of_optuna: bool) -> dict[str, Any]:
    """Return what is asked of the reading, as `trials_from` takes it."""
    # The duration of its trials is the cost of an Optuna study anyway.
    has_own_cost = of_optuna and set(options.cost or ()) <= _DURATIONS
    return {
        "space": options.space,
        "error": options.error,
        "cost": None if has_own_cost else options.cost,
        "maximise": {None: None, "maximise": True, "minimise": False}[options.direction],
        "study": options.study,
        "objective": options.objective,
        "budget": options.budget,
        "rows": options.rows,
    }


def check_endings(options: argparse.Namespace) -> None:
    """Check where results go, as far as a command has such options, before anything is computed.

    Raises
    ------
    InputError
        For a file whose ending says nothing about what to write, a folder that is a file or a
        place in a folder that does not exist.
    """
    for option, endings in _ENDINGS.items():
        path = getattr(options, option, None)
        if path is None:
            continue
        place = f"command line: --{option.replace('_', '-')}: {path}"
        if Path(path).suffix.lower() not in endings:
            raise InputError(
                f"{place}: ends in {Path(path).suffix!r}; allowed: {', '.join(endings)}"
            )
        if not Path(path).parent.is_dir():
            raise InputError(f"{place}: no such folder: {Path(path).parent}")
    if getattr(options, "figures", None) is not None and Path(options.figures).is_file():
        raise InputError(
            f"command line: --figures: {options.figures} is a file; a folder is needed"
        )
