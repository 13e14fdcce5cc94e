"""What trials of a search must have reached at each rung, from the random trials."""

from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.trials.dataset import read_trials
from hsic_hpo.trials.rungs_of_searches import thresholds
from hsic_hpo.trials.thresholds import write_thresholds

if __name__ == "__main__":
    with job_log(snakemake.log[0]), as_submitted(snakemake.params):
        write_thresholds(thresholds(read_trials(snakemake.input[0])), snakemake.output[0])
