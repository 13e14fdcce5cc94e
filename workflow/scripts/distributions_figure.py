"""Draw the distributions of the hyperparameters of the best networks."""

from hsic_hpo.figures.distributions import distributions
from hsic_hpo.figures.style import save
from hsic_hpo.files import read_netcdf
from hsic_hpo.study.logs import job_log
from hsic_hpo.trials import dataset as trials


def main(*, trials_path: str, sensitivity: str, output: list[str]) -> None:
    figure = distributions(trials.read_trials(trials_path), read_netcdf(sensitivity))
    for path in output:
        save(figure, path)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(
            trials_path=snakemake.input.trials,
            sensitivity=snakemake.input.sensitivity,
            output=snakemake.output,
        )
