"""``hsic-hpo choose``: one configuration from finished trials, by what it may cost."""

import argparse
from pathlib import Path
from typing import Any

import xarray as xr

from hsic_hpo.commands.analyse_options import reading, source, trials_options
from hsic_hpo.errors import InputError

_LIMITS = {
    "max_flops": "operations of one forward pass of one sample",
    "max_params": "trainable parameters",
    "max_seconds": "seconds of a training",
    "max_cost": "of the cost that is weighed, the first --cost",
}
_COLUMNS = {"max_flops": "flops", "max_params": "n_params", "max_seconds": "train_seconds"}


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of the program."""
    parser = commands.add_parser(
        "choose",
        help="choose a configuration by what it may cost, from a study, a trials.nc or a table",
        description="Choose a configuration from finished trials, by what it may cost. Of a "
        "study, finished or not, all trials that are there count. By default: the cheapest within "
        "10 % of the lowest error, or within the tolerance of the study.",
    )
    trials_options(parser)
    asked = parser.add_argument_group("what is chosen")
    rule = asked.add_mutually_exclusive_group()
    rule.add_argument(
        "--within",
        metavar="PERCENT",
        help="the cheapest whose error is at most this much above the lowest, such as 5%%",
    )
    rule.add_argument(
        "--lowest-error", action="store_true", help="the lowest error, also within the limits"
    )
    rule.add_argument(
        "--knee", action="store_true", help="where more cost begins to bring little: the knee"
    )
    for name, meaning in _LIMITS.items():
        asked.add_argument(
            f"--{name.replace('_', '-')}",
            type=float,
            metavar="N",
            help=f"at most this many {meaning}",
        )
    form = parser.add_argument_group("how it is printed").add_mutually_exclusive_group()
    form.add_argument("--yaml", action="store_true", help="the configuration as YAML, to paste")
    form.add_argument("--json", action="store_true", help="all that is known of it as JSON")
    parser.set_defaults(run=_choose, usage=parser.error)


def _choose(options: argparse.Namespace) -> None:
    # Slow imports are left to the command that needs them.
    from rich.console import Console

    from hsic_hpo.interactive.choosing import choose
    from hsic_hpo.reports.terminal_choice import as_json, as_yaml, show_choice
    from hsic_hpo.search.chosen import weighed_cost
    from hsic_hpo.search.known_trials import retrained_errors

    place = source(options)
    within = _fraction(options.within)
    with Console(stderr=True).status("Reading the trials"):
        trials, told = _read(options, place)
    asked = {name: getattr(options, name) for name in _LIMITS}
    rules = {"within": within, "lowest_error": options.lowest_error, "knee": options.knee}
    cost = weighed_cost(trials, (options.cost or [told.get("cost")])[0])
    if not any([*asked.values(), options.lowest_error, options.knee, within is not None]) and cost:
        rules["within"] = told.get("tolerance")
    try:
        chosen = choose(trials, **asked, **rules, cost=cost)
    except InputError as error:
        raise InputError(f"{place}: {_as_typed(str(error))}") from None
    retrained = retrained_errors(place, chosen.configuration) if Path(place).is_dir() else []
    if options.yaml:
        print(as_yaml(chosen, trials, retrained), end="")
    elif options.json:
        print(as_json(chosen, cost, retrained), end="")
    else:
        show_choice(chosen, trials, cost, place, retrained, Console())


def _as_typed(message: str) -> str:
    """Name an option in place of an argument of the same meaning."""
    name, separator, rest = message.partition(": ")
    known = (*_LIMITS, "within", "knee")
    return f"--{name.replace('_', '-')}{separator}{rest}" if name in known else message


def _fraction(text: str | None) -> float | None:
    """Read ``5%``, ``5`` or ``5 %`` as 0.05."""
    if text is None:
        return None
    try:
        found = float(text.strip().removesuffix("%")) / 100
    except ValueError:
        found = float("nan")
    if not 0 <= found <= 10:
        raise InputError(f"--within: {text!r} is not a percentage from 0 to 1000, such as 5%")
    return found


def _read(options: argparse.Namespace, place: str) -> tuple[xr.Dataset, dict[str, Any]]:
    """Return the trials, and what a study says of how to choose among them."""
    from hsic_hpo.interop.foreign import is_optuna
    from hsic_hpo.interop.sources import trials_from
    from hsic_hpo.search.known_trials import is_study, read_study_trials
    from hsic_hpo.trials.dataset import read_trials

    path = Path(place)
    if path.is_dir() and is_study(path):
        _refuse(options, "a study has its own")
        return read_study_trials(path), _of_front(path / "front.nc")
    if path.suffix == ".nc":
        _refuse(options, "a trials Dataset has its own")
        return read_trials(path), {}
    # Columns that are limited are costs, not hyperparameters.
    limited = [column for name, column in _COLUMNS.items() if getattr(options, name) is not None]
    named = options.cost
    options.cost = list(dict.fromkeys([*(named or []), *limited])) or None
    taken = trials_from(place, **reading(options, is_optuna(place)))
    options.cost = named
    return taken, {}


def _refuse(options: argparse.Namespace, why: str) -> None:
    for name in ("space", "error", "direction", "budget", "rows", "study"):
        if getattr(options, name) is not None:
            shown = "minimise or --maximise" if name == "direction" else name
            raise InputError(f"command line: --{shown}: {why}")


def _of_front(path: Path) -> dict[str, Any]:
    from hsic_hpo.files import read_header

    if not path.is_file():
        return {}
    attrs, _ = read_header(path)
    return {"cost": str(attrs["cost"]), "tolerance": float(attrs["tolerance"])}
