"""The screen of a terminal on which the progress of a study is drawn anew, again and again."""

from pathlib import Path

from rich.console import Console
from rich.live import Live

from hsic_hpo.reports.progress_view import screen
from hsic_hpo.study.progress import Progress


class ProgressScreen:
    """Draws the progress of a study in one place of a terminal.

    Parameters
    ----------
    console
        The terminal.
    folder
        Results of the study, as a reader calls them.
    """

    def __init__(self, console: Console, folder: Path) -> None:
        self._console = console
        self._folder = folder
        self._live = Live(
            console=console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
        )
        self._live.start()

    def update(self, progress: Progress) -> None:
        """Draw how far the study is."""
        self._live.update(screen(progress, self._folder, self._console.width), refresh=True)

    def end(self, progress: Progress | None) -> None:
        """Leave the last state on the screen."""
        if progress is not None:
            self._live.vertical_overflow = "visible"
            self.update(progress)
        self._live.stop()
