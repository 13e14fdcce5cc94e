"""The study config: YAML read strictly, checked against its schema, made typed settings."""

import math
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from hsic_hpo.errors import InputError, did_you_mean
from hsic_hpo.spaces.space import Space
from hsic_hpo.study.settings import StudySettings
from hsic_hpo.yaml_files import read_yaml

_NOUNS = {
    "object": "a mapping of keys to values",
    "array": "a list",
    "string": "text",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
}
SCHEMA = Path(__file__).with_name("config.schema.yaml")


def validate(config: Mapping[str, Any], where: str) -> StudySettings:
    """Check a study config against the schema.

    Parameters
    ----------
    config
        What the YAML file holds.
    where
        Place named first in messages, usually the file.

    Raises
    ------
    InputError
        One line: place, key, value, what is allowed.
    """
    schema = _schema()
    errors = sorted(Draft202012Validator(schema).iter_errors(config), key=_order)
    if errors:
        raise InputError(f"{where}: {_line(errors[0])}")
    for key, value in _leaves(config, ""):
        if isinstance(value, float) and not math.isfinite(value):
            raise InputError(f"{where}: {key}: {value} is not a finite number")
    return StudySettings.of(_typed(config, schema))


def written(settings: StudySettings) -> dict[str, Any]:
    """Return settings as a study config that leaves nothing out writes them.

    Keys stand in the order of the schema; those without a default stand where they are given.
    """
    return _typed(settings.to_dict(), _schema())


def study_space(changes: Mapping[str, Any], default: Mapping[str, Any], where: str) -> Space:
    """Apply the changes of a study to the default search space of its problem.

    Parameters
    ----------
    changes
        Definitions by name: one that stands in the default replaces it, a new one is added at
        the end, None removes one.
    default
        Definitions of the problem's default space.
    where
        Place named first in messages.

    Raises
    ------
    InputError
        When a name to remove does not exist, or the space that results is not valid.
    """
    merged = dict(default)
    for name, definition in changes.items():
        if definition is None and name not in merged:
            raise InputError(
                f"{where}.{name}: null removes a hyperparameter, but there is no {name!r}; "
                f"known: {', '.join(merged)}{did_you_mean(name, merged)}"
            )
        merged[name] = definition
    kept = {name: definition for name, definition in merged.items() if definition is not None}
    for name in merged:
        if name not in kept:
            _check_unneeded(name, kept, f"{where}.{name}")
    return Space.from_dict(kept, where)


def _check_unneeded(removed: str, kept: Mapping[str, Any], where: str) -> None:
    children = [
        name
        for name, definition in kept.items()
        if isinstance(definition, Mapping)
        and isinstance(definition.get("when"), Mapping)
        and removed in definition["when"]
    ]
    if children:
        raise InputError(
            f"{where}: null removes it, but conditions of {', '.join(children)} name it; "
            "remove or replace them too"
        )


@cache
def _schema() -> dict[str, Any]:
    schema = read_yaml(SCHEMA)
    Draft202012Validator.check_schema(schema)
    return schema


def _order(error: ValidationError) -> tuple[bool, list[str]]:
    # A misspelt key explains a missing one, so unknown keys are reported first.
    return error.validator != "additionalProperties", [str(step) for step in error.absolute_path]


def _line(error: ValidationError) -> str:
    place = ".".join(str(step) for step in error.absolute_path)
    prefix = f"{place}: " if place else ""
    schema: Any = error.schema
    instance: Any = error.instance
    if error.validator == "additionalProperties":
        known = schema["properties"]
        unknown = next(key for key in instance if key not in known)
        hint = did_you_mean(unknown, known) or f"; allowed: {', '.join(known)}"
        return f"{prefix}unknown key {unknown!r}{hint}"
    if error.validator == "required":
        missing = next(key for key in schema["required"] if key not in instance)
        described = schema["properties"][missing]["description"]
        return f"{prefix}key {missing!r} is missing: {described}"
    if instance is None:
        return f"{prefix}empty; needed: {_needed(schema)}"
    if "allowed" in schema and error.validator != "type":
        return f"{prefix}{instance!r}; allowed: {schema['allowed']}{_near(schema, instance)}"
    if error.validator == "enum":
        near = did_you_mean(instance, map(str, schema["enum"]))
        return f"{prefix}{instance!r}; allowed: {_needed(schema)}{near}"
    if error.validator == "type":
        shown = str(instance).lower() if isinstance(instance, bool) else repr(instance)
        return f"{prefix}{shown} is not {_needed(schema)}"
    return f"{prefix}{error.message}"


def _near(schema: Mapping[str, Any], instance: Any) -> str:
    """Return which word of several forms was perhaps meant."""
    forms = schema.get("anyOf", ())
    known = [
        word for form in forms for word in (*form.get("enum", ()), *form.get("properties", ()))
    ]
    words = instance if isinstance(instance, Mapping) else [instance]
    return "".join(did_you_mean(word, known) for word in words if word not in known)


def _needed(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    return _NOUNS[schema["type"]] if "type" in schema else schema["allowed"]


def _leaves(value: Any, key: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, key)
    else:
        yield key, value


def _typed(value: Any, schema: Mapping[str, Any]) -> Any:
    """Return the keys that the schema knows, in its order, with numbers of its types."""
    if "properties" in schema:
        return {
            name: _typed(value[name], inner)
            for name, inner in schema["properties"].items()
            if name in value
        }
    if schema.get("type") == "integer":
        return int(value)
    if schema.get("type") == "number":
        # Written as 1 or as 1.0, a setting is the same.
        return float(value)
    return deepcopy(value)
