"""``hsic-hpo analyse``: explain finished trials from anywhere."""

import argparse

import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.study import config


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of the program."""
    parser = commands.add_parser(
        "analyse",
        help="explain finished trials from a CSV table or an Optuna study",
        description="Explain finished trials: which hyperparameters matter to be among the best?",
    )
    parser.add_argument("table", nargs="?", metavar="TRIALS.csv", help="one row a trial")
    parser.add_argument("--space", help="YAML file with the search space of the table")
    parser.add_argument("--error", help="column of the error, lower is better")
    parser.add_argument("--cost", help="column of a cost, lower is better")
    parser.add_argument("--optuna", metavar="STORAGE", help="storage of an Optuna study, a URL")
    parser.add_argument("--study", help="name of the Optuna study")
    parser.add_argument("--objective", type=int, default=0, help="of a multi-objective study")
    fraction, permutations = AnalysisSettings.goal_fraction, AnalysisSettings.n_permutations
    parser.add_argument(
        "--fraction", type=float, default=fraction, help=f"what counts as best: {fraction}"
    )
    parser.add_argument("--worst", action="store_true", help="explain the worst fraction instead")
    parser.add_argument(
        "--permutations", type=int, default=permutations, help=f"for p-values: {permutations}"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the permutations: 0")
    parser.add_argument("--output", metavar="OUT.nc", help="write the sensitivity Dataset here")
    parser.set_defaults(run=_analyse, usage=parser.error)


def _analyse(options: argparse.Namespace) -> None:
    # Slow imports are left to the command that needs them.
    from rich.console import Console

    from hsic_hpo.files import write_netcdf
    from hsic_hpo.reports.terminal import show
    from hsic_hpo.sensitivity.analysis import analyse

    settings = _settings(options)
    trials = _finished_trials(options)
    found = analyse(trials, settings)
    console = Console()
    show(found, "worst" if options.worst else "best", console)
    for note in trials.attrs.get("notes", "").splitlines():
        console.print(f"Note: {note}", markup=False)
    if options.output:
        write_netcdf(found, options.output)
        console.print(f"Wrote {options.output}", markup=False)


def _settings(options: argparse.Namespace) -> AnalysisSettings:
    try:
        return AnalysisSettings(
            goal_fraction=options.fraction, n_permutations=options.permutations, seed=options.seed
        )
    except InputError as error:
        setting, reason = str(error).split(": ", 1)
        option = {"goal_fraction": "fraction", "n_permutations": "permutations", "seed": "seed"}
        raise InputError(f"command line: --{option[setting]}: {reason}") from None


def _finished_trials(options: argparse.Namespace) -> xr.Dataset:
    if (options.table is None) == (options.optuna is None):
        options.usage("give either TRIALS.csv or --optuna STORAGE")
    if options.optuna is not None:
        from hsic_hpo.interop.optuna_study import trials_from_optuna

        if options.study is None:
            options.usage("--optuna needs --study NAME")
        return trials_from_optuna(options.optuna, options.study, objective=options.objective)
    from hsic_hpo.interop.table import trials_from_table
    from hsic_hpo.spaces.space import Space

    if options.space is None or options.error is None:
        options.usage("a table needs --space SPACE.yaml and --error COLUMN")
    spec = config.read_yaml(options.space)
    space = Space.from_dict(spec.get("space", spec), f"{options.space}: space")
    return trials_from_table(options.table, space, error=options.error, cost=options.cost)
