"""Choose the trials of the random search that go on after a rung."""

from hsic_hpo.files import read_netcdf, write_netcdf
from hsic_hpo.problems.data import read_stamp
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.training.records import asked_keys, read_asked
from hsic_hpo.trials.halving import design_of_survivors
from hsic_hpo.trials.rungs import Rung


def main(
    *,
    design: str,
    data: str,
    records: list[str],
    rung: Rung,
    n_kept: int,
    budget: dict,
    repeats: int,
    seed: int,
    code_fingerprint: str,
    output: str,
) -> None:
    rows = read_netcdf(design)
    asked = asked_keys(
        rows,
        budget,
        n_repeats=repeats,
        study_seed=seed,
        data_fingerprint=read_stamp(data).fingerprint,
        code_fingerprint=code_fingerprint,
    )
    write_netcdf(design_of_survivors(rows, read_asked(records, asked), rung, n_kept), output)


if __name__ == "__main__":
    with job_log(snakemake.log[0]), as_submitted(snakemake.params):
        main(
            design=snakemake.input.design,
            data=snakemake.input.data,
            records=list(snakemake.input.records),
            rung=Rung(**snakemake.params.rung),
            n_kept=snakemake.params.n_kept,
            budget=snakemake.params.budget,
            repeats=snakemake.params.repeats,
            seed=snakemake.params.seed,
            code_fingerprint=snakemake.params.training_code,
            output=snakemake.output[0],
        )
