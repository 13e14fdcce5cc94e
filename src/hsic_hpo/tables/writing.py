"""Tables and plain sentences from Datasets; no index is computed here."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hsic_hpo.errors import InputError
from hsic_hpo.files import write_text
from hsic_hpo.wording import number

# Characters that LaTeX reads as commands, or that its usual fonts lack.
_IN_LATEX = str.maketrans(
    {special: rf"\{special}" for special in "&%$#_{}"}
    | {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        "±": r"$\pm$",
        "×": r"$\times$",
        "≤": r"$\leq$",
        "≥": r"$\geq$",
        "≠": r"$\neq$",
        "\n": " ",
    }
)


def write_table(table: pd.DataFrame, path: Path | str, *, remark: str = "") -> None:
    """Write a table atomically in the format of the suffix of ``path``.

    Parameters
    ----------
    table
        Any table of this module; its row labels are not written.
    path
        File that ends in ``.csv`` (all digits, for machines), ``.md`` (three significant digits,
        for people) or ``.tex`` (the same in LaTeX, for the package booktabs).
    remark
        A sentence to stand below the Markdown or LaTeX table.

    Raises
    ------
    InputError
        When the suffix is another one.
    """
    suffix = Path(path).suffix.lower()
    if suffix == ".csv":
        write_text(table.to_csv(index=False, lineterminator="\n"), path)
    elif suffix == ".tex":
        write_text(_latex(table) + (f"\n{_escaped(remark)}\n" if remark else ""), path)
    elif suffix == ".md":
        write_text(_markdown(table) + (f"\n{remark}\n" if remark else ""), path)
    else:
        raise InputError(f"{path}: cannot write a table as {suffix!r}; use .csv, .md or .tex")


def _markdown(table: pd.DataFrame) -> str:
    header = [_cell(str(name).replace("_", " ")) for name in table.columns]
    # Numbers stand to the right, so that their digits line up.
    ruler = ["--:" if kind.kind in "if" else "---" for kind in table.dtypes]
    rows = [[_cell(value) for value in row] for row in table.itertuples(index=False)]
    return "".join(f"| {' | '.join(row)} |\n" for row in [header, ruler, *rows])


def _latex(table: pd.DataFrame) -> str:
    shown = pd.DataFrame(
        {
            _escaped(str(name).replace("_", " ")): [_escaped(cell_text(value)) for value in column]
            for name, column in table.items()
        }
    )
    numeric = "".join("r" if kind.kind in "if" else "l" for kind in table.dtypes)
    return shown.style.hide(axis="index").to_latex(hrules=True, column_format=numeric)


def _escaped(text: str) -> str:
    return text.translate(_IN_LATEX)


def _cell(value: Any) -> str:
    # A bar or a line break would end the cell.
    return cell_text(value).replace("|", "\\|").replace("\n", " ")


def cell_text(value: Any) -> str:
    """Return the text of a table's cell: numbers to three significant digits, empty if missing."""
    if pd.isna(value):
        return ""
    if isinstance(value, bool | np.bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number(value)
    return str(value)
