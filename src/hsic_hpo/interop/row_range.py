"""Part of the rows of a table, or of the trials of a study: ``A:B``."""

import re

from hsic_hpo.errors import InputError


def row_slice(rows: str | None) -> slice:
    """Read a range of rows.

    Parameters
    ----------
    rows
        ``"A:B"``: from row A up to, but without, row B, counted from 0 as Optuna numbers trials;
        either may be left out. None for all.

    Raises
    ------
    InputError
        When it is no such range, or an empty one.
    """
    if rows is None:
        return slice(None)
    found = re.fullmatch(r"\s*(\d*)\s*:\s*(\d*)\s*", str(rows))
    ends = [int(end) if end else None for end in found.groups()] if found else []
    if not ends or (None not in ends and ends[0] >= ends[1]):  # type: ignore[operator]
        raise InputError(
            f"rows: {rows!r} is not a range of rows, such as 0:100 (the first hundred) or 100:"
        )
    return slice(*ends)
