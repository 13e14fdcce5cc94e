"""An Optuna study from where it is kept: a URL, a database file, a journal or a storage object.

Nothing is ever written: a database that does not exist is not created, one that is not Optuna's
gets no tables, and one in a folder without write access can be read.
"""

import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hsic_hpo.errors import InputError, did_you_mean, needs_extra

_SQLITE = b"SQLite format 3\x00"


def load_study(given: Any, name: str | None = None) -> Any:
    """Return a study of Optuna.

    Parameters
    ----------
    given
        A study; the URL of a storage; the path of an SQLite database or of a journal; or a
        storage object.
    name
        Name of the study in the storage; not needed where it holds a single one.

    Returns
    -------
    optuna.Study
        A study that is given as such is returned as it is.

    Raises
    ------
    InputError
        When Optuna is not installed, there is no such file or study, the name is needed, or the
        storage cannot be read.
    """
    with needs_extra("trials of an Optuna study", "optuna"):
        import optuna
    if isinstance(given, optuna.Study):
        if name not in (None, given.study_name):
            raise InputError(f"name: {name!r}; the study given is {given.study_name!r}")
        return given
    place = _place(given)
    with _quiet(optuna), _one_line(place):
        storage = _storage(given, place)
        names = optuna.get_all_study_names(storage)
        if not names:
            raise InputError(f"{place}: no study in this storage")
        if name is None and len(names) == 1:
            name = names[0]
        if name not in names:
            wanted = "which study? name one" if name is None else f"no study {name!r}"
            raise InputError(
                f"{place}: {wanted}; studies: {', '.join(names)}{did_you_mean(name, names)}"
            )
        return optuna.load_study(study_name=name, storage=storage)


def _place(given: Any) -> str:
    """Return what was given as a message may show it, without the password of a URL."""
    if not isinstance(given, str | Path):
        return type(given).__name__
    if "://" not in str(given):
        return str(given)
    scheme, rest = str(given).split("://", 1)
    user, at, server = rest.rpartition("@")
    return f"{scheme}://{user.split(':')[0]}{at}{server}"


@contextmanager
def _quiet(optuna: Any) -> Iterator[None]:
    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(verbosity)


@contextmanager
def _one_line(place: str) -> Iterator[None]:
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"{place}: not a readable Optuna storage ({reason})") from error


def _storage(given: Any, place: str) -> Any:
    from optuna.storages import JournalStorage, RDBStorage
    from optuna.storages.journal import JournalFileBackend, JournalRedisBackend

    if not isinstance(given, str | Path):
        return given
    if "://" in str(given) and not str(given).startswith("sqlite"):
        if str(given).startswith("redis"):
            return JournalStorage(JournalRedisBackend(str(given)))
        return RDBStorage(str(given), skip_table_creation=True)
    path = _file(given, place)
    if path.is_dir():
        raise InputError(f"{place}: a folder, not an Optuna storage")
    if not path.exists():
        raise InputError(f"{place}: no such file")
    with path.open("rb") as file:
        start = file.read(len(_SQLITE))
    if start == _SQLITE:
        # The URL is not used: the creator opens the file.
        return RDBStorage(
            "sqlite:///", {"creator": lambda: _connection(path)}, skip_table_creation=True
        )
    if start.startswith(b"{"):
        return JournalStorage(JournalFileBackend(str(path)))
    raise InputError(f"{place}: not a readable Optuna storage (no SQLite database, no journal)")


def _file(given: str | Path, place: str) -> Path:
    if "://" not in str(given):
        return Path(given).expanduser()
    from sqlalchemy.engine import make_url

    database = make_url(str(given)).database
    if database in (None, "", ":memory:"):
        raise InputError(f"{place}: a database in memory is empty; give the study itself")
    return Path(str(database))


def _connection(path: Path) -> sqlite3.Connection:
    """Open a database for reading alone."""
    place = path.absolute().as_uri()
    try:
        return _opened(f"{place}?mode=ro")
    except sqlite3.OperationalError:
        # Without write access to its folder, SQLite reads a database with a write-ahead log only
        # as one that nothing changes, and then without what still stands in the log.
        log = path.with_name(f"{path.name}-wal")
        if log.exists() and log.stat().st_size:
            raise
        return _opened(f"{place}?immutable=1")


def _opened(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.Error:
        connection.close()
        raise
    return connection
