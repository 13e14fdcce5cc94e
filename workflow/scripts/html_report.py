"""Write the page that tells the story of a study."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hsic_hpo.files import read_netcdf, write_text
from hsic_hpo.reports.page import page
from hsic_hpo.study.logs import job_log
from hsic_hpo.trials import dataset as trials

DATASETS = ("sensitivity", "convergence", "selection", "comparison", "sensitivity_all")


def main(
    *,
    drawn: str,
    searches: Sequence[str],
    datasets: Mapping[str, str],
    figures: Sequence[str],
    captions: Mapping[str, str],
    config: Mapping[str, Any],
    output: str,
) -> None:
    text = page(
        trials.read_trials(drawn),
        searches=[trials.read_trials(path) for path in searches],
        **{name: read_netcdf(path) for name, path in datasets.items()},
        figures={Path(path).stem: Path(path) for path in figures},
        captions=captions,
        config=config,
        made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )
    write_text(text, output)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(
            drawn=snakemake.input.trials,
            searches=snakemake.input.searches,
            datasets={name: path for name in DATASETS if (path := snakemake.input.get(name))},
            figures=snakemake.input.figures,
            captions=snakemake.params.captions,
            config=snakemake.params.settings,
            output=snakemake.output[0],
        )
