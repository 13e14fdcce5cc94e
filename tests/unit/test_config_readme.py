"""The reference of study configs agrees with the schema, the problem and the code."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from hsic_hpo import config, study
from hsic_hpo.definitions import KEYS
from hsic_hpo.errors import InputError
from hsic_hpo.problems.bateman import Bateman
from hsic_hpo.problems.spaces import Accepted
from hsic_hpo.space import Space

README = Path(__file__).parents[2] / "config" / "README.md"
TEXT = README.read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
MESSAGES = re.findall(r"^config/my_study\.yaml: (.*)$", TEXT, re.MULTILINE)


def tables(header: str) -> dict[str, list[str]]:
    """Return the cells of all tables whose first column has this name, by their first cell."""
    rows: dict[str, list[str]] = {}
    inside = False
    for line in TEXT.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        inside = line.startswith("|") and (inside or cells[0] == header)
        if inside and cells[0] != header and not cells[0].startswith("---"):
            assert cells[0] not in rows
            rows[cells[0].strip("`")] = cells
    return rows


def leaves(schema: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, inner in schema["properties"].items():
        if "properties" in inner:
            yield from leaves(inner, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", inner


SCHEMA = dict(leaves(config.load(config.SCHEMA)))


def number(text: str) -> float:
    return float(text.replace(" ", ""))


def test_exactly_the_keys_of_the_schema_are_documented_in_its_order() -> None:
    documented = tables("key")
    assert sorted(documented) == sorted(SCHEMA)
    nested = [key for key in documented if "." in key]
    assert nested == [key for key in SCHEMA if "." in key]


@pytest.mark.parametrize("key", SCHEMA)
def test_defaults_and_allowed_values_are_those_of_the_schema(key: str) -> None:
    _, _, allowed, default = tables("key")[key]
    schema = SCHEMA[key]
    if "default" in schema:
        assert yaml.safe_load(default.strip("`")) == schema["default"]
    else:
        assert default == ("none" if "." in key else "required")
    for choice in schema.get("enum", []):
        assert f"`{choice}`" in allowed
    limits = [schema.get(name) for name in ("minimum", "maximum")]
    if limits != [None, None]:
        noun = schema["type"]
        found = re.fullmatch(
            rf"{noun} (?:≥ ([\d ]+)|from ([\d ]+) to ([\de ]+)|above 0, up to (\S+))", allowed
        )
        assert found is not None
        stated = [number(text) for text in found.groups() if text]
        assert stated == [limit for limit in limits if limit is not None]
        assert ("above 0" in allowed) == (schema.get("exclusiveMinimum") == 0)
    if "exclusiveMaximum" in schema:
        assert allowed == "between 0 and 1"
        assert (schema["exclusiveMinimum"], schema["exclusiveMaximum"]) == (0, 1)


def test_the_bandwidths_are_those_of_the_schema() -> None:
    allowed = tables("key")["sensitivity.bandwidth"][2]
    assert allowed.replace("`", "") == SCHEMA["sensitivity.bandwidth"]["allowed"].removeprefix("a ")


def test_the_options_of_the_problem_are_those_of_the_code() -> None:
    documented = tables("option")
    declared = {option.name: option for option in fields(Bateman)}
    assert list(documented) == list(declared)
    for name, (_, _, allowed, default) in documented.items():
        option = declared[name]
        assert yaml.safe_load(default.strip("`")) == option.default
        noun = {int: "integer", float: "number"}[option.type]
        found = re.fullmatch(rf"{noun} from ([\d. ]+) to ([\d ]+)", allowed)
        assert found is not None
        stated = [number(text) for text in found.groups()]
        assert stated == [option.metadata["minimum"], option.metadata["maximum"]]


def row(name: str, definition: Mapping[str, Any], accepted: Accepted) -> str:
    """Write a hyperparameter as the table of the default space does."""
    parameter = Space.from_dict({name: {k: v for k, v in definition.items() if k != "when"}})[name]
    if definition["type"] == "categorical":
        searched = ", ".join(f"`{level}`" for level in parameter.levels)
        others = [f"`{level}`" for level in accepted.levels if level not in parameter.levels]
        accepts = f"also {', '.join(others)}" if others else ""
    elif definition["type"] == "boolean":
        searched = f"true with probability {definition.get('probability', 0.5):g}"
        accepts = ""
    else:
        low, high = definition["range"]
        scale = ", log" if definition.get("scale") == "log" else ""
        searched = f"{definition['type']} in [{low:g}, {high:g}]{scale}"
        accepts = f"{accepted.minimum:g} to {accepted.maximum:g}".replace("inf", "∞")
    when = yaml.safe_dump(definition.get("when", {}), default_flow_style=True, width=999).strip()
    default = str(accepted.default).lower()
    return (
        f"| `{name}` | {searched} | {f'`{when}`' if when != '{}' else ''} | {accepts} "
        f"| `{default}` |"
    )


def test_the_default_space_is_that_of_the_problem() -> None:
    problem = Bateman()
    rows = [
        row(name, definition, problem.accepted[name])
        for name, definition in problem.default_space().items()
    ]
    assert set(problem.accepted) == set(problem.default_space())
    assert "\n".join(rows) in TEXT


def test_the_types_have_the_documented_keys() -> None:
    documented = tables("type")
    assert {name: set(re.findall(r"`(\w+)`", cells[1])) for name, cells in documented.items()} == {
        name: set(keys) for name, keys in KEYS.items()
    }


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.splitlines()[0][:40])
def test_every_example_is_valid(block: str, tmp_path: Path) -> None:
    path = tmp_path / "example.yaml"
    path.write_text(block, encoding="utf-8")
    if block.startswith("study:"):
        study.read([path])
    else:
        Space.from_dict(config.load(path))


def test_there_are_examples_of_everything() -> None:
    definitions = [
        definition
        for block in BLOCKS
        if not block.startswith("study:")
        for definition in yaml.safe_load(block).values()
    ]
    for kind, keys in KEYS.items():
        used = {key for what in definitions if what["type"] == kind for key in what}
        assert set(keys) <= used
    tests = [test for what in definitions for test in what.get("when", {}).values()]
    operators = {name for test in tests if isinstance(test, dict) for name in test}
    assert operators >= {"in", "not", "<", ">", ">="}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("training: {epoch: 3}", MESSAGES[0]),
        ("space: {n_units: {type: integer, range: [512, 7]}}", MESSAGES[1]),
    ],
)
def test_the_messages_shown_are_real(text: str, line: str, tmp_path: Path) -> None:
    path = tmp_path / "my_study.yaml"
    path.write_text(f"study: my_study\n{text}")
    with pytest.raises(InputError) as error:
        study.read([path])
    assert str(error.value) == f"{path}: {line}"


def test_the_links_lead_to_headings() -> None:
    headings = re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#(.*?)\)", TEXT)) <= anchors
