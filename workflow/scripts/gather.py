"""Gather the records of finished trainings into one trials Dataset."""

import json
from pathlib import Path

from hsic_hpo.files import read_netcdf
from hsic_hpo.problems.data import read_stamp
from hsic_hpo.problems.registry import load_problem
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.provenance import git_commit, versions
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.training.records import asked_keys, read_asked
from hsic_hpo.trials import dataset as trials
from hsic_hpo.trials.halving import rung_of, with_rungs
from hsic_hpo.trials.rungs import Rung
from hsic_hpo.trials.thresholds import read_thresholds


def main(
    *,
    design: str,
    data: str,
    records: list[str],
    study: str,
    problem: dict,
    budget: dict,
    repeats: int,
    seed: int,
    code_fingerprint: str,
    output: str,
    rungs: list[str] | None = None,
    thresholds: str | None = None,
    look: str | None = None,
) -> None:
    kind = load_problem(problem, "problem")
    stamp = read_stamp(data)
    rows = read_netcdf(design)
    n_planned, looked = rows.sizes["trial"], {}
    if look is not None:
        said = json.loads(Path(look).read_text())
        rows = rows.isel(trial=slice(said["n_trials"]))
        looked = {"looks": json.dumps({**said, "n_planned": n_planned, "looks": said["look"]})}
    asked = asked_keys(
        rows,
        budget,
        n_repeats=repeats,
        study_seed=seed,
        data_fingerprint=stamp.fingerprint,
        code_fingerprint=code_fingerprint,
    )
    gathered = trials.gather_records(
        rows,
        read_asked(records, asked),
        {
            "study": study,
            "problem": json.dumps(problem),
            "seed": seed,
            "versions": json.dumps(versions()),
            "git_commit": git_commit(),
            "code_fingerprint": code_fingerprint,
            "data_fingerprint": stamp.fingerprint,
            "training_samples": stamp.training_samples,
            **looked,
        },
        n_repeats=repeats,
        error_name=kind.error_name,
        error_units=kind.error_units,
    )
    passed = [rung_of(read_netcdf(path)) for path in rungs or ()]
    if thresholds is not None:
        passed = [Rung(one.epochs, one.keep) for one in read_thresholds(thresholds)]
    trials.write_trials(with_rungs(gathered, passed), output)


if __name__ == "__main__":
    with job_log(snakemake.log[0]), as_submitted(snakemake.params):
        main(
            design=snakemake.input.design,
            data=snakemake.input.data,
            records=snakemake.input.records,
            study=snakemake.params.study,
            problem=snakemake.params.problem,
            budget=snakemake.params.budget,
            repeats=snakemake.params.repeats,
            seed=snakemake.params.seed,
            code_fingerprint=snakemake.params.training_code,
            output=snakemake.output[0],
            look=snakemake.input.get("look"),
            rungs=snakemake.input.get("rungs"),
            thresholds=snakemake.input.get("thresholds"),
        )
