"""Atomic writes, so that files are complete or absent, and netCDF reads with clear errors."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import xarray as xr

from hsic_hpo.errors import InputError

# Bytes that a file system and netCDF may need beside the data, and that a study needs to go on.
_OVERHEAD = 2**16
# A compressed variable has chunks with an index, which take about as many bytes.
_SMALL = 4096
_LEAST_SPACE = 10**7


@contextmanager
def atomic(path: Path | str) -> Iterator[Path]:
    """Give a temporary path beside ``path`` that replaces ``path`` when the block succeeds.

    The temporary file is flushed to disk before it takes the name, so that a crash or a full
    disk leaves either the former file or the complete new one, never a part of it. It keeps the
    suffix of ``path``, because several writers choose their format by it.

    Parameters
    ----------
    path
        File to create or replace; missing parent folders are created.

    Yields
    ------
    Path
        Where the block must write.

    Raises
    ------
    OSError
        When the file cannot be written; it names the file.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.tmp{path.suffix}")
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    except OSError as error:
        error.filename = error.filename or str(path)
        raise
    finally:
        temporary.unlink(missing_ok=True)


def write_text(text: str, path: Path | str) -> None:
    """Write ``text`` as UTF-8 to ``path``, atomically."""
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_netcdf(dataset: xr.Dataset, path: Path | str) -> None:
    """Write ``dataset`` as netCDF4 to ``path``, atomically.

    Large numeric variables are compressed without loss.

    Raises
    ------
    OSError
        When the disk is full, which netCDF reports by misleading errors, or not writable.
    """
    encoding = {
        name: {"zlib": True, "complevel": 4}
        for name, variable in dataset.variables.items()
        if variable.dtype.kind in "iufb" and variable.nbytes > _SMALL
    }
    with atomic(path) as temporary:
        try:
            dataset.to_netcdf(temporary, engine="netcdf4", format="NETCDF4", encoding=encoding)
        except (OSError, RuntimeError) as error:
            if _free(temporary.parent) < dataset.nbytes + _OVERHEAD:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path)) from error
            raise


def read_netcdf(path: Path | str) -> xr.Dataset:
    """Read the whole netCDF file ``path`` into memory and close it.

    Raises
    ------
    InputError
        When the file is missing or is not a readable netCDF4 file.
    """
    with _opened(path) as dataset:
        # The encoding of a file that was read must not decide how results are stored.
        return dataset.load().drop_encoding()


def read_header(path: Path | str) -> tuple[dict[str, Any], dict[str, tuple[int, ...]]]:
    """Read the attributes of the netCDF file ``path`` and the shapes of its variables, no values.

    Raises
    ------
    InputError
        When the file is missing or is not a readable netCDF4 file.
    """
    with _opened(path) as dataset:
        return dataset.attrs, {str(k): variable.shape for k, variable in dataset.variables.items()}


@contextmanager
def _opened(path: Path | str) -> Iterator[xr.Dataset]:
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    try:
        with xr.open_dataset(path, engine="netcdf4") as dataset:
            yield dataset
    except (OSError, RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise InputError(
            f"{path}: not a readable netCDF4 file ({reason}); it may be truncated: "
            "delete it and run again"
        ) from error


def space_warning(folder: Path | str) -> str:
    """Return one line that says that the disk of ``folder`` is full, if it is.

    Returns
    -------
    str
        Empty while there are 10 MB left.
    """
    free = _free(Path(folder))
    if free >= _LEAST_SPACE:
        return ""
    return (
        f"{folder}: no space left on this disk ({free / 1e6:.1f} MB free): make room and run the "
        "same command again; it goes on from what was finished"
    )


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free
