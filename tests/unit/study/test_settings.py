"""Typed settings: defaults in one place, and limits that agree with those of the schema."""

import math
from typing import Any

import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.search.methods import METHODS, search_settings
from hsic_hpo.selection.settings import SelectionSettings
from hsic_hpo.sensitivity.settings import (
    BANDWIDTHS,
    LARGEST_BANDWIDTH,
    SMALLEST_BANDWIDTH,
    AnalysisSettings,
)
from hsic_hpo.study import config
from hsic_hpo.study.settings import StudySettings
from hsic_hpo.training.budget import Budget, Patience

SECTIONS = {"sensitivity": AnalysisSettings, "selection": SelectionSettings}
SCHEMA = config.read_yaml(config.SCHEMA)["properties"]
LIMITED = [
    pytest.param(section, key, schema, id=f"{section}.{key}")
    for section in SECTIONS
    for key, schema in SCHEMA[section]["properties"].items()
    if schema.get("type") in ("integer", "number")
]


def test_a_config_that_says_nothing_has_the_defaults_of_the_dataclasses() -> None:
    settings = config.validate({"study": "x"}, "x.yaml")
    assert settings == StudySettings(study="x")
    assert settings.sensitivity == AnalysisSettings()
    assert settings.selection == SelectionSettings()
    assert settings.search == {name: METHODS[name].defaults for name in ("gpbo", "hsic-gpbo")}
    assert settings.training.budget == Budget(epochs=60)


def test_the_analysis_has_the_seed_of_the_study() -> None:
    assert config.validate({"study": "x", "seed": 4}, "x.yaml").sensitivity.seed == 4


def test_a_search_has_the_defaults_of_its_method() -> None:
    searches = {"nsga2": {}, "hsic-gpbo": {"batch_size": 3.0}}
    found = config.validate({"study": "x", "search": searches}, "x.yaml").search
    assert list(found) == ["hsic-gpbo", "nsga2"]
    assert found["nsga2"] == METHODS["nsga2"].defaults
    assert found["hsic-gpbo"] == search_settings("hsic-gpbo", {"batch_size": 3})
    assert type(found["hsic-gpbo"].batch_size) is int


def test_early_stopping_without_more_has_its_defaults() -> None:
    given = {"study": "x", "training": {"early_stopping": {}}}
    assert config.validate(given, "x.yaml").training.budget == Budget(
        epochs=60, early_stopping=Patience()
    )


@pytest.mark.parametrize(("section", "key", "schema"), LIMITED)
def test_the_dataclass_refuses_what_the_schema_refuses(
    section: str, key: str, schema: dict[str, Any]
) -> None:
    """Only how large an integer may be is left to the machine."""
    step = 1 if schema["type"] == "integer" else 1e-9
    inside, outside = [], []
    if "minimum" in schema:
        inside.append(schema["minimum"])
        outside.append(schema["minimum"] - step)
    if "exclusiveMinimum" in schema:
        inside.append(schema["exclusiveMinimum"] + 1e-9)
        outside.append(schema["exclusiveMinimum"])
    if "exclusiveMaximum" in schema:
        inside.append(math.nextafter(schema["exclusiveMaximum"], 0))
        outside.append(schema["exclusiveMaximum"])
    if schema["type"] == "number" and "maximum" in schema:
        inside.append(schema["maximum"])
        outside.append(schema["maximum"] + step)
    assert inside
    for value in inside:
        assert getattr(SECTIONS[section](**{key: value}), key) == value
        config.validate({"study": "x", section: {key: value}}, "x.yaml")
    for value in outside:
        with pytest.raises(InputError, match=f"^{key}: "):
            SECTIONS[section](**{key: value})
        with pytest.raises(InputError, match=rf"^x.yaml: {section}\.{key}: "):
            config.validate({"study": "x", section: {key: value}}, "x.yaml")


def test_the_bandwidths_are_those_of_the_schema() -> None:
    assert SCHEMA["sensitivity"]["properties"]["bandwidth"]["anyOf"] == [
        {"type": "number", "minimum": SMALLEST_BANDWIDTH, "maximum": LARGEST_BANDWIDTH},
        {"enum": list(BANDWIDTHS)},
    ]
