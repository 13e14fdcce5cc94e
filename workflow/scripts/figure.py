"""Draw one figure of a study."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xarray as xr

from hsic_hpo.figures.by_name import draw
from hsic_hpo.figures.missing import save_sentence
from hsic_hpo.figures.style import save
from hsic_hpo.files import read_netcdf
from hsic_hpo.study.gaps import may_fail
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.trials.dataset import read_trials


def main(*, figure: str, datasets: Mapping[str, Any], output: list[str]) -> None:
    drawn = draw(figure, *(read_dataset(kind, path) for kind, path in datasets.items()))
    for path in output:
        save(drawn, path)


def read_dataset(kind: str, path: Any) -> xr.Dataset | list[xr.Dataset]:
    if kind == "searches":
        return [read_trials(one) for one in path]
    return read_trials(path) if kind == "trials" else read_netcdf(path)


if __name__ == "__main__":
    name = Path(snakemake.output[0]).stem
    gap = may_fail(f"figure {name}", list(snakemake.output), snakemake.log[0], save_sentence)
    with job_log(snakemake.log[0]), as_submitted(snakemake.params), gap:
        main(
            figure=name,
            datasets=dict(snakemake.input.items()),
            output=snakemake.output,
        )
