"""``hsic-hpo watch``: how far a study is, from its files alone."""

import argparse
import sys
import time
from pathlib import Path

_SECONDS = 2.0


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of the program."""
    parser = commands.add_parser(
        "watch",
        help="see how far a study is, from any machine that sees its files",
        description="Show how far a study is, from its files alone: while it runs, here or on a "
        "cluster, after a crash, or finished. Nothing is written, so that results of others can "
        "be watched.",
    )
    parser.add_argument("results", type=Path, help="its folder, such as results/my_study")
    parser.add_argument("--once", action="store_true", help="show the state of now, then end")
    parser.add_argument(
        "--explain", action="store_true", help="explain what is finished so far, then end"
    )
    parser.set_defaults(run=_watch)


def _watch(options: argparse.Namespace) -> None:
    from rich.console import Console

    from hsic_hpo.reports.progress_lines import Lines
    from hsic_hpo.reports.progress_screen import ProgressScreen
    from hsic_hpo.reports.progress_view import screen
    from hsic_hpo.study.progress import RUNNING, Watcher

    folder, console = options.results, Console()
    watcher = Watcher(folder)
    progress = watcher.look()
    if options.once or options.explain or progress.state != RUNNING:
        console.print(screen(progress, folder, console.width))
        if options.explain:
            from hsic_hpo.commands.explain import explain_folder

            console.print()
            explain_folder(folder, None)
        return
    show = (ProgressScreen if console.is_terminal else Lines)(console, folder)
    try:
        while progress.state == RUNNING:
            show.update(progress)
            time.sleep(_SECONDS)
            progress = watcher.look()
    except KeyboardInterrupt:
        # Ending to look ends nothing else.
        progress = watcher.look()
        sys.exit(0)
    finally:
        show.end(progress)
