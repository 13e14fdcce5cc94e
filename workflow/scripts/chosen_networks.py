"""Give the network of each choice the place where a reader looks for it."""

from pathlib import Path

from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.training.chosen import keep_chosen

if __name__ == "__main__":
    with job_log(snakemake.log[0]), as_submitted(snakemake.params):
        # From final/<method>/<choice>/model.ckpt to the folder of results.
        store = Path(snakemake.output[0]).parents[3] / "trial_files"
        keep_chosen(list(snakemake.output), list(snakemake.input), str(store))
