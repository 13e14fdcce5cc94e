"""Where a result comes from: fingerprints of code, versions of libraries, state of git."""

import ast
import hashlib
import platform
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
LIBRARIES = ("hsic_hpo", "numpy", "scipy", "torch", "pytorch-lightning", "xarray", "snakemake")
_INSTALLED = ("site-packages", "dist-packages")


def code_fingerprint(*sources: Path | str) -> str:
    """Hash what the given Python files would do, with this package and what stands beside them.

    Two states of the code share a fingerprint when they differ in comments, docstrings or
    layout alone. Files that are not Python, such as templates, count by their text. The
    fingerprint covers module names, not locations, so that it is the same in every clone.

    Parameters
    ----------
    *sources
        Workflow scripts, modules of the package, or files of text that they read.

    Returns
    -------
    str
        Hexadecimal SHA-256, shortened to 16 digits.
    """
    digest = hashlib.sha256()
    for path in import_closure(sources):
        text = path.read_text(encoding="utf-8")
        behaviour = _behaviour(text) if path.suffix == ".py" else text
        digest.update(path.stem.encode() + b"\0" + behaviour.encode() + b"\0")
    return digest.hexdigest()[:16]


def import_closure(sources: Iterable[Path | str]) -> list[Path]:
    """List the files, sorted by name, that running ``sources`` can execute.

    They are followed into this package and, from a source outside it, such as a problem of the
    user's own, into the modules and packages that stand beside it; what is installed is left
    out. Imports count wherever they stand in a file. A module named only at run time (through
    ``importlib``) cannot be seen: name its file among the ``sources``.
    """
    absolute = [Path(source).absolute() for source in sources]
    waiting = [(path, _import_root(path)) for path in absolute]
    found: set[Path] = set()
    while waiting:
        path, root = waiting.pop()
        if path not in found:
            found.add(path)
            if path.suffix == ".py":
                waiting.extend((imported, root) for imported in _imported_files(path, root))
    return sorted(found, key=lambda path: (path.name, str(path.parent.name)))


def _import_root(source: Path) -> Path:
    """Return the folder in which the modules and packages beside a file stand."""
    folder = source.parent
    while (folder / "__init__.py").is_file():
        folder = folder.parent
    return folder


def _imported_files(path: Path, root: Path) -> list[Path]:
    follows_own = PACKAGE not in path.parents and root.name not in _INSTALLED
    files = []
    for folder, name in _imported_names(path, root):
        package, *inner = name.split(".")
        if package == PACKAGE.name:
            module = PACKAGE.joinpath(*inner)
        elif follows_own:
            module = folder.joinpath(package, *inner)
        else:
            continue
        files += [module.with_suffix(".py"), module / "__init__.py"]
    if follows_own:
        # Importing a module runs all packages around it first.
        packages = path.relative_to(root).parents if path.is_relative_to(root) else ()
        files += [root / package / "__init__.py" for package in packages]
    return [file for file in files if file.is_file()]


def _imported_names(path: Path, root: Path) -> Iterator[tuple[Path, str]]:
    """Yield each name that a file imports with the folder from which it is looked for."""
    for level, name in _imports(path.read_text(encoding="utf-8")):
        yield path.parents[level - 1] if level else root, name


# Nearly all rules share most of the package: each text is parsed once, not once per rule.
@cache
def _imports(text: str) -> list[tuple[int, str]]:
    """Return the names that a module imports, each with the number of dots before it."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found += [(0, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = [node.module] if node.module else []
            names = [*module, *(".".join([*module, alias.name]) for alias in node.names)]
            found += [(node.level, name) for name in names]
    return found


@cache
def _behaviour(text: str) -> str:
    """Return a module without what does nothing: docstrings, comments and layout."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    # ast.unparse is steadier between Python releases than ast.dump, which grows new fields.
    return ast.unparse(tree)


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that results depend on."""
    found = {"python": platform.python_version()}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def git_commit() -> str:
    """Return the commit of the checkout that holds this package.

    Returns
    -------
    str
        The commit's hash, ``"-dirty"`` appended when tracked files differ from it, or
        ``"unknown"`` where there is no git checkout.
    """
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
            cwd=PACKAGE,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return described.stdout.strip()
