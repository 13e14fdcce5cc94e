"""List the trainings of a study that failed, with their reasons."""

from hsic_hpo.files import write_text
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.trials import dataset as trials
from hsic_hpo.trials.failures import commonest, failures
from hsic_hpo.wording import counted


def main(*, trials_paths: list[str], folder: str, output: str) -> None:
    lines, reasons, n_trainings = [], [], 0
    for path in trials_paths:
        dataset = trials.read_trials(path)
        failed = failures(dataset)
        n_trainings += dataset["status"].size
        reasons += failed["reason"].tolist()
        lines += [
            f"{path}, trial {trial}, repeat {repeat}: {reason}"
            for trial, repeat, reason in failed.itertuples(index=False)
        ]
    if reasons:
        lines.insert(
            0,
            f"{len(reasons)} of {counted(n_trainings, 'trainings')} failed: {commonest(reasons)}; "
            f"each is named in {folder}/failed.txt; to train them again: hsic-hpo retry {folder}",
        )
    write_text("".join(f"{line}\n" for line in lines), output)


if __name__ == "__main__":
    with job_log(snakemake.log[0]), as_submitted(snakemake.params):
        main(
            trials_paths=list(snakemake.input),
            folder=snakemake.params.folder,
            output=snakemake.output[0],
        )
