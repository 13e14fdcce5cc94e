"""Which configurations a part of a space admits."""

from collections.abc import Mapping
from typing import Any

from hsic_hpo.spaces.subspace import Subspace


def admits(part: Subspace, name: str, configuration: Mapping[str, Any]) -> bool:
    """Tell whether a configuration has a value of a hyperparameter that a part admits, or none."""
    if name not in configuration:
        return True
    if part.free is not None and name in part.free.names:
        return part.free[name].contains(configuration[name])
    return bool(configuration[name] == part.fixed[name])
