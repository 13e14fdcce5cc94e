"""When the state of a training is kept: at intervals, at the end of a rung, before it is ended."""

import math
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hsic_hpo.training.state import forget_state, read_state, write_state

DEFAULT_INTERVAL = 60.0
# Parts of a training's CPU time and wall time: a state that takes more to write, as it is large
# or the disk slow, is written less often.
_LARGEST_SHARE, _LARGEST_WAIT = 0.015, 0.05


class Paused(Exception):  # noqa: N818 - an outcome of a training, not a fault of the program
    """A training came to the end of its rung, and its state is kept."""


@dataclass(frozen=True)
class Keeping:
    """Where and when the state of a training is kept.

    Attributes
    ----------
    path
        File of the state, which need not exist.
    every
        Seconds of training between two states, at least; more where writing them would take more
        than 1.5 % of the training's CPU time or 5 % of its wall time. Infinite: only at the end of
        the rung.
    until_epoch
        Epoch after which the training is left, to be taken up later; None for its end.
    signals
        Signals on which the state is kept and the process ended.
    trusted
        Whether what was run so far is what the path was named after; a state is kept only then.
    """

    path: Path
    every: float = DEFAULT_INTERVAL
    until_epoch: int | None = None
    signals: tuple[signal.Signals, ...] = ()
    trusted: Callable[[], bool] = lambda: True


class Keeper:
    """Keeps the state of one training.

    Trainings look at :attr:`due` wherever their state is complete, such as between two steps.

    Parameters
    ----------
    keeping
        None: nothing is kept.
    of
        Which training it is, and what makes it, see :func:`hsic_hpo.training.state.write_state`.

    Attributes
    ----------
    due
        On the clock of ``time.monotonic``: when the next state is to be kept.
    seconds_before
        Wall time that the training had taken when its state was kept, 0 unless it was taken up.
    """

    def __init__(self, keeping: Keeping | None = None, of: Mapping[str, Any] | None = None) -> None:
        self._keeping = keeping
        self._of = of or {}
        self._start = time.monotonic()
        self._asked_to_end: signal.Signals | None = None
        # Lightning takes signals over while it fits, and gives them back.
        self._former = {number: signal.getsignal(number) for number in self._signals()}
        self._said = False
        self._readable = False
        self.due = math.inf
        self.seconds_before = 0.0

    @property
    def until_epoch(self) -> float:
        """The last epoch of the rung, infinite if the training is to come to its end."""
        until = None if self._keeping is None else self._keeping.until_epoch
        return math.inf if until is None else until

    @property
    def is_due(self) -> bool:
        """Whether a state is to be kept."""
        return time.monotonic() > self.due

    def taken_up(self) -> dict[str, Any] | None:
        """Return the state that was kept of this training, None where it is to begin anew."""
        if self._keeping is None:
            return None
        found = read_state(self._keeping.path, self._of)
        if found is None:
            return None
        self.seconds_before = found["seconds"]
        return found["training"]

    def begin(self) -> None:
        """Keep states from now on; until then signals do what they did before."""
        if self._keeping is None:
            return
        self.due = time.monotonic() + self._keeping.every
        for number in self._former:
            signal.signal(number, self._end_soon)

    def end(self) -> None:
        """Leave signals to whom they were left before."""
        for number, handler in self._former.items():
            signal.signal(number, handler)
        self.due = math.inf
        if self._asked_to_end is not None:
            self._end_now(self._asked_to_end)

    def give_up(self, reason: str) -> None:
        """Keep no state of this training, which can then only begin anew."""
        if not self._said:
            print(f"no state of this training is kept: {reason}", file=sys.stderr, flush=True)
        self._said = True
        self._keeping = None
        self.end()

    def keep(self, state: Mapping[str, Any], *, foreign: bool = False) -> None:
        """Keep a state where one is due; whatever the disk says, the training goes on.

        Parameters
        ----------
        state
            Tensors and plain values that say all of the training.
        foreign
            Whether there may be other things in it, as modules of users' own hold: the first one is
            read back, and none is kept if that fails.
        """
        began, began_computing = time.monotonic(), time.process_time()
        try:
            self._write(state)
            if foreign and not self._readable:
                self._check()
        except OSError as error:
            if not self._said:
                print(f"the state of a training was not kept: {error}", file=sys.stderr, flush=True)
            self._said = True
        now = time.monotonic()
        every = math.inf if self._keeping is None else self._keeping.every
        computed = time.process_time() - began_computing
        self.due = now + max(every, computed / _LARGEST_SHARE, (now - began) / _LARGEST_WAIT)
        if self._asked_to_end is not None:
            self._end_now(self._asked_to_end)

    def pause(self, state: Mapping[str, Any]) -> None:
        """Keep the state at the end of the rung and leave the training.

        Raises
        ------
        Paused
            Always.
        OSError
            When the state cannot be written.
        """
        self._write(state)
        raise Paused

    def seconds(self) -> float:
        """Return the wall time of the training, that before it was taken up included."""
        return self.seconds_before + time.monotonic() - self._start

    def _signals(self) -> tuple[signal.Signals, ...]:
        is_main = threading.current_thread() is threading.main_thread()
        return self._keeping.signals if is_main and self._keeping is not None else ()

    def _write(self, state: Mapping[str, Any]) -> None:
        keeping = self._keeping
        if keeping is not None and keeping.trusted():
            content = {"seconds": self.seconds(), "training": dict(state)}
            write_state(content, keeping.path, self._of)

    def _check(self) -> None:
        """Give up where a module keeps what cannot be read back without running code."""
        keeping = self._keeping
        if keeping is not None and keeping.trusted() and not read_state(keeping.path, self._of):
            forget_state(keeping.path)
            self.give_up("it holds more than tensors and plain values")
        self._readable = True

    def _end_soon(self, number: int, _: object) -> None:
        self._asked_to_end = signal.Signals(number)
        self.due = -math.inf

    def _end_now(self, number: signal.Signals) -> None:
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)
