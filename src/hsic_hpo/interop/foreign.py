"""Which kind of source trials come from, and the table in it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from hsic_hpo.errors import InputError
from hsic_hpo.interop.raw_table import RawTable
from hsic_hpo.interop.reading import of_columns, of_frame, read_file
from hsic_hpo.interop.text_files import refuse_pickle

_SQLITE = b"SQLite format 3\x00"
_JOURNAL = "op_code"


def is_optuna(source: Any) -> bool:
    """Tell whether trials are in a study or a storage of Optuna, not in a table."""
    if isinstance(source, str | Path):
        if "://" in str(source):
            return True
        path = Path(source).expanduser()
        return path.is_file() and _is_storage(path)
    return not isinstance(source, pd.DataFrame | Mapping | list)


def _is_storage(path: Path) -> bool:
    with path.open("rb") as file:
        line = file.readline(1 << 16)
    if line.startswith(_SQLITE):
        return True
    try:
        record = json.loads(line)
    except ValueError:
        return False
    return isinstance(record, dict) and _JOURNAL in record


def read_source(source: Any) -> RawTable:
    """Read the table that a source holds, see :func:`hsic_hpo.interop.sources.trials_from`.

    Raises
    ------
    InputError
        When there is none.
    """
    if isinstance(source, pd.DataFrame):
        return of_frame(source, "trials")
    if isinstance(source, Mapping):
        return of_columns(source, "trials")
    if isinstance(source, list):
        return of_frame(pd.DataFrame(source), "trials")
    path = Path(source).expanduser()
    refuse_pickle(path)
    if not path.exists():
        raise InputError(f"{source}: no such file")
    return read_file(path)
