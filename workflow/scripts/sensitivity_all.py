"""Compute the sensitivity indices of all trials of a study, those of its searches included."""

from hsic_hpo.files import write_netcdf
from hsic_hpo.sensitivity.explanation import explain_trials
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.trials.dataset import read_trials
from hsic_hpo.trials.history import join_searches


def main(*, random: str, searches: list[str], settings: AnalysisSettings, output: str) -> None:
    joined = join_searches(read_trials(random), [read_trials(path) for path in searches])
    # What drives the cost is known from the random trials, by exact tests.
    write_netcdf(explain_trials(joined.assign_attrs(costs="[]"), settings), output)


if __name__ == "__main__":
    with job_log(snakemake.log[0]), as_submitted(snakemake.params):
        main(
            random=snakemake.input.random,
            searches=list(snakemake.input.searches),
            settings=AnalysisSettings(**snakemake.params.settings),
            output=snakemake.output[0],
        )
