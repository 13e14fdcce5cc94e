"""Keep the datasets of finished studies in ``results/reference``, as small as they can be.

``python docs/publish.py bateman`` takes them from ``results/bateman``. Texts are written as
arrays of letters, which take a fraction of the space that netCDF's strings do; a reader finds the
same datasets, but for the learning curves of retrainings, of up to thousands of epochs, which are
left out.
"""

import shutil
import sys
from pathlib import Path
from typing import Any

import xarray as xr

from hsic_hpo.files import atomic, read_netcdf

_WITHOUT_CURVES = "final/*/*/trials.nc"
_KEPT = (
    "random/trials.nc",
    *("sensitivity*.nc", "convergence.nc", "selection.nc", "comparison.nc", "front*.nc"),
    *("importance_by_budget.nc", "importance_by_epoch.nc", "halving.nc", "tables/halving.*"),
    *("final/*/*/design.nc", _WITHOUT_CURVES, "search/*/*/trials.nc"),
)
# Below, a compressed variable takes more space than a plain one.
_SMALL = 4096


def publish(study: Path, reference: Path) -> list[Path]:
    """Write what is kept of a study into a folder; return the files."""
    written = []
    for pattern in _KEPT:
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
