"""Fingerprints of code: equal as long as it does the same, wherever its modules lie."""

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from hsic_hpo.problems.beside import is_standard
from hsic_hpo.study.source_text import ROOT, OwnImport, SourceText, read_source

PACKAGE = Path(__file__).parents[1]
_TRAINING = "hsic_hpo.training.train"
_INSTALLED = ("site-packages", "dist-packages")


def code_fingerprint(*sources: Path | str) -> str:
    """Hash what the given files would do, with this package and what stands beside them.

    Two states of the code share a fingerprint when they differ in comments, docstrings or
    layout alone, or when a module of this package is moved or renamed, and its importers follow:
    an import counts by what the imported module does, not by the module's name. Modules outside
    this package count with their names, but not with their folders, so that the fingerprint is
    the same in every clone. Files that are not Python, such as templates, count by their text.

    Parameters
    ----------
    *sources
        Workflow scripts, modules of the package, or files of text that they read.

    Returns
    -------
    str
        Hexadecimal SHA-256, shortened to 16 digits.
    """
    package = _modules()
    texts = {path: path.read_text(encoding="utf-8") for path in _closure(sources, package)}
    labels = dict.fromkeys(texts, "")
    # A label tells apart what a file does; what its imports do, theirs do and so on comes in
    # round by round, until the labels tell apart all that differs. Circles of imports are fine.
    while True:
        refined = {path: _label(path, text, labels, package) for path, text in texts.items()}
        if len(set(refined.values())) == len(set(labels.values())):
            return _digest(*sorted(refined.values()))[:16]
        labels = refined


def training_sources(problem_source: Path | str) -> tuple[Path, Path]:
    """Return the sources of the code that trains on a problem, given the file that defines it.

    Their fingerprint is part of the key of each finished training.
    """
    return _modules()[_TRAINING], Path(problem_source)


def import_closure(sources: Iterable[Path | str]) -> list[Path]:
    """List the files, sorted by name, that running ``sources`` can execute or read.

    They are followed into this package and, from a source outside it, such as a problem of the
    user's own, into the modules and packages that stand beside it; what is installed is left
    out. Imports count wherever they stand in a file. So do files that stand beside a module of
    this package and that it names in a text, such as a template. A module named only at run time
    (through ``importlib``) cannot be seen: name its file among the ``sources``.
    """
    found = _closure(sources, _modules())
    return sorted(found, key=lambda path: (path.name, str(path.parent.name)))


def _closure(sources: Iterable[Path | str], package: Mapping[str, Path]) -> set[Path]:
    absolute = [Path(source).absolute() for source in sources]
    waiting = [(path, _import_root(path)) for path in absolute]
    found: set[Path] = set()
    while waiting:
        path, root = waiting.pop()
        if path not in found:
            found.add(path)
            if path.suffix == ".py":
                source = read_source(path.read_text(encoding="utf-8"))
                waiting.extend((file, root) for file in _used_files(path, source, root, package))
    return found


def _used_files(
    path: Path, source: SourceText, root: Path, package: Mapping[str, Path]
) -> Iterator[Path]:
    modules = [_target(imported, package)[0] for imported in source.own_imports]
    modules += [name for _, name in source.imports]
    # The package's own file only says where its names come from.
    yield from (package[name] for name in modules if name in package and name != ROOT)
    if PACKAGE in path.parents:
        beside = (path.with_name(name) for name in source.data_files)
        yield from (file for file in beside if file.suffix != ".py" and file.is_file())
    elif root.name not in _INSTALLED:
        yield from _files_beside(path, source, root)


def _files_beside(path: Path, source: SourceText, root: Path) -> Iterator[Path]:
    """Yield the modules outside this package that a file imports and the packages around it."""
    for level, name in source.imports:
        if level:
            yield from _module_files(path.parents[level - 1], name)
        elif not is_standard(name):
            # The standard library's comes first.
            places = (_module_files(folder, name) for folder in _import_folders(path, name, root))
            yield from next(filter(None, places), [])
    # Importing a module runs all packages around it first.
    packages = path.relative_to(root).parents if path.is_relative_to(root) else ()
    around = (root / package / "__init__.py" for package in packages)
    yield from (file for file in around if file.is_file())


def _module_files(folder: Path, name: str) -> list[Path]:
    module = folder.joinpath(*name.split("."))
    candidates = (module.with_suffix(".py"), module / "__init__.py")
    return [file for file in candidates if file.is_file()]


def _import_folders(path: Path, name: str, root: Path) -> list[Path]:
    """Return the folders in which a module may stand that a file imports by its full name.

    Beside its packages; else around a folder of the module's name, as packages need no
    ``__init__.py``; else in one of its packages, as the folder of a config may be a package too.
    """
    first = name.partition(".")[0]
    named = [one.parent for one in path.parents if one.name == first]
    packages = [one for one in reversed(path.parents) if root in one.parents]
    return [root, *named, *packages, path.parent]


def _import_root(source: Path) -> Path:
    """Return the folder in which the modules and packages beside a file stand."""
    folder = source.parent
    while (folder / "__init__.py").is_file():
        folder = folder.parent
    return folder


def _modules() -> dict[str, Path]:
    """Return the file of each module of this package, by its dotted name."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        steps = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join([ROOT, *(step for step in steps if step != "__init__")])] = path
    return found


def _target(imported: OwnImport, package: Mapping[str, Path]) -> tuple[str, str]:
    """Return the module that an import leads to and the name in it, empty for the module."""
    module = f"{imported.module}.{imported.name}"
    if module in package:
        return module, ""
    if imported.module == ROOT and ROOT in package:
        text = package[ROOT].read_text(encoding="utf-8")
        return _front_door(text).get(imported.name, (ROOT, imported.name))
    return imported.module, imported.name


@cache
def _front_door(text: str) -> dict[str, tuple[str, str]]:
    """Return where the names come from that the package itself gives lazily.

    Its file has a table for that, in which ``"name": "hsic_hpo.module"`` stands, or
    ``"name": "hsic_hpo.module:name_there"``.
    """
    found = {}
    for table in ast.walk(ast.parse(text)):
        if isinstance(table, ast.Dict):
            for key, value in zip(table.keys, table.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(value, ast.Constant):
                    module, _, name = str(value.value).partition(":")
                    found[str(key.value)] = (module, name or str(key.value))
    return found


def _label(path: Path, text: str, labels: Mapping[Path, str], package: Mapping[str, Path]) -> str:
    name = "" if PACKAGE in path.parents else path.stem
    if path.suffix != ".py":
        return _digest(name, text)
    content = [name]
    for part in read_source(text).parts:
        if isinstance(part, str):
            content.append(part)
        else:
            content += sorted(_import_label(one, labels, package) for one in part)
    return _digest(*content)


def _import_label(
    imported: OwnImport, labels: Mapping[Path, str], package: Mapping[str, Path]
) -> str:
    module, name = _target(imported, package)
    file = package.get(module)
    # What leads nowhere, such as a module that is missing, counts by its name.
    does = module if file is None else labels.get(file, ROOT)
    return _digest(does, name, imported.bound)


def _digest(*texts: str) -> str:
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()
