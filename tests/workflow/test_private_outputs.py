"""Results can be given away: they name no folder of this machine and hold no secret of it.

Snakemake's own records, in ``.snakemake``, name folders; they too hold no secret.
"""

import getpass
import json
from collections.abc import Iterator
from pathlib import Path

import netCDF4
import pytest

from checkout import SECRET, Checkout

TEXT = {".txt", ".csv", ".md", ".tex", ".json", ".jsonl", ".svg", ".html", ".log"}
BINARY = {".png", ".pdf", ".ckpt", ".network"}


def results(checkout: Checkout) -> Iterator[Path]:
    """Yield all that a study writes, its logs included, but Snakemake's records."""
    for path in sorted(checkout.results.rglob("*")):
        if path.is_file() and path.stat().st_size and ".snakemake" not in path.parts:
            yield path


def words_of_netcdf(path: Path) -> str:
    with netCDF4.Dataset(path) as dataset:
        words = [str(dataset.getncattr(name)) for name in dataset.ncattrs()]
        for variable in dataset.variables.values():
            words += [str(variable.getncattr(name)) for name in variable.ncattrs()]
            if variable.dtype is str:
                words += variable[...].ravel().tolist()
    return json.dumps(words, ensure_ascii=False)


def content(path: Path) -> str:
    if path.suffix == ".nc":
        return words_of_netcdf(path)
    return path.read_bytes().decode("utf-8" if path.suffix in TEXT else "latin-1")


def test_every_kind_of_result_is_looked_at(finished: Checkout) -> None:
    suffixes = {path.suffix for path in results(finished)}
    assert {".nc", ".json", ".jsonl", ".csv", ".svg", ".html", ".png", ".pdf", ".log"} <= suffixes
    assert suffixes <= {".nc"} | TEXT | BINARY


@pytest.mark.parametrize("private", ["checkout", "home", "temporary folder", "secret"])
def test_no_result_holds(finished: Checkout, private: str) -> None:
    needle = {
        "checkout": str(finished.root),
        "home": f"{Path.home()}/",
        "temporary folder": f"pytest-of-{getpass.getuser()}",
        "secret": SECRET,
    }[private]
    found = [path.name for path in results(finished) if needle in content(path)]
    assert found == []


def test_snakemake_s_records_hold_no_secret(finished: Checkout) -> None:
    records = [path for path in (finished.results / ".snakemake").rglob("*") if path.is_file()]
    assert any("metadata" in path.parts for path in records)
    assert [path for path in records if SECRET.encode() in path.read_bytes()] == []


def test_what_is_searched_for_would_be_found(finished: Checkout, tmp_path: Path) -> None:
    path = tmp_path / "a.nc"
    with netCDF4.Dataset(path, "w") as dataset:
        dataset.setncattr("source", f"{finished.root}/data.csv")
    assert str(finished.root) in content(path)
