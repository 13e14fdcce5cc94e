"""Write what a study found, in sentences, as Markdown."""

from hsic_hpo.files import read_netcdf, write_text
from hsic_hpo.reports.findings import findings, markdown
from hsic_hpo.sensitivity.labels import beside
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.trials import dataset as trials

DATASETS = (
    "sensitivity",
    "convergence",
    "selection",
    "front",
    "comparison",
    "sensitivity_all",
    "importance_by_budget",
)


def main(*, trials_path: str, datasets: dict[str, str], surrogate: str, output: str) -> None:
    read = {name: read_netcdf(path) for name, path in datasets.items()}
    read["sensitivity"] = beside(read["sensitivity"], read_netcdf(surrogate))
    write_text(markdown(findings(trials.read_trials(trials_path), **read)), output)


if __name__ == "__main__":
    with job_log(snakemake.log[0]), as_submitted(snakemake.params):
        main(
            trials_path=snakemake.input.trials,
            datasets={name: path for name in DATASETS if (path := snakemake.input.get(name))},
            surrogate=snakemake.input.surrogate,
            output=snakemake.output[0],
        )
