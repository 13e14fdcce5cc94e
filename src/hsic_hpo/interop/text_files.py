"""The text of a file from elsewhere: any UTF encoding, perhaps compressed; never a pickle."""

import gzip
import zlib
from pathlib import Path

from hsic_hpo.errors import InputError

_PICKLES = (".pkl", ".pickle", ".joblib", ".pt", ".pth")
# Protocols 2 and later start with this and their number.
_PICKLE_MARK = 0x80
_LATEST_PROTOCOL = 9
_GZIP = b"\x1f\x8b"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_OTHERS = {
    b"PK\x03\x04": "a ZIP archive",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "an SQLite database; only those of Optuna and NNI can be read",
    b"\x89HDF": (
        "an HDF5 or netCDF file; save its table as CSV, or explain the study that it is of: "
        "hsic-hpo explain results/<study>"
    ),
    b"CDF": "a netCDF file; save its table as CSV",
}


def read_text(path: Path | str) -> str:
    """Return the text of a file.

    Parameters
    ----------
    path
        UTF-8, with or without a byte order mark, or UTF-16 with one; plain or gzip.

    Raises
    ------
    InputError
        One line: no such file, a folder, a pickle (which is never opened, as it can run code), or
        what it is instead of text.
    """
    path = Path(path)
    refuse_pickle(path)
    try:
        content = path.read_bytes()
        if content.startswith(_GZIP):
            content = gzip.decompress(content)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise InputError(f"{path}: not a readable gzip file; it may be truncated") from None
    except OSError as error:
        raise InputError(f"{path}: not a readable file ({error.strerror or error})") from None
    if _is_pickle(content):
        raise InputError(f"{path}: {_REFUSED}")
    for mark, what in _OTHERS.items():
        if content.startswith(mark):
            raise InputError(f"{path}: {what}")
    try:
        return content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text (byte {error.start})") from None


_REFUSED = (
    "a pickle, which can run code when it is opened; save the trials as CSV or JSON, or give the "
    "study or DataFrame itself in Python"
)


def refuse_pickle(path: Path | str) -> None:
    """Refuse a file that is a pickle by its name.

    Raises
    ------
    InputError
        One line that says what to do instead.
    """
    if Path(path).suffix.lower() in _PICKLES:
        raise InputError(f"{path}: {_REFUSED}")


def _is_pickle(content: bytes) -> bool:
    return len(content) > 1 and content[0] == _PICKLE_MARK and content[1] <= _LATEST_PROTOCOL
