"""Data are standardised by the training split, and unfit data are refused in one line."""

import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.files import write_netcdf
from hsic_hpo.problems.bateman import Bateman
from hsic_hpo.problems.data import fingerprint, read_stamp, stamp

PROBLEM = Bateman(n_species=3, n_trajectories=16)


@pytest.fixture
def dataset() -> xr.Dataset:
    return PROBLEM.generate(seed=0)


def stored(dataset: xr.Dataset, folder: Path) -> Path:
    path = folder / "data.nc"
    write_netcdf(dataset, path)
    return path


def test_all_splits_are_standardised_by_the_training_split(
    dataset: xr.Dataset, tmp_path: Path
) -> None:
    data = PROBLEM.load(stored(dataset, tmp_path))
    for kind in "xy":
        train = dataset[f"{kind}_train"].values
        mean, scale = train.mean(axis=0), train.std(axis=0)
        for split in ("train", "validation", "test"):
            expected = (dataset[f"{kind}_{split}"].values - mean) / scale
            actual = getattr(data, f"{kind}_{split}")
            assert actual.dtype == np.float32
            np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        data.physical(data.y_test), dataset["y_test"].values, rtol=1e-5, atol=1e-6
    )


def test_fingerprint_is_of_the_arrays_not_of_the_file(dataset: xr.Dataset, tmp_path: Path) -> None:
    data = PROBLEM.load(stored(dataset, tmp_path))
    plain = tmp_path / "uncompressed.nc"
    dataset.to_netcdf(plain)
    assert data.fingerprint == PROBLEM.load(plain).fingerprint == fingerprint(dataset)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.assign(x_train=d["x_train"] + 1e-15),
        lambda d: d.rename(x_train="x_learn"),
        lambda d: d.assign_coords(output=["a", "b", "c"]),
        lambda d: d.assign(x_train=d["x_train"].astype("float32")),
    ],
)
def test_fingerprint_sees_values_names_and_types(dataset: xr.Dataset, change: object) -> None:
    assert fingerprint(change(dataset)) != fingerprint(dataset)  # type: ignore[operator]


def test_a_stamp_is_read_without_the_arrays(dataset: xr.Dataset, tmp_path: Path) -> None:
    path = stored(dataset, tmp_path)
    data = PROBLEM.load(path)
    read = read_stamp(path)
    assert (read.fingerprint, read.training_samples) == (data.fingerprint, len(data.x_train))
    # Only who reads the arrays sees that they are others.
    assert read_stamp(stored(dataset.assign(x_test=-dataset["x_test"]), tmp_path)) == read


def test_data_that_lie_elsewhere_have_no_known_number_of_samples(tmp_path: Path) -> None:
    options = stamp(xr.Dataset({"options": ((), np.array("{}", dtype=object))}))
    read = read_stamp(stored(options, tmp_path))
    assert read.fingerprint == fingerprint(options)
    assert np.isnan(read.training_samples)


@pytest.mark.parametrize("text", [None, "", "CDF"])
def test_a_stamp_of_no_data_is_refused(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "data.nc"
    if text is None:
        write_netcdf(xr.Dataset({"x_train": ("train", [1.0])}), path)
    else:
        path.write_text(text)
    with pytest.raises(InputError, match=f"^{re.escape(str(path))}: .*(is missing|not a readable)"):
        read_stamp(path)


def refused(path: Path, message: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(str(path))}: {message}$"):
        PROBLEM.load(path)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    refused(tmp_path / "data.nc", "no such file")


@pytest.mark.parametrize("kept", [0.0, 0.1, 0.5, 0.99])
def test_truncated_file_is_refused(dataset: xr.Dataset, tmp_path: Path, kept: float) -> None:
    path = stored(dataset, tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    refused(path, "not a readable netCDF4 file .*")


def test_altered_arrays_are_refused(dataset: xr.Dataset, tmp_path: Path) -> None:
    dataset["y_test"].values[0, 0] += 0.5
    refused(
        stored(dataset, tmp_path),
        r"arrays have the fingerprint \w{12}, the file says \w{12}: it was altered; "
        "delete it and run again",
    )


def test_file_without_fingerprint_is_refused(dataset: xr.Dataset, tmp_path: Path) -> None:
    del dataset.attrs["data_fingerprint"]
    refused(
        stored(dataset, tmp_path),
        "attribute 'data_fingerprint' is missing; not a data file of a study",
    )


def test_missing_variable_is_refused(dataset: xr.Dataset, tmp_path: Path) -> None:
    path = stored(stamp(dataset.drop_vars("y_test")), tmp_path)
    refused(path, "variable 'y_test' is missing")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused(
    dataset: xr.Dataset, tmp_path: Path, bad: float
) -> None:
    dataset["y_validation"].values[1, 2] = bad
    path = stored(stamp(dataset), tmp_path)
    refused(path, "y_validation holds 1 values that are not finite")


def test_constant_column_is_refused(dataset: xr.Dataset, tmp_path: Path) -> None:
    dataset["y_train"].values[:, 1] = 0.1
    path = stored(stamp(dataset), tmp_path)
    refused(
        path,
        "y_train has zero variance in column 1; "
        "every input and output must vary over the training split",
    )


def test_data_of_another_problem_are_refused(tmp_path: Path) -> None:
    path = stored(Bateman(n_species=4, n_trajectories=16).generate(seed=0), tmp_path)
    refused(path, r"x_train has shape \(32, 6\); needed: \(n, 5\) with n at least 1")


def test_splits_of_unequal_length_are_refused(dataset: xr.Dataset, tmp_path: Path) -> None:
    y_test = xr.DataArray(dataset["y_test"].values[:-1], dims=("shorter", "output"))
    path = stored(stamp(dataset.drop_vars("y_test").assign(y_test=y_test)), tmp_path)
    refused(path, "x_test has 8 samples, y_test has 7")
