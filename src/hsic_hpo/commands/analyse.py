"""``hsic-hpo analyse``: explain finished trials from anywhere."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import xarray as xr

from hsic_hpo.commands.analyse_options import check_endings, reading, source, trials_options
from hsic_hpo.errors import InputError, needs_extra
from hsic_hpo.sensitivity.settings import AnalysisSettings

_SETTINGS = {"goal_fraction": "fraction", "n_permutations": "permutations", "seed": "seed"}


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of the program."""
    parser = commands.add_parser(
        "analyse",
        help="explain finished trials: a table, a folder, an Optuna storage",
        description="Explain finished trials: which hyperparameters matter to be among the best?",
    )
    trials_options(parser)
    fraction, permutations = AnalysisSettings.goal_fraction, AnalysisSettings.n_permutations
    explained = parser.add_argument_group("what is explained")
    explained.add_argument(
        "--trials",
        choices=("random", "adaptive"),
        help="how the trials were drawn, where that is not known: at random, or by a search that "
        "looked at their errors",
    )
    explained.add_argument(
        "--fraction", type=float, default=fraction, help=f"what counts as best: {fraction}"
    )
    explained.add_argument(
        "--worst", action="store_true", help="explain the worst fraction instead"
    )
    explained.add_argument(
        "--permutations", type=int, default=permutations, help=f"for p-values: {permutations}"
    )
    explained.add_argument("--seed", type=int, default=0, help="of all random numbers: 0")
    written = parser.add_argument_group("what is written")
    written.add_argument("--report", metavar="FILE.html", help="one page that tells it all")
    written.add_argument("--figures", metavar="FOLDER", help="the figures, as SVG")
    written.add_argument(
        "--output",
        metavar="FILE",
        help="the indices: FILE.nc (all of them), FILE.csv or FILE.json (the table)",
    )
    written.add_argument(
        "--write-space",
        metavar="FILE",
        help="the search space: FILE.yaml, to look at and edit, or FILE.json for ConfigSpace",
    )
    parser.set_defaults(run=_analyse, usage=parser.error)


def _analyse(options: argparse.Namespace) -> None:
    # Slow imports are left to the command that needs them.
    from rich.console import Console

    from hsic_hpo.interop.foreign import is_optuna
    from hsic_hpo.interop.sources import trials_from
    from hsic_hpo.reports.terminal import show, show_decisions, show_head
    from hsic_hpo.sensitivity.explanation import explain_trials

    check_endings(options)
    settings = _settings(options)
    if options.report:
        with needs_extra("--report", "report"):
            import hsic_hpo.reports.writing  # noqa: F401
    console = Console()
    progress = Console(stderr=True)
    place = source(options)
    with progress.status("Reading the trials"):
        trials = trials_from(place, **reading(options, is_optuna(place)))
    with progress.status(f"Explaining {trials.sizes['trial']} trials"):
        found = explain_trials(trials, settings, options.trials or "auto", _only(options))
        decided = _decided(found, trials, options.cost) if options.cost else None
    show_head(trials, found, console)
    show(found, "worst" if options.worst else "best", console)
    if decided is not None:
        show_decisions(decided, console)
    with progress.status("Writing"):
        for path in _write(options, trials, found, decided):
            console.print(f"Wrote {path}", markup=False, highlight=False)


def _settings(options: argparse.Namespace) -> AnalysisSettings:
    try:
        return AnalysisSettings(
            **{setting: getattr(options, option) for setting, option in _SETTINGS.items()}
        )
    except InputError as error:
        setting, reason = str(error).split(": ", 1)
        raise InputError(f"command line: --{_SETTINGS[setting]}: {reason}") from None


def _only(options: argparse.Namespace) -> str | None:
    """Return the subset that is shown, where nothing else is asked for."""
    whole = str(options.output or "").lower().endswith(".nc")
    if options.report or options.figures or whole:
        return None
    # Decisions are about the best.
    return None if options.worst and options.cost else "worst" if options.worst else "best"


def _decided(found: xr.Dataset, trials: xr.Dataset, asked: Sequence[str]) -> xr.Dataset:
    """Decide by the first of the costs that were asked for."""
    from hsic_hpo.selection.decide import decide
    from hsic_hpo.selection.settings import SelectionSettings
    from hsic_hpo.trials.goals import cost_names

    costs = cost_names(found)
    # A prefix that a tool put in front of it, or an Optuna study's own name, may be gone.
    first = next((name for name in asked if name in costs), costs[0])
    return decide(found, trials, SelectionSettings(cost=first))


def _write(
    options: argparse.Namespace, trials: xr.Dataset, found: xr.Dataset, decided: xr.Dataset | None
) -> list[Path | str]:
    """Write what was asked for and return the paths."""
    written: list[Path | str] = []
    if options.write_space:
        from hsic_hpo.interop.space_files import write_space
        from hsic_hpo.trials.dataset import space

        write_space(space(trials), options.write_space)
        written.append(options.write_space)
    if options.output:
        from hsic_hpo.reports.analysis_file import write_analysis

        write_analysis(found, decided, options.output, "worst" if options.worst else "best")
        written.append(options.output)
    grown = None
    if options.figures or options.report:
        from hsic_hpo.sensitivity.convergence import convergence_of

        grown = convergence_of(trials, found)
    if options.figures:
        from hsic_hpo.reports.figures import write_figures
        from hsic_hpo.reports.parts import Parts

        parts = Parts({})
        written += write_figures(trials, found, options.figures, parts, grown)
    if options.report:
        from hsic_hpo.reports.writing import write_report

        # It names what it lacks, figures too.
        write_report(trials, found, options.report, decisions=decided, convergence=grown)
        written.append(options.report)
    elif options.figures:
        parts.check(options.figures)
    return written
