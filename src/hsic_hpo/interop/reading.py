"""Tables of trials from files and folders, each kind known by what is in it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hsic_hpo.errors import InputError
from hsic_hpo.interop.binary_tables import read_binary_table
from hsic_hpo.interop.delimited import parse_delimited
from hsic_hpo.interop.raw_table import RawTable
from hsic_hpo.interop.scikit_learn import is_cv_results, of_cv_results
from hsic_hpo.interop.text_files import read_text
from hsic_hpo.interop.typed_columns import flat


def read_file(path: Path | str) -> RawTable:
    """Read a table: separated columns, JSON, a JSON record a line, Parquet, an Excel sheet.

    Raises
    ------
    InputError
        One line: the file, and what is wrong with it.
    """
    where = str(path)
    binary = read_binary_table(Path(path))
    if binary is not None:
        return of_frame(binary, where)
    text = read_text(path)
    start = text.lstrip()[:1]
    frame = _of_json(text, where) if start in ("{", "[") else parse_delimited(text, where)
    return of_frame(frame, where)


def of_frame(frame: pd.DataFrame, where: str) -> RawTable:
    """Return a table, with what the columns of known tools tell.

    Parameters
    ----------
    frame
        One row a trial.
    where
        Place named first in messages.
    """
    if not all(isinstance(label, str) for label in frame.index):
        frame = frame.set_axis([f"row {label}" for label in frame.index], axis="index")
    frame = frame.set_axis([str(name).strip() for name in frame.columns], axis="columns")
    if is_cv_results(frame):
        return of_cv_results(frame, where)
    if "start_time" in frame and any(str(name).startswith("params.") for name in frame):
        # MLflow lists the last run first.
        frame = frame.sort_values("start_time", kind="stable")
    return RawTable(frame, where)


def of_columns(columns: Mapping[str, Any], where: str) -> RawTable:
    """Return a table of a mapping from columns to values, such as scikit-learn's ``cv_results_``.

    Raises
    ------
    InputError
        When the columns have different lengths.
    """
    filled = {
        name: [
            None if gone else value
            for gone, value in zip(np.ma.getmaskarray(values), values, strict=True)
        ]
        if np.ma.isMaskedArray(values)
        else list(values)
        for name, values in columns.items()
        if isinstance(values, list | tuple | np.ndarray | pd.Series)
    }
    lengths = {len(values) for values in filled.values()}
    if len(lengths) != 1:
        raise InputError(f"{where}: columns have different lengths, or there are none")
    columns = {name: pd.Series(values, dtype=object) for name, values in filled.items()}
    return of_frame(pd.DataFrame(columns), where)


def _of_json(text: str, where: str) -> pd.DataFrame:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        content = _of_lines(text)
        if content is None:
            reason = " ".join(str(error).split())
            raise InputError(f"{where}: not JSON ({reason})") from None
    if isinstance(content, Mapping):
        if isinstance(content.get("hyperparameters"), list):
            raise InputError(f"{where}: a search space, not trials; give it as the space")
        if isinstance(content.get("columns"), list) and isinstance(content.get("data"), list):
            names = content["columns"]
            return _rows([dict(zip(names, row, strict=False)) for row in content["data"]], where)
        for name in ("trials", "results", "runs", "data"):
            if isinstance(content.get(name), list):
                return _rows(content[name], where)
        if content and all(isinstance(values, Mapping) for values in content.values()):
            return _rows(pd.DataFrame(content).to_dict("records"), where)
        return of_columns(content, where).frame
    return _rows(content, where)


def _of_lines(text: str) -> list[Any] | None:
    try:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        return None


def _rows(records: Any, where: str) -> pd.DataFrame:
    if not records or not all(isinstance(record, Mapping) for record in records):
        raise InputError(f"{where}: not a list of trials, each of which has keys and values")
    rows = [flat(record) for record in records]
    names = list(dict.fromkeys(name for row in rows for name in row))
    frame = pd.DataFrame({name: [row.get(name) for row in rows] for name in names}, dtype=object)
    return frame.set_axis([f"record {i}" for i in range(1, 1 + len(rows))], axis="index")
