"""Figures inside the page: as text of a link, with the digits that a screen can show."""

import re
from urllib.parse import quote

_LONG = re.compile(r"-?\d*\.\d{3,}")
_BETWEEN_TAGS = re.compile(r">\s+<")
# What may stand in a link of data as it is, quotes of an attribute and marks of a tag aside.
_KEPT = " !'()*,-./:;=?@_~&+$"


def svg_source(svg: str) -> str:
    """Return a figure as the source of an image: about three quarters of what base64 would take.

    Parameters
    ----------
    svg
        As matplotlib writes it. Coordinates are rounded to a hundredth of a point, those below 1
        stay, as factors are among them.
    """
    return f"data:image/svg+xml,{quote(_BETWEEN_TAGS.sub('><', _LONG.sub(_rounded, svg)), _KEPT)}"


def _rounded(found: re.Match[str]) -> str:
    value = float(found.group())
    return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) >= 1 else found.group()
