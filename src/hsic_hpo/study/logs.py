"""The output of a workflow job: to the terminal and to its log file."""

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, suppress
from io import TextIOBase
from pathlib import Path
from typing import BinaryIO, TextIO

from hsic_hpo.errors import InputError, one_line_errors
from hsic_hpo.training.giving_up import GivenUp
from hsic_hpo.training.stopping import Stop

_ENDS_ALIKE = "Another try of this job would end in the same way."


class _Tee(TextIOBase):
    """A terminal and a log; what a full disk keeps from the log still reaches the terminal."""

    def __init__(self, terminal: TextIO, log: BinaryIO) -> None:
        self._terminal = terminal
        self._log = log

    def write(self, text: str) -> int:
        self._terminal.write(text)
        self.note(text)
        return len(text)

    def note(self, text: str) -> None:
        """Write to the log only."""
        with suppress(OSError):
            self._log.write(text.encode())

    def flush(self) -> None:
        self._terminal.flush()


@contextmanager
def job_log(path: Path | str) -> Iterator[None]:
    """Copy what a job writes to stderr into a log file, and end bad input with one line.

    Parameters
    ----------
    path
        Log file to create or replace; its folder exists (Snakemake makes it).

    Raises
    ------
    SystemExit
        With one line and code 1, see :func:`hsic_hpo.errors.one_line_errors`. A line that is not
        about this job alone stands in the log only: the main process tells it.
    """
    with one_line_errors():
        # Unbuffered, so that closing has nothing left to write to a disk that may be full.
        log = Path(path).open("wb", buffering=0)  # noqa: SIM115 - closed below
    with log:
        tee = _Tee(sys.stderr, log)
        try:
            with redirect_stderr(tee), one_line_errors():
                yield
        except GivenUp as stop:
            tee.note(f"{stop.code}\n{_ENDS_ALIKE}\n")
            raise SystemExit(1) from None
        except Stop as stop:
            tee.note(f"{stop.code}\n")
            raise SystemExit(1) from None
        except SystemExit as stop:
            tee.note(f"{stop.code}\n")
            if _is_final(stop.__context__):
                tee.note(f"{_ENDS_ALIKE}\n")
            raise
        except BaseException:
            tee.note(traceback.format_exc())
            raise


def ends_alike(path: Path) -> bool:
    """Tell whether the log of a failed job says that it would fail again in the same way."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").rstrip().endswith(_ENDS_ALIKE)
    except OSError:
        return False


def _is_final(error: BaseException | None) -> bool:
    return isinstance(error, InputError) and not getattr(error, "worth_another_try", False)


def note_in_log(text: str) -> None:
    """Write to the log of the job that runs, not to the terminal; outside a job, nowhere."""
    if isinstance(sys.stderr, _Tee):
        sys.stderr.note(text)
