"""What a Python file does and what it imports, read from its text, wherever modules lie."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

ROOT = "hsic_hpo"
# A class or a module that is named by a text, such as "hsic_hpo.problems.bateman:Bateman".
_NAMED_MODULE = re.compile(rf"{ROOT}(?:\.\w+)+(?P<inside>:[\w.]+)?")
_DATA_FILE = re.compile(r"\w[\w-]*(?:\.\w+)+")
_BODIES = ("body", "orelse", "finalbody")


@dataclass(frozen=True)
class OwnImport:
    """A name that a file takes from this package.

    Attributes
    ----------
    module
        Dotted name of what it is imported from.
    name
        What is imported, empty for the module itself.
    bound
        Under which name the file knows it.
    """

    module: str
    name: str
    bound: str


@dataclass(frozen=True)
class SourceText:
    """A Python file without its docstrings, comments and layout.

    Attributes
    ----------
    parts
        Its statements as text; between them the imports from this package that stand next to
        one another, whose order means nothing.
    imports
        All other imports: the number of dots before a name, and the name.
    data_files
        Texts in it that could be the names of files, such as a template.
    """

    parts: tuple[str | tuple[OwnImport, ...], ...]
    imports: tuple[tuple[int, str], ...]
    data_files: frozenset[str]

    @property
    def own_imports(self) -> Iterator[OwnImport]:
        """All imports from this package."""
        for part in self.parts:
            if not isinstance(part, str):
                yield from part


# Nearly all rules share most of the package: each text is parsed once, not once per rule.
@cache
def read_source(text: str) -> SourceText:
    """Part what a module does from the places of the modules of this package that it names."""
    tree = ast.parse(text)
    groups: list[tuple[OwnImport, ...]] = []
    imports: list[tuple[int, str]] = []
    data_files = set()
    attributes = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                if _DATA_FILE.fullmatch(node.value):
                    data_files.add(node.value)
                node.value = _without_place(node.value)
        elif isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name):
                attributes.add((node.value.id, node.attr))
        else:
            _drop_docstring(node)
            for field in _BODIES:
                statements = getattr(node, field, None)
                if isinstance(statements, list):
                    setattr(node, field, _grouped(statements, groups, imports))
    doors = {one.bound for group in groups for one in group if (one.module, one.name) == (ROOT, "")}
    through_doors = [
        OwnImport(ROOT, name, f"{door}.{name}") for door, name in attributes if door in doors
    ]
    # ast.unparse is steadier between Python releases than ast.dump, which grows new fields.
    pieces = ast.unparse(tree).split("\0")
    parts = [groups[int(piece)] if i % 2 else piece for i, piece in enumerate(pieces)]
    return SourceText((*parts, tuple(through_doors)), tuple(imports), frozenset(data_files))


def _without_place(value: str) -> str:
    named = _NAMED_MODULE.fullmatch(value)
    return value if named is None else f"{ROOT}{named['inside'] or ''}"


def _drop_docstring(node: ast.AST) -> None:
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None:
        node.body = node.body[1:]


def _grouped(
    statements: list[ast.stmt],
    groups: list[tuple[OwnImport, ...]],
    imports: list[tuple[int, str]],
) -> list[ast.stmt]:
    """Replace own imports in a body by marks, one for each run of them; note all imports."""
    kept: list[ast.stmt] = []
    open_group = False
    for statement in statements:
        own, others = _imports(statement)
        imports += others
        if own and open_group:
            groups[-1] += own
        elif own:
            # No source text holds a null character, so that none can be taken for a mark.
            kept.append(ast.Expr(ast.Name(f"\0{len(groups)}\0")))
            groups.append(own)
        else:
            kept.append(statement)
        open_group = bool(own)
    return kept


def _imports(statement: ast.stmt) -> tuple[tuple[OwnImport, ...], list[tuple[int, str]]]:
    """Return what a statement imports from this package, or else what other names."""
    if isinstance(statement, ast.Import):
        # Without "as" the place of the module stands in every use, too.
        if all(_is_own(a.name) and (a.asname or a.name == ROOT) for a in statement.names):
            return tuple(OwnImport(a.name, "", a.asname or a.name) for a in statement.names), []
        return (), [(0, alias.name) for alias in statement.names]
    if isinstance(statement, ast.ImportFrom):
        module, aliases = statement.module or "", statement.names
        if not statement.level and _is_own(module):
            return tuple(OwnImport(module, a.name, a.asname or a.name) for a in aliases), []
        start = [module] if module else []
        names = [*start, *(".".join([*start, alias.name]) for alias in aliases)]
        return (), [(statement.level, name) for name in names]
    return (), []


def _is_own(module: str) -> bool:
    return module == ROOT or module.startswith(f"{ROOT}.")
