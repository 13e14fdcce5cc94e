"""Decide what each hyperparameter's indices mean for the search."""

from hsic_hpo.files import read_netcdf, write_netcdf
from hsic_hpo.selection.decide import decide
from hsic_hpo.selection.settings import SelectionSettings
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.trials import dataset as trials_data


def main(*, sensitivity: str, trials: str, settings: SelectionSettings, output: str) -> None:
    decided = decide(read_netcdf(sensitivity), trials_data.read_trials(trials), settings)
    write_netcdf(decided, output)


if __name__ == "__main__":
    with job_log(snakemake.log[0]), as_submitted(snakemake.params):
        main(
            sensitivity=snakemake.input.sensitivity,
            trials=snakemake.input.trials,
            settings=SelectionSettings(**snakemake.params.settings),
            output=snakemake.output[0],
        )
