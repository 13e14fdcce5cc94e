"""Settings that a person gives as keywords."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from hsic_hpo.errors import did_you_mean
from hsic_hpo.selection.settings import SelectionSettings
from hsic_hpo.sensitivity.settings import AnalysisSettings

Settings = TypeVar("Settings", AnalysisSettings, SelectionSettings)


def settings_of(
    function: str, kind: type[Settings], given: Mapping[str, Any], *others: str
) -> Settings:
    """Return settings from the keywords of a function of the front door.

    Parameters
    ----------
    function
        Its name.
    kind
        Which settings.
    given
        By name.
    *others
        Keywords of the function itself, which are allowed as well.

    Raises
    ------
    TypeError
        One line, for an unknown keyword, as Python's own: what was given and what is allowed.
    InputError
        For a value that is not allowed.
    """
    known: list[str] = [field.name for field in fields(kind)]
    allowed = [*others, *(name for name in known if name not in others)]
    for name in given:
        if name not in known:
            raise TypeError(
                f"{function}() got an unexpected keyword argument {name!r}; allowed: "
                f"{', '.join(allowed)}{did_you_mean(name, allowed)}"
            )
    return kind(**given)
