"""Text in any UTF encoding is read; pickles and binary files are refused by name or content."""

import gzip
import pickle
from pathlib import Path

import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.interop.text_files import read_text

TEXT = "lr;größe\n0,1;2\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("zipped", [False, True])
def test_text_is_read(tmp_path: Path, encoding: str, zipped: bool) -> None:
    content = TEXT.encode(encoding)
    path = tmp_path / "trials.csv"
    path.write_bytes(gzip.compress(content) if zipped else content)
    assert read_text(path) == TEXT


@pytest.mark.parametrize("name", ["t.pkl", "t.PICKLE", "t.joblib", "t.pt", "t.csv", "t.csv.gz"])
def test_a_pickle_is_refused_and_never_opened(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    content = pickle.dumps({"x": [1]})
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    with pytest.raises(InputError) as error:
        read_text(path)
    assert str(error.value) == (
        f"{path}: a pickle, which can run code when it is opened; save the trials as CSV or JSON, "
        "or give the study or DataFrame itself in Python"
    )


def test_a_pickle_is_refused_before_it_is_looked_for(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a pickle"):
        read_text(tmp_path / "absent.pkl")


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"PK\x03\x04rest", "a ZIP archive"),
        (b"PAR1rest", "a Parquet file"),
        (b"SQLite format 3\x00", "an SQLite database; only those of Optuna and NNI"),
        (b"\x89HDF\r\n", "an HDF5 or netCDF file; save its table as CSV, or explain the study"),
        (b"lr\n\xe9", "not UTF-8 text (byte 3)"),
        (b"\x1f\x8bnothing", "not a readable gzip file; it may be truncated"),
        (
            gzip.compress(b"lr\n" * 999, mtime=0)[:-9],
            "not a readable gzip file; it may be truncated",
        ),
    ],
)
def test_what_is_no_text_is_named_in_one_line(tmp_path: Path, content: bytes, line: str) -> None:
    path = tmp_path / "trials.csv"
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        read_text(path)
    assert str(error.value).startswith(f"{path}: {line}")
    assert "\n" not in str(error.value)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.csv: no such file$"):
        read_text(tmp_path / "absent.csv")
    with pytest.raises(InputError, match=r": not a readable file \(Is a directory\)$"):
        read_text(tmp_path)
