"""The learning problem that a study config names: one of the package, or a class to import."""

import inspect
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.problems.base import Problem
from hsic_hpo.problems.importing import import_class
from hsic_hpo.problems.options import check_options

PROBLEMS = {
    "bateman": "hsic_hpo.problems.bateman:Bateman",
    "runge": "hsic_hpo.problems.runge:Runge",
    "mnist": "hsic_hpo.problems.mnist:Mnist",
    "fashion-mnist": "hsic_hpo.problems.mnist:FashionMnist",
    "hpolib": "hsic_hpo.problems.hpolib:Hpolib",
}


def load_problem(
    spec: Mapping[str, Any], where: str = "problem", folders: Sequence[Path | str] = ()
) -> Problem:
    """Build the problem that a study config names.

    Parameters
    ----------
    spec
        ``{"name": ..., "options": {...}}`` for a problem of the package, ``{"import":
        "module:Class", "options": {...}}`` for another; options may be left out.
    where
        Place named first in messages.
    folders
        Where a module to import is looked for, before Python's own search path.

    Raises
    ------
    InputError
        For an unknown problem or option, or an option's value of the wrong type or range, or
        when the module or class to import is missing or no problem.
    """
    if "import" in spec:
        kind = _imported(spec["import"], f"{where}.import", folders)
    else:
        kind = _built_in(spec["name"], f"{where}.name")
    options = spec.get("options") or {}
    check_options(options, fields(kind), kind.name, f"{where}.options")
    try:
        return kind(**options)
    except InputError as error:
        raise InputError(f"{where}.options: {error}") from None
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise InputError(f"{where}: {kind.__name__} could not be made: {reason}") from error


def _built_in(name: str, where: str) -> type[Problem]:
    if name not in PROBLEMS:
        raise InputError(
            f"{where}: {name!r} is not a problem; known: {', '.join(PROBLEMS)}"
            f"{did_you_mean(name, PROBLEMS)}"
        )
    kind: type[Problem] = pkgutil.resolve_name(PROBLEMS[name])
    return kind


def _imported(target: str, where: str, folders: Sequence[Path | str]) -> type[Problem]:
    kind = import_class(target, where, folders)
    if not issubclass(kind, Problem):
        raise InputError(
            f"{where}: {target} is not a subclass of DenseProblem, LightningProblem or "
            "FunctionProblem"
        )
    _check_complete(kind, target, where)
    return kind


def _check_complete(kind: type[Problem], target: str, where: str) -> None:
    if inspect.isabstract(kind):
        missing = ", ".join(sorted(kind.__abstractmethods__))
        raise InputError(f"{where}: {target} does not define {missing}")
    for attribute in ("name", "error_name", "error_units"):
        if not isinstance(getattr(kind, attribute, None), str):
            raise InputError(f"{where}: {target} has no text {attribute!r}")
    if any(isinstance(value, Field) for value in vars(kind).values()):
        raise InputError(f"{where}: {target} has options; decorate it with @dataclass(frozen=True)")
