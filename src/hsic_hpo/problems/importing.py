"""Import a user's own class, named by a study config as ``module:Class``."""

import importlib
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hsic_hpo.errors import InputError, did_you_mean


def import_class(target: str, where: str, folders: Sequence[Path | str] = ()) -> type:
    """Import a class.

    Parameters
    ----------
    target
        ``"module:Class"`` or ``"package.module:Class"``.
    where
        Place named first in messages.
    folders
        Where the module is looked for, before Python's own search path.

    Raises
    ------
    InputError
        One line: when the module is missing or raises, or has no such class.
    """
    name, _, class_name = target.partition(":")
    with _search_path(folders):
        # Not pkgutil.resolve_name: its errors do not tell a failing module from a missing class.
        try:
            module = importlib.import_module(name)
        except Exception as error:
            raise InputError(f"{where}: {_reason(name, error)}") from error
    kind = getattr(module, class_name, None)
    if not isinstance(kind, type):
        classes = [key for key, value in vars(module).items() if isinstance(value, type)]
        raise InputError(
            f"{where}: {module.__file__} has no class {class_name!r}"
            f"{did_you_mean(class_name, classes)}"
        )
    return kind


@contextmanager
def _search_path(folders: Sequence[Path | str]) -> Iterator[None]:
    before = sys.path.copy()
    sys.path[:0] = [str(folder) for folder in folders]
    # Without this a module that was written a moment ago is not found.
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path[:] = before


def _reason(name: str, error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError) and name.startswith(error.name or name):
        return (
            f"there is no module {error.name or name!r} beside the study config or on Python's "
            "search path (PYTHONPATH)"
        )
    what = " ".join(f"{type(error).__name__}: {error}".split())
    if not isinstance(error, SyntaxError):
        frames = traceback.extract_tb(error.__traceback__)
        last = [frame for frame in frames if not frame.filename.startswith("<frozen")][-1]
        what += f" ({last.filename}, line {last.lineno})"
    return f"importing {name!r} raised {what}"
