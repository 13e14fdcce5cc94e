"""YAML files: read strictly, with the scalars of YAML 1.2, and written so that they read back."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from hsic_hpo.errors import InputError

_DEEPEST = 50
_MOST_VALUES = 100_000


class _Loader(yaml.SafeLoader):
    """YAML with the scalars of YAML 1.2, in which no key may be repeated.

    YAML 1.1, which PyYAML reads, takes ``1e-4`` as text, ``no`` as false, ``010`` as eight,
    ``1:30`` as ninety, and gives dates, ``<<`` and ``=`` meanings of their own.
    """

    yaml_implicit_resolvers = {}  # noqa: RUF012 - the name and shape that PyYAML looks for

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuse a mapping in which a key stands twice."""
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, str | int | float | bool):
                if key in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"key {key!r} stands twice", key_node.start_mark
                    )
                seen.add(key)
        return super().construct_mapping(node, deep)


def _integer(loader: _Loader, node: yaml.ScalarNode) -> int:
    text = loader.construct_scalar(node)
    return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))


_Loader.add_constructor("tag:yaml.org,2002:int", _integer)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int",
    re.compile(r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$"),
    list("-+0123456789"),
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(
        r"^(?:[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?[0-9]+[eE][-+]?[0-9]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
    ),
    list("-+.0123456789"),
)


def read_yaml(path: Path | str) -> dict[str, Any]:
    """Read a YAML file that holds a mapping.

    Raises
    ------
    InputError
        When the file is missing, is not YAML, has a key twice, is not a mapping, or is nested
        without end.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not a readable text file ({error})") from None
    return parse_yaml(text, path)


def parse_yaml(text: str, path: Path | str) -> dict[str, Any]:
    """Read YAML that holds a mapping; ``path`` is named first in messages.

    Raises
    ------
    InputError
        As for :func:`read_yaml`.
    """
    try:
        content = yaml.load(text, _Loader)
    except yaml.MarkedYAMLError as error:
        line = "" if error.problem_mark is None else f"line {error.problem_mark.line + 1}: "
        problem = ", ".join(part for part in (error.context, error.problem) if part)
        raise InputError(f"{path}: {line}{problem}") from None
    except yaml.YAMLError as error:
        raise InputError(f"{path}: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise InputError(f"{path}: nested too deeply") from None
    if not isinstance(content, dict):
        raise InputError(f"{path}: not a mapping of keys to values")
    _check_size(content, path)
    return content


def scalars_of_yaml_1_2(content: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return what :func:`read_yaml` would have read where a reader of YAML 1.1 read ``content``.

    Text that was written as ``1e-4`` becomes a number again. What YAML 1.1 took for something
    else than text, such as ``no``, remains that.

    Raises
    ------
    InputError
        As for :func:`read_yaml`.
    """
    plain = json.loads(json.dumps(content, default=str))
    return parse_yaml(yaml.safe_dump(plain), where)


def values_of_texts(content: Any) -> Any:
    """Return what :func:`read_yaml` would have read where a reader took all within for text.

    Snakemake does so below the first level of what follows ``--config``: of
    ``training={epochs: 40}`` it makes the text ``40``.
    """
    if isinstance(content, Mapping):
        return {key: values_of_texts(value) for key, value in content.items()}
    if isinstance(content, list):
        return [values_of_texts(value) for value in content]
    if not isinstance(content, str):
        return content
    if not content:
        return content
    loader = _Loader("")
    tag = loader.resolve(yaml.ScalarNode, content, (True, False))
    return loader.construct_object(yaml.ScalarNode(tag, content))


def _check_size(content: Any, path: Path | str) -> None:
    """Refuse aliases that make a config endless or huge: a value within itself, or many copies."""
    waiting = [(content, 0)]
    n_values = 0
    while waiting:
        value, depth = waiting.pop()
        n_values += 1
        if depth > _DEEPEST:
            raise InputError(f"{path}: nested too deeply, or an alias that contains itself")
        if n_values > _MOST_VALUES:
            raise InputError(f"{path}: more than {_MOST_VALUES} values, aliases written out")
        if isinstance(value, Mapping):
            waiting.extend((inner, depth + 1) for inner in value.values())
        elif isinstance(value, list):
            waiting.extend((inner, depth + 1) for inner in value)


class _Line(dict[str, Any]):
    """A mapping that is written in one line."""


class _Dumper(yaml.SafeDumper):
    """Quotes what either version of YAML would take for something else than text."""


_Dumper.yaml_implicit_resolvers = {
    first: [
        *yaml.SafeDumper.yaml_implicit_resolvers.get(first, []),
        *_Loader.yaml_implicit_resolvers.get(first, []),
    ]
    for first in {**yaml.SafeDumper.yaml_implicit_resolvers, **_Loader.yaml_implicit_resolvers}
}
_Dumper.add_representer(
    _Line,
    lambda dumper, line: dumper.represent_mapping("tag:yaml.org,2002:map", line, flow_style=True),
)
_Dumper.ignore_aliases = lambda *_: True  # type: ignore[method-assign]


def yaml_lines(content: Mapping[str, Mapping[str, Any]]) -> str:
    """Return YAML with a line for each key, which `read_yaml` reads as the same."""
    lines = {key: _Line(value) for key, value in content.items()}
    return str(
        yaml.dump(lines, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=float("inf"))
    )
