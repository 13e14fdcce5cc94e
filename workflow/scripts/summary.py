"""Say in four lines what a study found and where its files are."""

from hsic_hpo.files import read_netcdf, write_text
from hsic_hpo.study.gaps import may_fail
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.tables.comparison import comparison_sentence
from hsic_hpo.tables.halving import halving_sentence
from hsic_hpo.tables.summary import summary
from hsic_hpo.trials import dataset as trials


def main(*, trials_path: str, sensitivity: str, comparison: str, folder: str, output: str) -> None:
    drawn, found = trials.read_trials(trials_path), read_netcdf(sensitivity)
    outcome, *findings = summary(drawn, found)
    halving = halving_sentence(drawn, float(found.attrs["goal_fraction"]))
    where = f"Figures, tables and datasets: {folder} (start with figures/importance.svg)."
    compared = comparison_sentence(read_netcdf(comparison))
    write_text(
        "\n".join([" ".join(filter(None, (outcome, halving))), " ".join(findings), compared, where])
        + "\n",
        output,
    )


if __name__ == "__main__":
    gap = may_fail("summary", list(snakemake.output), snakemake.log[0], write_text)
    with job_log(snakemake.log[0]), as_submitted(snakemake.params), gap:
        main(
            trials_path=snakemake.input.trials,
            sensitivity=snakemake.input.sensitivity,
            comparison=snakemake.input.comparison,
            folder=snakemake.params.folder,
            output=snakemake.output[0],
        )
