"""Signals that ask a job to end become one line; what must not be cut in two is not."""

import signal
import threading

import pytest

from hsic_hpo.training.stopping import Stop, shielded, stoppable


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_becomes_one_line(number: signal.Signals) -> None:
    # What a shell starts in the background ignores Ctrl-C from the start.
    inherited = signal.signal(number, signal.SIG_DFL)
    try:
        with pytest.raises(Stop) as stop, stoppable():
            signal.raise_signal(number)
        after = signal.getsignal(number)
    finally:
        signal.signal(number, inherited)
    assert stop.value.code == (
        f"stopped by {number.name}: finished trainings are kept, and the same command goes on "
        "with the others"
    )
    assert after == signal.SIG_DFL


def test_the_first_signal_is_not_disturbed_by_a_second() -> None:
    cleared_up = []

    def work() -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            signal.raise_signal(signal.SIGINT)
            cleared_up.append(True)

    with pytest.raises(Stop, match="stopped by SIGTERM"), stoppable():
        work()
    assert cleared_up


def test_what_is_shielded_comes_to_its_end() -> None:
    steps = []

    def work() -> None:
        with shielded():
            signal.raise_signal(signal.SIGTERM)
            steps.append("stored")
        steps.append("never")

    with pytest.raises(Stop), stoppable():
        work()
    assert steps == ["stored"]


def test_an_ignored_signal_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with stoppable():
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_thread_other_than_the_main_one_is_left_alone() -> None:
    entered = []

    def enter() -> None:
        with stoppable():
            entered.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert entered == [signal.getsignal(signal.SIGTERM)]
