"""``hsic-hpo analyse``: explain finished trials from anywhere."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xarray as xr

from hsic_hpo.commands.analyse_options import check_endings, reading, source, trials_options
from hsic_hpo.errors import InputError, needs_extra
from hsic_hpo.sensitivity.settings import AnalysisSettings

_SETTINGS = {"goal_fraction": "fraction", "n_permutations": "permutations", "seed": "seed"}


@dataclass(frozen=True)
class _Explained:
    """Trials and what was found in them.

    Attributes
    ----------
    trials
        Trials Dataset, by what they were explained for.
    measured
        The same with the errors that were measured; None where these are the former.
    found
        Sensitivity Dataset.
    decided
        Selection Dataset; None where nothing was decided.
    by_budget
        Indices by budget; None without a cost.
    """

    trials: xr.Dataset
    measured: xr.Dataset | None
    found: xr.Dataset
    decided: xr.Dataset | None
    by_budget: xr.Dataset | None


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
        "--fraction",
        type=float,
        default=fraction,
        help=f"fraction of the trials that counts as best (default: {fraction})",
    )
    explained.add_argument(
        "--worst", action="store_true", help="explain the worst fraction instead"
    )
    explained.add_argument(
        "--permutations",
        type=int,
        default=permutations,
        help=f"random permutations behind the p-values (default: {permutations})",
    )
    explained.add_argument(
        "--goal",
        choices=("error", "front"),
        default="error",
        help="what the best are nearest to: the lowest error, or the front of error and cost",
    )
    explained.add_argument(
        "--max-cost",
        type=float,
        metavar="C",
        help="explain the best among trials that cost at most C, by the first --cost",
    )
    explained.add_argument(
        "--seed", type=int, default=0, help="seed of all random numbers (default: 0)"
    )
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
    from hsic_hpo.sensitivity.goals import aimed, explain_goal, measured_as
    from hsic_hpo.tables.importance_by_budget import importance_by_budget_sentence
    from hsic_hpo.trials.goals import target_names

    check_endings(options)
    if options.max_cost is not None and not options.cost:
        raise InputError("command line: --max-cost: name the cost that it limits: --cost COLUMN")
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
        asked: dict[str, Any] = {"goal": options.goal, "max_cost": options.max_cost}
        other = asked != {"goal": "error", "max_cost": None}
        if options.cost and other:
            asked["cost"] = _first_cost(target_names(trials)[1:], options.cost)
        found = explain_goal(trials, settings, options.trials or "auto", _only(options), **asked)
        by_budget = _by_budget(trials, found, options.cost) if options.cost else None
        # Decisions aim at the lowest error of all.
        decided = _decided(found, trials, options.cost) if options.cost and not other else None
        measured, trials = measured_as(trials, found), aimed(trials, **asked)
    show_head(trials, found, console)
    show(found, "worst" if options.worst else "best", console)
    if by_budget is not None:
        console.print(importance_by_budget_sentence(by_budget), highlight=False, markup=False)
    if decided is not None:
        show_decisions(decided, console)
    with progress.status("Writing"):
        explained = _Explained(trials, measured, found, decided, by_budget)
        for path in _write(options, explained):
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

    return decide(found, trials, SelectionSettings(cost=_first_cost(cost_names(found), asked)))


def _first_cost(costs: Sequence[str], asked: Sequence[str]) -> str:
    # A prefix that a tool put in front of it, or an Optuna study's own name, may be gone.
    return next((name for name in asked if name in costs), costs[0])


def _by_budget(trials: xr.Dataset, found: xr.Dataset, asked: Sequence[str]) -> xr.Dataset | None:
    from hsic_hpo.sensitivity.by_budget import by_budget_of
    from hsic_hpo.trials.goals import cost_names

    return by_budget_of(trials, found, _first_cost(cost_names(found), asked))


def _write(options: argparse.Namespace, explained: _Explained) -> list[Path | str]:
    """Write what was asked for and return the paths."""
    written: list[Path | str] = []
    trials, found, by_budget = explained.trials, explained.found, explained.by_budget
    if options.write_space:
        from hsic_hpo.interop.space_files import write_space
        from hsic_hpo.trials.dataset import space

        write_space(space(trials), options.write_space)
        written.append(options.write_space)
    if options.output:
        from hsic_hpo.reports.analysis_file import write_analysis

        subset = "worst" if options.worst else "best"
        write_analysis(found, explained.decided, options.output, subset)
        written.append(options.output)
    grown = by_epoch = None
    if options.figures or options.report:
        from hsic_hpo.sensitivity.by_epoch import by_epoch_of
        from hsic_hpo.sensitivity.convergence import convergence_of

        grown, by_epoch = convergence_of(trials, found), by_epoch_of(trials, found)
    if options.figures:
        from hsic_hpo.reports.figures import write_figures
        from hsic_hpo.reports.parts import Parts

        parts = Parts({})
        written += write_figures(trials, found, options.figures, parts, grown, by_budget, by_epoch)
    if options.report:
        from hsic_hpo.reports.writing import write_report

        # It names what it lacks, figures too.
        said = _of_what(trials, found)
        write_report(
            trials,
            found,
            options.report,
            explained.decided,
            grown,
            by_budget,
            by_epoch,
            explained.measured,
            banner=said,
            kind="Trials of",
        )
        written.append(options.report)
    elif options.figures:
        parts.check(options.figures)
    return written


def _of_what(trials: xr.Dataset, found: xr.Dataset) -> list[str]:
    """Say which trials a page is about: finished ones, which were not trained again."""
    from hsic_hpo.wording import counted

    reason = str(found.attrs.get("way_reason", ""))
    said = f"{counted(trials.sizes['trial'], 'imported trials')}: nothing here was trained again."
    return [said, reason] if reason else [said]
