"""Draw the figures of the paper's analytical examples."""

from pathlib import Path

from hsic_hpo.figures import toy as drawing
from hsic_hpo.figures.style import save
from hsic_hpo.files import read_netcdf
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted


def main(*, toy: str, output: list[str]) -> None:
    dataset = read_netcdf(toy)
    figures = {
        "toy_hidden_interaction": drawing.hidden_interaction(dataset),
        "toy_joint_indices": drawing.joint_indices(dataset),
        "toy_conditional": drawing.conditional(dataset),
    }
    for path in output:
        save(figures[Path(path).stem], path)


if __name__ == "__main__":
    with job_log(snakemake.log[0]), as_submitted(snakemake.params):
        main(toy=snakemake.input[0], output=snakemake.output)
