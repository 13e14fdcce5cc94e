"""Data of the page's charts, packed: as text they would be most of what the page weighs."""

import base64
import gzip
import json
from typing import Any


def packed(data: Any) -> str:
    """Return data as JSON, compressed by gzip and written in base64, the same each time.

    Parameters
    ----------
    data
        Anything that JSON can hold.
    """
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode("ascii")
