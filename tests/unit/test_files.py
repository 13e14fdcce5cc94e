"""Files are whole or absent."""

import errno
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hsic_hpo import files
from hsic_hpo.errors import InputError
from hsic_hpo.files import atomic, read_netcdf, space_warning, write_netcdf, write_text


def test_a_failing_write_leaves_the_former_file_and_no_rest(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    write_text("former", path)
    with pytest.raises(RuntimeError, match="half way"), atomic(path) as temporary:  # noqa: PT012
        temporary.write_text("half")
        raise RuntimeError("half way")
    assert path.read_text() == "former"
    assert list(tmp_path.iterdir()) == [path]


def test_a_succeeding_write_replaces_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "table.csv"
    write_text("former", path)
    write_text("é", path)
    assert path.read_text(encoding="utf-8") == "é"
    assert list(path.parent.iterdir()) == [path]


@pytest.fixture
def dataset() -> xr.Dataset:
    return xr.Dataset(
        {
            "number": ("trial", np.array([1.5, np.nan, np.inf])),
            "text": ("trial", np.array(["a", "", "é"], dtype=object)),
            "scalar": ((), 3),
        },
        attrs={"study": "x"},
    )


def test_netcdf_round_trip(tmp_path: Path, dataset: xr.Dataset) -> None:
    write_netcdf(dataset, tmp_path / "d.nc")
    xr.testing.assert_identical(read_netcdf(tmp_path / "d.nc"), dataset)


def test_many_small_variables_take_little_space_and_large_ones_are_compressed(
    tmp_path: Path,
) -> None:
    small, large = tmp_path / "small.nc", tmp_path / "large.nc"
    write_netcdf(xr.Dataset({f"v{i}": ("trial", np.arange(2.0)) for i in range(30)}), small)
    write_netcdf(xr.Dataset({"v": ("trial", np.zeros(100_000))}), large)
    assert small.stat().st_size < 30_000
    assert large.stat().st_size < 30_000


def test_equal_content_gives_equal_bytes(tmp_path: Path, dataset: xr.Dataset) -> None:
    write_netcdf(dataset, tmp_path / "a.nc")
    write_netcdf(dataset.copy(deep=True), tmp_path / "b.nc")
    assert (tmp_path / "a.nc").read_bytes() == (tmp_path / "b.nc").read_bytes()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read_netcdf(tmp_path / "absent.nc")
    assert str(error.value) == f"{tmp_path / 'absent.nc'}: no such file"


@pytest.mark.parametrize("keep", [0, 10, 2000])
def test_a_truncated_file_is_one_clear_line(tmp_path: Path, dataset: xr.Dataset, keep: int) -> None:
    path = tmp_path / "d.nc"
    write_netcdf(dataset, path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InputError, match="not a readable netCDF4 file") as error:
        read_netcdf(path)
    assert "\n" not in str(error.value)
    assert str(path) in str(error.value)


def left(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    usage = shutil.disk_usage(Path.cwd())._replace(free=free)
    monkeypatch.setattr(files.shutil, "disk_usage", lambda _: usage)


def test_an_error_of_the_disk_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    with pytest.raises(OSError, match="No space") as raised, atomic(path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert raised.value.filename == str(path)


@pytest.mark.parametrize("misleading", [RuntimeError("NetCDF: HDF error"), PermissionError(13, "")])
def test_netcdf_names_a_full_disk(
    tmp_path: Path, dataset: xr.Dataset, monkeypatch: pytest.MonkeyPatch, misleading: Exception
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise misleading

    monkeypatch.setattr(xr.Dataset, "to_netcdf", refuse)
    left(monkeypatch, 0)
    with pytest.raises(OSError, match=r"No space left on device: .*a\.nc"):
        write_netcdf(dataset, tmp_path / "a.nc")
    left(monkeypatch, 10**12)
    with pytest.raises(type(misleading)) as raised:
        write_netcdf(dataset, tmp_path / "a.nc")
    assert raised.value is misleading


def test_a_full_disk_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left(monkeypatch, 10**7)
    assert space_warning(tmp_path) == ""
    left(monkeypatch, 0)
    line = space_warning(tmp_path)
    assert line.startswith(f"{tmp_path}: no space left on this disk (0.0 MB free)")
    assert len(line.splitlines()) == 1
