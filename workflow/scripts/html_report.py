"""Write the page that tells the story of a study."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hsic_hpo.files import write_text
from hsic_hpo.reports.page import page, write_sentence_page
from hsic_hpo.reports.study_parts import PARTS, read_parts
from hsic_hpo.study.gaps import Gap, gap_of, mark_gap, may_fail
from hsic_hpo.study.logs import job_log
from hsic_hpo.study.submitted import as_submitted


def main(
    *,
    drawn: str,
    searches: Sequence[str],
    datasets: Mapping[str, str],
    surrogate: str,
    figures: Sequence[str],
    captions: Mapping[str, str],
    config: Mapping[str, Any],
    log: str,
    output: str,
) -> None:
    known = {path: gap for path in figures if (gap := gap_of(path))}
    before = {gap.what: gap.reason for gap in known.values()}
    gaps = dict(before)
    text = page(
        read_parts(drawn, datasets, surrogate, searches),
        figures={Path(path).stem: Path(path) for path in figures if path not in known},
        captions=captions,
        config=config,
        made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        gaps=gaps,
    )
    write_text(text, output)
    failed = [what for what in gaps if what not in before]
    if failed:
        reasons = "; ".join(dict.fromkeys(gaps[what] for what in failed))
        mark_gap(Gap(f"{', '.join(failed)} in {output}", reasons, log, (output,)))


if __name__ == "__main__":
    gap = may_fail("report", list(snakemake.output), snakemake.log[0], write_sentence_page)
    with job_log(snakemake.log[0]), as_submitted(snakemake.params), gap:
        main(
            drawn=snakemake.input.trials,
            searches=snakemake.input.searches,
            datasets={name: path for name in PARTS if (path := snakemake.input.get(name))},
            surrogate=snakemake.input.surrogate,
            figures=snakemake.input.figures,
            captions=snakemake.params.captions,
            config=snakemake.params.settings,
            log=snakemake.log[0],
            output=snakemake.output[0],
        )
