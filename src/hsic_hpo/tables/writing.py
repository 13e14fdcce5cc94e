"""Tables and plain sentences from Datasets; no index is computed here."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hsic_hpo.digits import rounded
from hsic_hpo.errors import InputError, printable
from hsic_hpo.files import write_text

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
# LaTeX takes one of these behind the end of a row for a length, or a star, of that.
_AFTER_ROW = re.compile(r"^(\s*)([\[*])")

# Beyond these the digits of an index depend on the kind of CPU, and mean nothing.
_DIGITS = 6
# A spreadsheet reads a cell that starts so as a formula; blanks before it do not help.
_FORMULA = re.compile(r"\s*[=+\-@]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
# Within a word an underscore is no markup; in braces Markdown may read attributes of its own.
_MARKUP = re.compile(r"[\\`*\[\]<&{]|(?<!\w)_|_(?!\w)")


def write_table(table: pd.DataFrame, path: Path | str, *, remark: str = "") -> None:
    """Write a table atomically in the format of the suffix of ``path``.

    Parameters
    ----------
    table
        Any table of this module; its row labels are not written.
    path
        File that ends in ``.csv`` (for machines), ``.md`` (for people: three significant digits,
        near 1 more) or ``.tex`` (the same in LaTeX, for the package booktabs).
    remark
        A sentence to stand below the Markdown or LaTeX table.

    Raises
    ------
    InputError
        When the suffix is another one.
    """
    suffix = Path(path).suffix.lower()
    if suffix == ".csv":
        write_text(csv_text(table), path)
    elif suffix == ".tex":
        write_text(_latex(table) + (f"\n{_escaped(remark)}\n" if remark else ""), path)
    elif suffix == ".md":
        write_text(_markdown(table) + (f"\n{markdown_text(remark)}\n" if remark else ""), path)
    else:
        raise InputError(f"{path}: cannot write a table as {suffix!r}; use .csv, .md or .tex")


def write_sentence(sentence: str, path: Path | str) -> None:
    """Write a sentence where a table should stand."""
    write_table(pd.DataFrame({"note": [sentence]}), path)


def csv_text(table: pd.DataFrame) -> str:
    """Return a table as CSV, numbers to six significant digits, in which no text is a formula.

    Whole numbers keep all digits. A text that starts as a formula does to a spreadsheet (``=``,
    ``+``, ``-``, ``@``) and is no number gets an apostrophe in front, by which spreadsheets know
    text.
    """
    shown = table.map(_in_csv).rename(columns=_without_formula)
    return shown.to_csv(index=False, lineterminator="\n")


def _in_csv(value: Any) -> Any:
    if isinstance(value, float) and not value.is_integer():
        return float(f"{value:.{_DIGITS}g}")
    return _without_formula(value)


def _without_formula(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = printable(value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def markdown_text(text: str) -> str:
    """Return a text in which Markdown finds no markup: no HTML, links, code or emphasis."""
    return _MARKUP.sub(r"\\\g<0>", text)


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
    return _AFTER_ROW.sub(r"\1{\2}", text.translate(_IN_LATEX))


def _cell(value: Any) -> str:
    # A bar would end the cell.
    return markdown_text(cell_text(value)).replace("|", "\\|")


def cell_text(value: Any) -> str:
    """Return the text of a table's cell: numbers with the digits they need, empty if missing."""
    if pd.isna(value):
        return ""
    if isinstance(value, bool | np.bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return rounded(value)
    return printable(str(value).replace("\n", " "))
