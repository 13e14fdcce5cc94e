"""Files that are whole or absent: atomic writes, and netCDF reads that explain themselves."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import xarray as xr

from hsic_hpo.errors import InputError


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
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.tmp{path.suffix}")
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(text: str, path: Path | str) -> None:
    """Write ``text`` as UTF-8 to ``path``, atomically."""
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_netcdf(dataset: xr.Dataset, path: Path | str) -> None:
    """Write ``dataset`` as netCDF4 to ``path``, atomically.

    Numeric variables are compressed without loss.
    """
    encoding = {
        name: {"zlib": True, "complevel": 4}
        for name, variable in dataset.variables.items()
        if variable.dtype.kind in "iufb" and variable.ndim
    }
    with atomic(path) as temporary:
        dataset.to_netcdf(temporary, engine="netcdf4", format="NETCDF4", encoding=encoding)


def read_netcdf(path: Path | str) -> xr.Dataset:
    """Read the whole netCDF file ``path`` into memory and close it.

    Raises
    ------
    InputError
        When the file is missing or is not a readable netCDF4 file.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    try:
        with xr.open_dataset(path, engine="netcdf4") as dataset:
            # How a file was stored must not decide how the next one is.
            return dataset.load().drop_encoding()
    except (OSError, RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise InputError(
            f"{path}: not a readable netCDF4 file ({reason}); it may be truncated: "
            "delete it and run again"
        ) from error
