"""The reference of study configs agrees with the schema, the problem and the code."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
import yaml

from hsic_hpo.errors import InputError
from hsic_hpo.problems.bateman import Bateman
from hsic_hpo.problems.dense_space import Accepted
from hsic_hpo.problems.hpolib import DATASETS, Hpolib
from hsic_hpo.problems.mnist import N_VALIDATION, FashionMnist, Mnist
from hsic_hpo.problems.registry import PROBLEMS, load_problem
from hsic_hpo.problems.runge import Runge
from hsic_hpo.search import methods
from hsic_hpo.selection.decisions import ROLES
from hsic_hpo.spaces.parsing import KEYS
from hsic_hpo.spaces.space import Space
from hsic_hpo.study import config, study
from hsic_hpo.study.settings import StudySettings
from hsic_hpo.training.machine import DEVICES, PRECISIONS, machine

ROOT = Path(__file__).parents[2]
README = ROOT / "config" / "README.md"
TEXT = README.read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
MESSAGES = re.findall(r"^config/my_study\.yaml: (.*)$", TEXT, re.MULTILINE)


def section(heading: str) -> str:
    """Return what stands below a heading, up to the next one."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def tables(header: str, text: str = TEXT) -> dict[str, list[str]]:
    """Return the cells of all tables whose first column has this name, by their first cell."""
    rows: dict[str, list[str]] = {}
    inside = False
    for line in text.splitlines():
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


SCHEMA = dict(leaves(config.read_yaml(config.SCHEMA)))
METHODS = dict(config.read_yaml(config.SCHEMA)["properties"]["search"]["properties"])
# The one key beside them.
METHODS.pop("rungs")
REQUIRED = {"study"} | {
    f"search.{method}.{key}"
    for method, schema in METHODS.items()
    for key in schema.get("required", [])
}
# Everything that has a default: sections that a study must ask for stand there, empty.
FILLED = config.written(
    config.validate(
        {
            "study": "x",
            "training": {"early_stopping": {}},
            "random_search": {"stop": {}},
            "search": {
                method: dict.fromkeys(schema.get("required", []), 1)
                for method, schema in METHODS.items()
            },
            "final": {"training": {"early_stopping": {}}},
        },
        "README",
    )
)


# Written where it is asked for alone.
FILLED["search"]["rungs"] = StudySettings.search_rungs


def filled(key: str) -> Any:
    """Return the default of a key, None where it has none."""
    value: Any = FILLED
    for name in key.split("."):
        value = value.get(name)
    return value


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
    if key in REQUIRED:
        assert default == "required"
    elif filled(key) is not None:
        assert yaml.safe_load(default.strip("`")) == filled(key)
    else:
        assert default == "none"
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
    if "pattern" in schema:
        assert _words(allowed) == _words(schema["allowed"])
    if "exclusiveMaximum" in schema:
        assert allowed == "between 0 and 1"
        assert (schema["exclusiveMinimum"], schema["exclusiveMaximum"]) == (0, 1)


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"[\w:-]+", text) if word not in ("and", "-")]


def test_the_problems_are_those_of_the_package() -> None:
    documented = tables("problem")
    assert list(documented) == list(PROBLEMS)
    assert tables("key")["problem.name"][2] == ", ".join(f"`{name}`" for name in PROBLEMS)
    for name, (_, _, error) in documented.items():
        problem = load_problem({"name": name})
        units = "" if problem.error_units == "1" else f", {problem.error_units}"
        assert error == f"{problem.error_name}{units}"


def test_the_searches_that_run_without_a_section_are_those_of_the_schema() -> None:
    default = config.validate({"study": "x"}, "README").search
    assert f"Without `search`, {' and '.join(f'`{name}`' for name in default)} are." in TEXT


def test_the_roles_of_an_override_are_those_of_the_code() -> None:
    stated = re.search(r"`role` \((.*?)\)", tables("key")["selection.override"][1])
    assert stated is not None
    assert re.findall(r"`(.*?)`", stated[1]) == [role for role in ROLES if role != "fix"]


def test_the_methods_that_weigh_the_cost_are_those_of_the_code() -> None:
    names = ", ".join(f"`{name}`" for name, method in methods.METHODS.items() if method.weighs_cost)
    assert f"weigh the cost ({names})" in tables("key")["final.tolerance"][1]


def test_the_bandwidths_are_those_of_the_schema() -> None:
    allowed = tables("key")["sensitivity.bandwidth"][2]
    assert allowed.replace("`", "") == SCHEMA["sensitivity.bandwidth"]["allowed"].removeprefix("a ")


