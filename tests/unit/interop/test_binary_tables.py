from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.interop.sources import trials_from

RNG = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "lr": 10 ** RNG.uniform(-5, -1, 40),
        "opt": RNG.choice(["sgd", "adam"], 40),
        "momentum": RNG.random(40),
        "loss": RNG.random(40),
    }
)
FRAME.loc[FRAME["opt"] == "adam", "momentum"] = None
WRITERS = {
    "trials.xlsx": lambda frame, path: frame.to_excel(path, index=False),
    "trials.parquet": lambda frame, path: frame.to_parquet(path),
}


@pytest.mark.parametrize(
    "name",
    [
        "trials.xlsx",
        pytest.param(
            "trials.parquet",
            marks=pytest.mark.skipif(find_spec("pyarrow") is None, reason="needs pyarrow"),
        ),
    ],
)
def test_a_table_gives_the_trials_of_its_csv(tmp_path: Path, name: str) -> None:
    WRITERS[name](FRAME, tmp_path / name)
    FRAME.to_csv(tmp_path / "trials.csv", index=False)
    read, of_csv = (trials_from(tmp_path / file) for file in (name, "trials.csv"))
    assert read.attrs["space_yaml"] == of_csv.attrs["space_yaml"]
    for variable in ("u", "value:opt", "validation_error"):
        xr.testing.assert_allclose(read[variable].variable, of_csv[variable].variable)


@pytest.mark.skipif(find_spec("pyarrow") is not None, reason="pyarrow is installed")
def test_what_must_be_installed_is_named_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "trials.parquet"
    path.write_bytes(b"PAR1rest")
    with pytest.raises(InputError) as error:
        trials_from(path)
    assert str(error.value) == (
        f"{path}: a file of Parquet; to read it, install pyarrow (pip install pyarrow), or save "
        "its table as CSV"
    )


def test_an_archive_without_a_table_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "trials.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr("trials.csv", "lr,loss\n")
    with pytest.raises(InputError, match="not a readable table of Excel") as error:
        trials_from(path)
    assert "\n" not in str(error.value)
