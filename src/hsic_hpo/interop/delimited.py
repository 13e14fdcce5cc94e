"""A table as text with separators: commas, semicolons, tabs or bars."""

import csv
import io

import pandas as pd

from hsic_hpo.errors import InputError

_SEPARATORS = (",", ";", "\t", "|")
_SNIFFED = 20


def parse_delimited(text: str, where: str) -> pd.DataFrame:
    """Read a table with a header.

    Parameters
    ----------
    text
        Its text.
    where
        Place named first in messages.

    Returns
    -------
    pandas.DataFrame
        Cells as text, without spaces around; the index holds what to call each row, ``"line 2"``
        being the first. A column without a name, such as the index of a data frame, is left out.

    Raises
    ------
    InputError
        When there is no table in it.
    """
    if not text.strip():
        raise InputError(f"{where}: empty; a header and one row per trial are needed")
    if "\0" in text:
        raise InputError(f"{where}: not a text table (it holds zero bytes)")
    try:
        table = pd.read_csv(
            io.StringIO(text), sep=separator(text), dtype=str, keep_default_na=False, header=None
        )
    except pd.errors.EmptyDataError:
        raise InputError(f"{where}: empty; a header and one row per trial are needed") from None
    except pd.errors.ParserError as error:
        raise InputError(f"{where}: not a CSV table ({' '.join(str(error).split())})") from None
    table = table.fillna("").apply(lambda column: column.str.strip())
    header, rows = table.iloc[0], table.iloc[1:]
    rows = rows.set_axis(header.to_list(), axis="columns").loc[:, (header != "").to_list()]
    return rows.set_axis([f"line {number}" for number in range(2, 2 + len(rows))], axis="index")


def separator(text: str) -> str:
    """Return the separator by which the first lines fall into the most columns, each as many."""
    start = "\n".join(text.splitlines()[:_SNIFFED])
    return max(_SEPARATORS, key=lambda sign: _columns(start, sign))


def _columns(start: str, sign: str) -> int:
    counts = [len(row) for row in csv.reader(io.StringIO(start), delimiter=sign) if row]
    return min(counts, default=0) if counts and counts[0] == min(counts) else 0