SECTIONS = {
    "The Bateman problem": Bateman,
    "Runge's function": Runge,
    "MNIST and Fashion-MNIST": Mnist,
    "Tabulated networks": Hpolib,
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_problem_has_its_section(name: str) -> None:
    kind = type(load_problem({"name": name}))
    (heading,) = (heading for heading, what in SECTIONS.items() if issubclass(kind, what))
    assert f"`problem: {{name: {name}}}`" in section(heading)
    assert [option.name for option in fields(kind)] == list(tables("option", section(heading)))


@pytest.mark.parametrize("heading", SECTIONS)
def test_the_options_of_a_problem_are_those_of_the_code(heading: str) -> None:
    documented = tables("option", section(heading))
    declared = {option.name: option for option in fields(SECTIONS[heading])}
    assert list(documented) == list(declared)
    for name, (_, _, allowed, default) in documented.items():
        option = declared[name]
        assert yaml.safe_load(default.strip("`")) == option.default
        if option.type is str:
            continue
        noun = {int: "integer", float: "number"}[option.type]
        found = re.fullmatch(rf"{noun} from ([\d. ]+) to ([\d ]+)", allowed)
        assert found is not None
        stated = [number(text) for text in found.groups()]
        assert stated == [option.metadata["minimum"], option.metadata["maximum"]]


def test_the_texts_that_options_allow_are_those_of_the_code() -> None:
    _, _, allowed, _ = tables("option", section("Tabulated networks"))["dataset"]
    assert allowed == ", ".join(f"`{name}`" for name in DATASETS)
    assert (
        "from `/` or `~`, or empty"
        in tables("option", section("MNIST and Fashion-MNIST"))["folder"][2]
    )
    for folder in ("", "/data", "~/data"):
        assert Mnist(folder=folder).folder == folder
    with pytest.raises(InputError):
        Mnist(folder="data")


def test_the_sources_of_images_are_those_of_the_code() -> None:
    text = section("MNIST and Fashion-MNIST")
    for kind, first in ((Mnist, "OpenML"), (FashionMnist, "Debian's package")):
        names = [name.split()[-1] for name in kind.images.sources]
        assert all(name in text for name in names)
        assert first.split("'")[0] in next(iter(kind.images.sources))
    assert f"{N_VALIDATION // 1000} 000 of the 60 000" in text


def test_the_space_of_images_is_written_where_it_differs() -> None:
    problem, other = Mnist(), Bateman()
    assert FashionMnist().default_space() == problem.default_space()
    spaces = problem.default_space(), other.default_space()
    assert list(spaces[0]) == list(spaces[1])
    rows = [
        (row(name, definition, problem.accepted[name]), row(name, base, other.accepted[name]))
        for (name, definition), base in zip(spaces[0].items(), spaces[1].values(), strict=True)
    ]
    changed = [one for one, base in rows if one != base]
    documented = tables("hyperparameter", section("MNIST and Fashion-MNIST"))
    assert len(documented) == len(changed)
    assert "\n".join(changed) in section("MNIST and Fashion-MNIST")


def test_the_space_of_runge_is_that_of_bateman() -> None:
    assert Runge().default_space() == Bateman().default_space()
    assert Runge().accepted == Bateman().accepted


def test_the_tabulated_levels_are_those_of_the_code() -> None:
    documented = tables("hyperparameter", section("Tabulated networks"))
    assert {name: cells[1] for name, cells in documented.items()} == {
        name: ", ".join(f"`{level}`" for level in definition["levels"])
        for name, definition in Hpolib().default_space().items()
    }


def test_the_settings_of_the_machine_are_those_of_the_profile() -> None:
    profile = yaml.safe_load((ROOT / "workflow/profiles/default/config.yaml").read_text())
    documented = tables("setting")
    stated = {name: yaml.safe_load(cells[3].strip("`")) for name, cells in documented.items()}
    nested = {f"config: {name}": value for name, value in profile["config"].items()}
    assert stated == nested | {name: profile[name] for name in ("cores", "retries")}


def test_the_resources_of_trainings_are_those_of_the_code() -> None:
    documented = tables("resource")
    defaults = {name: what.default for name, what in signature(machine).parameters.items()}
    assert {name: cells[3].strip("`") for name, cells in documented.items()} == defaults
    assert {
        name: tuple(re.findall(r"`(\w+)`", cells[2])) for name, cells in documented.items()
    } == {
        "device": DEVICES,
        "precision": PRECISIONS,
    }
    stated = re.search(r"resources of the rules (.*?),\s+given", TEXT, re.DOTALL)
    assert stated is not None
    rules = "\n".join(path.read_text() for path in (ROOT / "workflow/rules").glob("*.smk"))
    trainings = {"train", *re.findall(r"use rule train as (\w+) with:", rules)}
    assert set(re.findall(r"`(\w+)`", stated[1])) == trainings


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
        study.read_study([path])
    else:
        Space.from_dict(config.read_yaml(path))


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
        study.read_study([path])
    assert str(error.value) == f"{path}: {line}"


def test_the_links_lead_to_headings() -> None:
    headings = re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#(.*?)\)", TEXT)) <= anchors
