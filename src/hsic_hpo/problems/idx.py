"""IDX, the file format of MNIST and its relatives: arrays of unsigned bytes behind a short header.

A file is two zero bytes, one byte for the type (8: unsigned bytes, the only one read here), one
byte for the number of axes, the length of each axis as a big-endian 32-bit integer, and the
values in C order [1]_.

References
----------
.. [1] Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits" (1998),
   section "File formats".
"""

import gzip
import math
import zlib
from pathlib import Path

import numpy as np

from hsic_hpo.errors import InputError

UNSIGNED_BYTES = b"\x00\x00\x08"


def read_idx(path: Path) -> bytes:
    """Return the content of a file, decompressed when its name ends in ``.gz``.

    Raises
    ------
    InputError
        When the name ends in ``.gz`` and the file is not a complete gzip file.
    """
    content = path.read_bytes()
    if path.suffix != ".gz":
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"{path}: not a whole gzip file ({error}); fetch it again") from error


def decode(content: bytes, where: str) -> np.ndarray:
    """Return the uint8 array that ``content`` holds, read-only.

    Parameters
    ----------
    content
        Of an IDX file, uncompressed.
    where
        Named first in messages, usually the file.

    Raises
    ------
    InputError
        When it is not an IDX file of unsigned bytes, or shorter or longer than its header says.
    """
    n_axes = content[3] if len(content) > 3 else 0
    start = 4 + 4 * n_axes
    if content[:3] != UNSIGNED_BYTES or not n_axes or len(content) < start:
        raise InputError(f"{where}: not an IDX file of unsigned bytes; fetch it again")
    shape = tuple(int(n) for n in np.frombuffer(content, ">u4", n_axes, offset=4))
    n_values = len(content) - start
    if n_values != math.prod(shape):
        raise InputError(
            f"{where}: {n_values} values, but its header says {math.prod(shape)} "
            f"({' x '.join(map(str, shape))}): it is truncated or altered; fetch it again"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def encode(values: np.ndarray) -> bytes:
    """Return the IDX file that holds a uint8 array."""
    header = UNSIGNED_BYTES + bytes([values.ndim]) + np.array(values.shape, ">u4").tobytes()
    return header + np.ascontiguousarray(values, np.uint8).tobytes()
