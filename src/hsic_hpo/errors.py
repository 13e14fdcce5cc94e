"""Errors that a person sees as one line, without a traceback."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches


class InputError(ValueError):
    """Bad input from a person: a config, a search space, a data file or a trials table.

    The message is one line that names the place (file or key), the offending value and what is
    allowed. Command-line entry points print it and exit with code 1.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> try:
    ...     hh.Space({"lr": hh.Float(1, 0)})
    ... except hh.InputError as error:
    ...     print(error)
    space.lr.range: [1, 0] is not increasing; needed: low < high
    """


def did_you_mean(word: object, allowed: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the nearest allowed word, or ``""`` when none is near.

    Parameters
    ----------
    word
        What was given.
    allowed
        The words that would have been accepted.
    """
    near = get_close_matches(str(word), list(allowed), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


@contextmanager
def needs_extra(purpose: str, extra: str) -> Iterator[None]:
    """Name the optional extra of this package that brings a library which is not installed.

    Parameters
    ----------
    purpose
        What needs the library, first in the message.
    extra
        The extra that brings it.

    Raises
    ------
    InputError
        In place of a ``ModuleNotFoundError`` of another package inside the block.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if str(error.name).startswith(f"{__package__}."):
            raise
        raise InputError(
            f"{purpose}: {error.name} is not installed; pip install 'hsic_hpo[{extra}]'"
        ) from None


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn bad input and a failing disk into one line on stderr and exit code 1.

    Raises
    ------
    SystemExit
        In place of :class:`InputError` and of an ``OSError`` that names its file or reason.
    """
    try:
        yield
    except InputError as error:
        raise SystemExit(str(error)) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise SystemExit(f"{error.filename}: {reason}" if error.filename else reason) from None
