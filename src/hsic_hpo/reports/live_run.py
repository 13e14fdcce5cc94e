"""The terminal of a run: a screen that shows how far it is, in place of Snakemake's messages.

What Snakemake says goes to its own log, what its jobs print to that log too. Where the output is
no terminal, each change is a line.
"""

import logging
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from io import TextIOBase
from pathlib import Path

from rich.console import Console

from hsic_hpo.errors import InputError
from hsic_hpo.reports.progress_lines import Lines
from hsic_hpo.reports.progress_screen import ProgressScreen
from hsic_hpo.study.journal import at_begin
from hsic_hpo.study.progress import Progress, Watcher
from hsic_hpo.study.stops import before_the_line

_SECONDS = 1.0
_NOTHING_TO_DO = "Nothing to be done"
# What Snakemake says of a failed job that the last screen says better.
_SAID_ANYWAY = ("At least one job did not complete", "Exiting because a job execution failed")


class LiveRun:
    """Shows a run of this process until it ends.

    Parameters
    ----------
    dry
        Whether nothing is run: then Snakemake's own messages are shown.
    """

    def __init__(self, *, dry: bool) -> None:
        self._dry = dry
        self._lock = threading.RLock()
        self._over = threading.Event()
        self._watcher: Watcher | None = None
        self._terminal: _Terminal | None = None
        self._show: ProgressScreen | Lines | None = None
        self._last_words: list[str] = []
        # Not when Snakemake says that jobs have started: by then they hold the terminal.
        at_begin(self._begin)

    def take(self, record: logging.LogRecord, wording: Callable[[logging.LogRecord], str]) -> None:
        """Take a message of Snakemake.

        Parameters
        ----------
        record
            The message.
        wording
            Puts it into words.
        """
        event = str(getattr(record, "event", None) or "")
        is_shown = self._dry or record.levelno >= logging.WARNING
        if not is_shown and not str(record.msg).startswith(_NOTHING_TO_DO):
            return
        text = wording(record)
        if self._show is None:
            print(text, file=sys.stderr, flush=True)
        elif event == "error" and not any(said in text for said in _SAID_ANYWAY):
            self._last_words.append(text)

    def close(self) -> None:
        """Show the end, give the terminal back, and say what was said meanwhile."""
        self._over.set()
        with self._lock:
            show, terminal = self._show, self._terminal
            self._show = self._terminal = None
            if terminal is None:
                return
            progress = self._look()
            if show is not None:
                show.end(progress)
            terminal.give_back()
            failed = progress is not None and bool(progress.failures)
            for text in [] if failed else dict.fromkeys(self._last_words):
                print(text, file=sys.stderr, flush=True)

    def _begin(self) -> None:
        watcher = self._watcher = Watcher(Path.cwd(), runs_here=True)
        try:
            progress = watcher.look()
        except InputError:
            # A full disk: the run itself says so.
            return
        folder = _as_called(Path.cwd())
        before_the_line(self.close)
        with self._lock:
            self._terminal = _Terminal(progress.history.plan.log)
            console = Console(file=self._terminal.stderr)
            kind = ProgressScreen if console.is_terminal else Lines
            self._show = kind(console, folder)
            self._show.update(progress)
        threading.Thread(target=self._go_on, daemon=True).start()

    def _go_on(self) -> None:
        while not self._over.wait(_SECONDS):
            with self._lock:
                progress = self._look()
                if self._show is not None and progress is not None:
                    self._show.update(progress)

    def _look(self) -> Progress | None:
        # Files come and go while the study runs; the next look finds them.
        with suppress(OSError, InputError):
            return None if self._watcher is None else self._watcher.look()
        return None


class _Terminal:
    """The terminal, taken from the jobs and from what this process prints."""

    def __init__(self, log: str) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        self._kept = [os.dup(1), os.dup(2)]
        self.stderr = os.fdopen(os.dup(2), "w", encoding="utf-8", errors="replace")
        self._streams = (sys.stdout, sys.stderr)
        self._held: list[tuple[int, str]] = []
        sys.stdout, sys.stderr = (_Held(self._held, number) for number in (0, 1))
        with Path(log or os.devnull).open("ab") as file:
            for number in (1, 2):
                os.dup2(file.fileno(), number)

    def give_back(self) -> None:
        """Print what was held back, and let everybody print."""
        self.stderr.close()
        for number, kept in zip((1, 2), self._kept, strict=True):
            os.dup2(kept, number)
            os.close(kept)
        sys.stdout, sys.stderr = self._streams
        if self._held and sys.stderr.isatty():
            print(file=sys.stderr)
        for number, text in self._held:
            self._streams[number].write(text)
            self._streams[number].flush()


class _Held(TextIOBase):
    """Holds back what is printed."""

    def __init__(self, held: list[tuple[int, str]], number: int) -> None:
        self._held = held
        self._number = number

    def write(self, text: str) -> int:
        self._held.append((self._number, text))
        return len(text)


def _as_called(folder: Path) -> Path:
    """Return a folder of results as a person calls it, from where the run was started."""
    is_usual = folder.parent.name == "results"
    return Path("results", folder.name) if is_usual else folder
