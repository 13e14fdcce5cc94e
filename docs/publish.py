"""Keep the datasets of finished studies in ``results/reference``, as small as they can be.

``python docs/publish.py bateman`` takes them from ``results/bateman``. Texts are written as
arrays of letters, which take a fraction of the space that netCDF's strings do; a reader finds the
same datasets, but for the learning curves of retrainings, of up to thousands of epochs, which are
left out. The trials of searches and of retrainings, many files of a few trials each, which repeat
the same names and attributes, stand together in ``searches.tar.xz``, in a twentieth of the space:
``python -m tarfile -e searches.tar.xz`` takes them out.
"""

import shutil
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xarray as xr

from hsic_hpo.files import atomic, read_netcdf

_WITHOUT_CURVES = "final/*/*/trials.nc"
_KEPT = (
    "random/trials.nc",
    *("sensitivity*.nc", "convergence.nc", "selection.nc", "comparison.nc", "front*.nc"),
    *("importance_by_budget.nc", "importance_by_epoch.nc", "halving.nc", "tables/halving.*"),
)
ARCHIVE = "searches.tar.xz"
_ARCHIVED = ("final/*/*/design.nc", _WITHOUT_CURVES, "search/*/*/trials.nc")
# Below, a compressed variable takes more space than a plain one.
_SMALL = 4096


def publish(study: Path, reference: Path) -> list[Path]:
    """Write what is kept of a study into a folder; return the files."""
    written = _copy(study, reference, _KEPT)
    with TemporaryDirectory() as folder:
        archived = _copy(study, Path(folder), _ARCHIVED)
        if archived:
            written.append(_archive(archived, Path(folder), reference / ARCHIVE))
    return written


def _copy(study: Path, reference: Path, patterns: tuple[str, ...]) -> list[Path]:
    written = []
    for pattern in patterns:
        for source in sorted(study.glob(pattern)):
            path = reference / source.relative_to(study)
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".nc":
                dataset = read_netcdf(source)
                if pattern == _WITHOUT_CURVES:
                    dataset = dataset.isel(epoch=slice(0))
                write_small(dataset, path)
            else:
                shutil.copy(source, path)
            written.append(path)
    return written


def _archive(files: list[Path], folder: Path, path: Path) -> Path:
    """Write files into an archive whose bytes depend on theirs alone."""
    with atomic(path) as temporary, tarfile.open(temporary, "w:xz", preset=9) as archive:
        for file in sorted(files):
            archive.add(file, file.relative_to(folder), filter=_of_nobody)
    return path


def _of_nobody(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.mtime = member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o644
    return member


def write_small(dataset: xr.Dataset, path: Path) -> None:
    """Write a dataset so that it takes little space and reads as it was."""
    encoding: dict[Any, dict[str, Any]] = {}
    for name, variable in dataset.variables.items():
        encoding[name] = {"dtype": "S1"} if variable.dtype.kind in "OU" else {}
        if variable.nbytes > _SMALL:
            encoding[name] |= {"zlib": True, "complevel": 9}
    with atomic(path) as temporary:
        dataset.to_netcdf(temporary, engine="netcdf4", format="NETCDF4", encoding=encoding)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        found = publish(Path("results", name), Path("results", "reference", name))
        if not found:
            sys.exit(f"results/{name}: no finished study; needed: what `make study` has written")
