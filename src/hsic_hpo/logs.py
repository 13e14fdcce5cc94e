"""What a workflow job says: to the terminal and to its log file."""

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from io import TextIOBase
from pathlib import Path
from typing import TextIO

from hsic_hpo.errors import one_line_errors


class _Tee(TextIOBase):
    def __init__(self, *streams: TextIO) -> None:
        self._streams = streams

    def write(self, text: str) -> int:
        for stream in self._streams:
            stream.write(text)
        return len(text)

    def flush(self) -> None:
        for stream in self._streams:
            stream.flush()


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
        With one line and code 1, see :func:`hsic_hpo.errors.one_line_errors`.
    """
    with Path(path).open("w", encoding="utf-8", buffering=1) as log:
        try:
            with redirect_stderr(_Tee(sys.stderr, log)), one_line_errors():
                yield
        except SystemExit as stop:
            log.write(f"{stop.code}\n")
            raise
        except BaseException:
            traceback.print_exc(file=log)
            raise
