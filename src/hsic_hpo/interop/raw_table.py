"""A table as it was read, before anything is known of its columns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class RawTable:
    """Rows of trials, and what their source tells beside them.

    Attributes
    ----------
    frame
        One row a trial; the index holds what to call each row in messages: ``"line 7"``.
    where
        Place named first in messages.
    error
        Column of the error, where the source tells.
    maximise
        Whether more of it is better, where the source tells.
    space
        Definitions of the search space, where they are stored with the trials.
    notes
        What a reader must know of how the rows were read, a sentence each.
    attrs
        Attributes of the trials Dataset, such as how the trials were drawn.
    """

    frame: pd.DataFrame
    where: str
    error: str | None = None
    maximise: bool | None = None
    space: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()
    attrs: Mapping[str, str] = field(default_factory=dict)
