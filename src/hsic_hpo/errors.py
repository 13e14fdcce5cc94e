"""Errors that a person sees as one line, without a traceback."""

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches

# Embeddings, overrides and isolates of the direction of writing.
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


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


def printable(text: str) -> str:
    r"""Return a text that cannot steer a terminal or turn the letters around it.

    Control characters, and those that set the direction of writing, stand as escapes such as
    ``\x1b``.
    """
    return "".join(_escape(letter) if _steers(letter) else letter for letter in text)


def _steers(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cs") or letter in _DIRECTIONS


def _escape(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")


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
        raise SystemExit(printable(str(error))) from None
    except OSError as error:
        reason = error.strerror or str(error)
        text = f"{error.filename}: {reason}" if error.filename else reason
        raise SystemExit(printable(text)) from None
