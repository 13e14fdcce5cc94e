"""Look at the random search after a block of its trials, to end it once all is decided."""

import json
from pathlib import Path

from hsic_hpo.files import read_netcdf, write_text
from hsic_hpo.problems.data import read_stamp
from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.sensitivity.looks import Look, StopSettings, take_look
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted
from hsic_hpo.training.records import asked_keys, read_asked
from hsic_hpo.trials.dataset import gather_records


def main(
    *,
    design: str,
    data: str,
    records: list[str],
    before: str | None,
    number: int,
    n_trials: int,
    stop: StopSettings,
    settings: AnalysisSettings,
    budget: dict,
    repeats: int,
    seed: int,
    code_fingerprint: str,
    output: str,
) -> None:
    known = None if before is None else Look.of(json.loads(Path(before).read_text()))
    if known is not None and known.settled_at:
        write_text(json.dumps(known.again(number).to_dict()), output)
        return
    rows = read_netcdf(design).isel(trial=slice(n_trials))
    asked = asked_keys(
        rows,
        budget,
        n_repeats=repeats,
        study_seed=seed,
        data_fingerprint=read_stamp(data).fingerprint,
        code_fingerprint=code_fingerprint,
    )
    # Decisions rest on the error alone.
    trials = gather_records(
        rows,
        read_asked(records, asked),
        {"costs": "[]"},
        n_repeats=repeats,
        error_name="error",
        error_units="1",
    )
    found = take_look(analyse(trials, settings, only="best"), number, stop)
    write_text(json.dumps(found.to_dict()), output)


if __name__ == "__main__":
    with job_log(snakemake.log[0]), as_submitted(snakemake.params):
        main(
            design=snakemake.input.design,
            data=snakemake.input.data,
            records=list(snakemake.input.records),
            before=snakemake.input.get("before"),
            number=int(snakemake.wildcards.look),
            n_trials=snakemake.params.n_trials,
            stop=StopSettings(**snakemake.params.stop),
            settings=AnalysisSettings(**snakemake.params.settings),
            budget=snakemake.params.budget,
            repeats=snakemake.params.repeats,
            seed=snakemake.params.seed,
            code_fingerprint=snakemake.params.training_code,
            output=snakemake.output[0],
        )
