"""A configuration as a reader sees it, and as a file holds it."""

from collections.abc import Mapping
from typing import Any

import yaml

from hsic_hpo.digits import value_in_words


def in_words(configuration: Mapping[str, Any]) -> dict[str, str]:
    """Return the values of a configuration in words, numbers with the digits that they need."""
    return {name: value_in_words(value) for name, value in configuration.items()}


def as_yaml(configuration: Mapping[str, Any]) -> str:
    """Return a configuration with all its digits, as YAML."""
    return yaml.safe_dump(dict(configuration), sort_keys=False, allow_unicode=True)
