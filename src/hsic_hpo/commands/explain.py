"""``hsic-hpo explain``: explain what a study has finished so far."""

import argparse
from pathlib import Path

from hsic_hpo.commands.analyse_options import check_endings
from hsic_hpo.errors import InputError


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of the program."""
    parser = commands.add_parser(
        "explain",
        help="explain what a study has finished so far",
        description="Explain the random trials that a study has finished so far, while it runs "
        "or after it was stopped. Its folder is only read.",
    )
    parser.add_argument("results", type=Path, help="its folder, such as results/my_study")
    parser.add_argument("--report", metavar="FILE.html", help="one page that tells it all")
    parser.set_defaults(run=_explain)


def _explain(options: argparse.Namespace) -> None:
    check_endings(options)
    explain_folder(options.results, options.report)


def explain_folder(folder: Path, report: str | None) -> None:
    """Print the explanation of what is finished, and write it as a page if one is asked for.

    Parameters
    ----------
    folder
        Results of the study.
    report
        HTML file.

    Raises
    ------
    InputError
        Where nothing can be explained yet.
    """
    import time

    from rich.console import Console
    from rich.panel import Panel
    from rich.text import Text

    from hsic_hpo.reports.so_far_words import banner, caveats
    from hsic_hpo.reports.terminal import show, show_decisions, show_head
    from hsic_hpo.selection.decide import decide
    from hsic_hpo.sensitivity.explanation import explain_trials
    from hsic_hpo.study.progress import Watcher
    from hsic_hpo.study.settings import StudySettings
    from hsic_hpo.study.so_far import finished_so_far

    console = Console()
    progress = Watcher(folder).look()
    try:
        settings = StudySettings.of(progress.history.plan.study["config"])
    except (KeyError, TypeError, ValueError):
        raise InputError(
            f"{folder}: run by another version, with settings that this one does not know; "
            "needed: results/<study>, of this version"
        ) from None
    so_far = finished_so_far(folder, progress, time.time())
    with Console(stderr=True).status(f"Explaining {so_far.trials.sizes['trial']} trials"):
        found = explain_trials(so_far.trials, settings.analysis)
        try:
            decided = decide(found, so_far.trials, settings.selection)
        except InputError:
            # Too few to decide by.
            decided = None
    said = [banner(so_far), *caveats(so_far, found)]
    console.print(Panel(Text("\n\n".join(said)), title="Before the end", title_align="left"))
    show_head(so_far.trials, found, console)
    show(found, "best", console)
    if decided is not None:
        show_decisions(decided, console)
    if report is not None:
        from hsic_hpo.reports.writing import write_report

        write_report(so_far.trials, found, report, decisions=decided, banner=said, kind="Study")
        console.print(f"Wrote {report}", markup=False, highlight=False)
