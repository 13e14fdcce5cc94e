"""Estimate how many of the best trials a halving stopped, as a Dataset and as tables."""

from hsic_hpo.files import write_netcdf
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.tables.halving import halving_remark, halving_table
from hsic_hpo.tables.writing import write_table
from hsic_hpo.trials.dataset import read_trials
from hsic_hpo.trials.missed import missed_by_halving


def main(*, trials_path: str, goal_fraction: float, output: str, tables: list[str]) -> None:
    missed = missed_by_halving(read_trials(trials_path), goal_fraction)
    for path in tables:
        write_table(halving_table(missed), path, remark=halving_remark(missed))
    write_netcdf(missed, output)


if __name__ == "__main__":
    with job_log(snakemake.log[0]), as_submitted(snakemake.params):
        main(
            trials_path=snakemake.input[0],
            goal_fraction=snakemake.params.goal_fraction,
            output=snakemake.output.dataset,
            tables=[snakemake.output.csv, snakemake.output.md],
        )
