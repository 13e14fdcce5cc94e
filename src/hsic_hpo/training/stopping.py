"""What a job does when it is told to end: by Ctrl-C, a time limit, preemption, a shutdown."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Stop(SystemExit):
    """The job was told to end; its one line is printed in place of a traceback."""


@contextmanager
def stoppable() -> Iterator[None]:
    """Let signals that ask the process to end raise :class:`Stop`, the first one only.

    Those that the process was told to ignore stay ignored. In a thread other than the main one,
    which no signal reaches, nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    former = {number: signal.signal(number, _stop) for number in heard}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


@contextmanager
def shielded() -> Iterator[None]:
    """Put off such signals to the end of the block."""
    former = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)


def _stop(number: int, _: object) -> NoReturn:
    # What follows is the end: a second Ctrl-C must not disturb it.
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise Stop(
        f"stopped by {signal.Signals(number).name}: finished trainings are kept, and the same "
        "command goes on with the others"
    )
