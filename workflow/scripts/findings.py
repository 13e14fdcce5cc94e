"""Write what a study found, in sentences, as Markdown."""

from hsic_hpo.files import write_text
from hsic_hpo.reports.findings import findings, markdown
from hsic_hpo.reports.study_parts import PARTS, read_parts
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted


def main(*, trials_path: str, datasets: dict[str, str], surrogate: str, output: str) -> None:
    write_text(markdown(findings(read_parts(trials_path, datasets, surrogate))), output)


if __name__ == "__main__":
    with job_log(snakemake.log[0]), as_submitted(snakemake.params):
        main(
            trials_path=snakemake.input.trials,
            datasets={name: path for name in PARTS if (path := snakemake.input.get(name))},
            surrogate=snakemake.input.surrogate,
            output=snakemake.output[0],
        )
