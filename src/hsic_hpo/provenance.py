"""Where a result comes from: fingerprints of code, versions of libraries, state of git."""

import ast
import hashlib
import platform
import subprocess
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGE = Path(__file__).parent
LIBRARIES = ("hsic_hpo", "numpy", "scipy", "torch", "pytorch-lightning", "xarray", "snakemake")


def code_fingerprint(*sources: Path | str) -> str:
    """Hash what the given Python files, and all of this package that they import, would do.

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
        digest.update(path.stem.encode() + b"\0" + _behaviour(path).encode() + b"\0")
    return digest.hexdigest()[:16]


def import_closure(sources: Iterable[Path | str]) -> list[Path]:
    """List the files, sorted by name, that running ``sources`` can execute within this package.

    Imports are followed wherever they stand in a file. A module named only at run time (through
    ``importlib``) cannot be seen: name its file among the ``sources``.
    """
    waiting = [Path(source) for source in sources]
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            if path.suffix == ".py":
                waiting.extend(_imported_files(ast.parse(path.read_text(encoding="utf-8"))))
    return sorted(found, key=lambda path: (path.name, str(path.parent.name)))


def _imported_files(tree: ast.AST) -> list[Path]:
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    files = []
    for name in names:
        package, *inner = name.split(".")
        if package == PACKAGE.name:
            module = PACKAGE.joinpath(*inner)
            files += [module.with_suffix(".py"), module / "__init__.py"]
    return [path for path in files if path.is_file()]


def _behaviour(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return text
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
