"""Import a user's own class, named by a study config as ``module:Class``."""

import importlib
import os
import traceback
from collections.abc import Sequence
from pathlib import Path

from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.problems.beside import PATH_VARIABLE, offer


def import_class(target: str, where: str, folders: Sequence[Path | str] = ()) -> type:
    """Import a class.

    Parameters
    ----------
    target
        ``"module:Class"`` or ``"package.module:Class"``.
    where
        Place named first in messages.
    folders
        Where the module is looked for, before Python's own search path; by default those beside
        the configs of the study whose job this is.

    Raises
    ------
    InputError
        One line: when the module is missing or raises, has no such class, or has the name of an
        installed one.
    """
    name, _, class_name = target.partition(":")
    offer(name, [Path(folder) for folder in folders or _beside_the_configs()], where)
    # Without this a module that was written a moment ago is not found.
    importlib.invalidate_caches()
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


def _beside_the_configs() -> list[str]:
    return [folder for folder in os.environ.get(PATH_VARIABLE, "").split(os.pathsep) if folder]


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
