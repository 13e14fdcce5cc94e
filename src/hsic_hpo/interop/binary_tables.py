"""Tables in Parquet and Excel files, read by pandas with the library that it needs for them."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from hsic_hpo.errors import InputError


class _Kind(NamedTuple):
    name: str
    read: Callable[[Path], pd.DataFrame]
    library: str


_KINDS = {
    b"PAR1": _Kind("Parquet", pd.read_parquet, "pyarrow"),
    b"PK\x03\x04": _Kind("Excel", pd.read_excel, "openpyxl"),
}


def read_binary_table(path: Path) -> pd.DataFrame | None:
    """Read a table from a Parquet file, or from the first sheet of an Excel file.

    Parameters
    ----------
    path
        A file, known by how it begins.

    Returns
    -------
    pandas.DataFrame
        None for a file of another kind.

    Raises
    ------
    InputError
        One line: which library is missing, or that the file has no table.
    """
    try:
        with path.open("rb") as file:
            kind = _KINDS.get(file.read(4))
    except OSError:
        # What reads text says what is wrong with it.
        return None
    if kind is None:
        return None
    try:
        table = kind.read(path)
    except ImportError:
        raise InputError(
            f"{path}: a file of {kind.name}; to read it, install {kind.library} "
            f"(pip install {kind.library}), or save its table as CSV"
        ) from None
    except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: not a readable table of {kind.name} ({reason})") from None
    return table.reset_index(drop=True)
