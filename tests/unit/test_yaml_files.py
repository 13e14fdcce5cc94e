"""What is written as YAML reads back as the same, one line a key."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hsic_hpo.yaml_files import parse_yaml, values_of_texts, yaml_lines

# Texts that one version of YAML or the other takes for a number, a truth value, a date or null.
TEXTS = ["1e-4", "no", "yes", "on", "010", "1:30", "~", "null", "2020-01-01", "=", "<<", "0o7"]
texts = st.sampled_from([*TEXTS, "a: b", "# c", "ü", "x" * 200]) | st.text(
    st.characters(exclude_categories=["C", "Z"]), min_size=1
)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
scalars = texts | numbers | st.booleans() | st.none()
definitions = st.dictionaries(texts, scalars | st.lists(scalars) | st.dictionaries(texts, scalars))


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(texts, definitions, min_size=1))
def test_yaml_reads_back(content: dict[str, Any]) -> None:
    assert parse_yaml(yaml_lines(content), "here") == content


def test_each_key_has_a_line_of_its_own() -> None:
    content = {
        "lr": {"type": "float", "range": [1e-5, 0.1], "scale": "log"},
        "opt": {"type": "categorical", "levels": ["no", "adam"], "when": {"lr": {">": 0.01}}},
    }
    assert yaml_lines(content) == (
        "lr: {type: float, range: [1.0e-05, 0.1], scale: log}\n"
        "opt: {type: categorical, levels: ['no', adam], when: {lr: {'>': 0.01}}}\n"
    )


def test_texts_that_were_values_become_values_again() -> None:
    told = {"epochs": "40", "rates": ["1e-4", ".5"], "nested": {"on": "true", "none": "null"}}
    meant = {"epochs": 40, "rates": [1e-4, 0.5], "nested": {"on": True, "none": None}}
    assert values_of_texts(told) == meant
    kept = {"study": "a b", "empty": "", "no": "no", "list": "[1", "number": 3, "share": 0.5}
    assert values_of_texts(kept) == kept
