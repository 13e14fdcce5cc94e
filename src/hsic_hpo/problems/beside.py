"""Modules of a user's own: importable from their folder, and nothing else that lies there.

The folder of a study config may hold anything, such as ``random.py`` among downloads: it never
enters Python's search path. Of what stands there, only the module that a study names can be
imported, and those that it and they import in their text; the standard library and what is
installed come first.
"""

import ast
import sys
from collections.abc import Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import BuiltinImporter, ModuleSpec, PathFinder
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

from hsic_hpo.errors import InputError

PATH_VARIABLE = "HSIC_HPO_PROBLEM_PATH"
"""Environment variable of the folders beside a study's configs, which its jobs inherit."""

_PACKAGE = "__init__.py"


class _Beside(MetaPathFinder):
    """Finds the modules that were offered; last of all finders, so that any other comes first."""

    def __init__(self) -> None:
        self.places: dict[str, Path] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        place = self.places.get(fullname)
        if place is None:
            return None
        if place.is_file():
            return spec_from_file_location(fullname, place)
        if (place / _PACKAGE).is_file():
            inside = [str(place)]
            return spec_from_file_location(
                fullname, place / _PACKAGE, submodule_search_locations=inside
            )
        spec = ModuleSpec(fullname, None, is_package=True)
        spec.submodule_search_locations = [str(place)]
        return spec


_FINDER = _Beside()


def offer(module: str, folders: Sequence[Path], where: str) -> None:
    """Make a module importable from the first of some folders that has it, with what it imports.

    Parameters
    ----------
    module
        Name of a module; of one in a package, the package counts.
    folders
        Where to look. Where none has it, nothing changes.
    where
        Place named first in messages.

    Raises
    ------
    InputError
        One line, when it, or a module that it would import, has the name of an installed one; a
        module that it imports is that of the standard library where both have the name.
    """
    name = module.partition(".")[0]
    folder = next((one for one in folders if _place(one, name) is not None), None)
    if folder is None:
        return
    offered = dict(_imported(folder, name))
    for each, place in offered.items():
        other = installed_place(each, folder)
        if other:
            raise InputError(
                f"{where}: {place} has the name of {other}, which Python would import in its "
                "place; give it another name"
            )
    for each, place in offered.items():
        if _FINDER.places.get(each, place) != place:
            _forget(each)
    _FINDER.places.update(offered)
    if _FINDER not in sys.meta_path:
        sys.meta_path.append(_FINDER)
    if sys.platform != "linux" and str(folder) not in sys.path:
        # Processes that are not forked inherit nothing but the search path; the last place of it
        # still lets all that is installed come first.
        sys.path.append(str(folder))


def is_standard(name: str) -> bool:
    """Tell whether a module, or the package that it is in, belongs to the standard library."""
    return name.partition(".")[0] in sys.stdlib_module_names


def installed_place(name: str, folder: Path) -> str:
    """Return where else than in a folder a top-level module is found; empty where nowhere."""
    if is_standard(name):
        return f"the standard library's module {name!r}"
    if BuiltinImporter.find_spec(name) is not None:
        return f"Python's own module {name!r}"
    elsewhere = [entry for entry in sys.path if Path(entry or ".").resolve() != folder.resolve()]
    found = PathFinder.find_spec(name, elsewhere)
    # A folder without __init__.py, wherever it lies, is found too: it comes after all modules.
    if found is None or found.origin is None:
        return ""
    return f"the installed {found.origin}"


def _place(folder: Path, name: str) -> Path | None:
    """Return the file or the folder of a top-level module in a folder."""
    package, module = folder / name, folder / f"{name}.py"
    if (package / _PACKAGE).is_file() or (package.is_dir() and not module.is_file()):
        return package
    return module if module.is_file() else None


def _imported(folder: Path, name: str) -> Iterator[tuple[str, Path]]:
    """Yield a module and those in the same folder that it imports, and so on."""
    waiting, seen = [name], set()
    while waiting:
        each = waiting.pop()
        place = None if each in seen else _place(folder, each)
        seen.add(each)
        if place is None or (each != name and is_standard(each)):
            continue
        if place.is_dir() and not (place / _PACKAGE).is_file() and each != name:
            continue
        yield each, place
        for file in [place] if place.is_file() else place.rglob("*.py"):
            waiting += _names(file)


def _names(file: Path) -> set[str]:
    """Return the top-level modules that a file imports, wherever in it; none of a faulty one."""
    try:
        tree = ast.parse(file.read_bytes())
    except SyntaxError:
        # The import itself says so.
        return set()
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names.add(node.module.partition(".")[0])
    return names


def _forget(name: str) -> None:
    """Drop a module of the same name that came from another folder."""
    for known in [key for key in sys.modules if key == name or key.startswith(f"{name}.")]:
        del sys.modules[known]
