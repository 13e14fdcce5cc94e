"""The page itself: sections, figures, charts and tables put into the template."""

import re
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
import vl_convert
import xarray as xr
import yaml

from hsic_hpo.errors import InputError
from hsic_hpo.figures.space import space_rows
from hsic_hpo.files import write_text
from hsic_hpo.reports import frames
from hsic_hpo.reports.chosen import chosen
from hsic_hpo.reports.decision_rows import DecisionRow, decision_rows
from hsic_hpo.reports.embedded import svg_source
from hsic_hpo.reports.facts import failed_trainings, goal_in_words, provenance, study_facts
from hsic_hpo.reports.findings import findings
from hsic_hpo.reports.front_chart import front_chart, front_choices
from hsic_hpo.reports.impact import impact_remark, impact_table
from hsic_hpo.reports.in_short import in_short
from hsic_hpo.reports.packed import packed
from hsic_hpo.reports.page_tables import (
    FRONT_REMARK,
    comparison_on_page,
    front_held_on_page,
    front_on_page,
    tradeoffs_on_page,
)
from hsic_hpo.reports.parallel import parallel_coordinates
from hsic_hpo.reports.parts import Parts
from hsic_hpo.reports.plane import plane
from hsic_hpo.reports.recommended import recommended
from hsic_hpo.reports.study_parts import StudyParts
from hsic_hpo.reports.trials_table import offline_scripts, trials_table
from hsic_hpo.selection import tradeoffs
from hsic_hpo.study.gaps import sentence
from hsic_hpo.study.settings import StudySettings
from hsic_hpo.tables import comparison as comparison_table
from hsic_hpo.tables.front_held import front_held_remark
from hsic_hpo.tables.writing import cell_text
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.retrained import each_choice_once

_FOLDER = Path(__file__).parent
_TEMPLATE = "page.html.j2"
_SNIPPET = "window.vegaEmbed = vegaEmbed;"
# A little larger than on paper.
_PIXELS_PER_POINT = 1.25 * 96 / 72
_SKETCH, _CHART = (430, 270), (900, 420)


def page(
    study: StudyParts,
    *,
    figures: Mapping[str, Path],
    captions: Mapping[str, str],
    config: Mapping[str, Any] | None = None,
    made: str,
    gaps: MutableMapping[str, str] | None = None,
    banner: Sequence[str] = (),
    kind: str = "Study",
) -> str:
    """Tell the story of a study in one HTML page that needs no network.

    Parameters
    ----------
    study
        What it has found; the page has no section on a Dataset that is None.
    figures
        SVG files of the figures, by name; a figure that is not among them is left out.
    captions
        What each figure shows, by name; the first sentence serves as alternative text.
    config
        The study's config with all defaults, checked; None where there is no study.
    made
        When the page is made, for its provenance.
    gaps
        Why something could not be made, by what it is, such as ``"figure importance"``: a
        sentence stands in its place. What fails of the page itself is added.
    banner
        What a reader must know first; the first sentence is its heading.
    kind
        What the page is about, before its name.

    Returns
    -------
    str
        HTML with all scripts, styles and data inside. The same input gives the same page.
    """
    trials, sensitivity, searches = study.as_measured, study.sensitivity, study.searches
    front = study.front
    space = trials_data.space(trials)
    parts = Parts({} if gaps is None else gaps)
    goal_fraction = float(sensitivity.attrs["goal_fraction"])
    settings = None if config is None else StudySettings.of(config)
    frame = frames.trials_frame(trials, searches)
    found = findings(study)
    parts.gaps.update(
        (f"section “{one.title}”", one.failure) for one in found if one.failure is not None
    )
    nothing: dict[str, list[Any]] = {}
    no_rows: list[Any] = []
    best = parts.make("recommended network", lambda: recommended(study), None)
    short = parts.make("findings in short", lambda: in_short(study, parts), None)
    sketch, chart = (
        parts.make("front to choose from", partial(front_chart, study, best, *size), None)
        for size in (_SKETCH, _CHART)
    )
    charts = {
        "plane": parts.make(
            "chart of error against FLOPs",
            lambda: plane(frame, trials.attrs["error_name"], trials.attrs["error_units"], front),
            None,
        ),
        "parallel": parts.make(
            "chart of parallel coordinates",
            lambda: parallel_coordinates(
                frame if study.measured is None else frames.trials_frame(study.trials, searches),
                space,
                frames.positions(trials, searches),
                frames.memberships(trials, searches),
                _reached_fraction(sensitivity),
            ),
            None,
        ),
    }
    return _template().render(
        study=trials.attrs["study"],
        kind=kind,
        recommended=best,
        short=short,
        sketch=sketch,
        chart=chart,
        choices=parts.make("front to choose from", lambda: front_choices(study), no_rows),
        decisions=parts.make("decisions", lambda: _decisions(study), no_rows),
        chosen=parts.make("table chosen", lambda: _chosen(study), nothing),
        script=(_FOLDER / "page.js").read_text(encoding="utf-8"),
        banner=banner,
        searched=len(searches) > 0,
        study_facts=study_facts(trials, goal_fraction, settings, goal_in_words(sensitivity)),
        space=space_rows(space),
        findings=found,
        figures={name: _Figure.from_file(path) for name, path in figures.items()},
        captions=captions,
        charts={name: packed(chart) for name, chart in charts.items() if chart},
        shows_front=bool(charts["plane"] and "layer" in charts["plane"]),
        tables=_tables(parts, study),
        impact_remark=impact_remark(sensitivity),
        remarks=_remarks(parts, study),
        trials=parts.make(
            "table of all trials",
            lambda: trials_table(frame, frames.values_frame(trials, searches)),
            "",
        ),
        provenance=failed_trainings([trials, *searches]) | provenance(trials, made),
        config=None if config is None else _as_yaml(config),
        style=(_FOLDER / "page.css").read_text(encoding="utf-8"),
        vega=vl_convert.javascript_bundle(_SNIPPET),
        datatables=offline_scripts(),
        # All parts are made by now.
        gaps={what: sentence(what, reason) for what, reason in parts.gaps.items()},
    )


def write_sentence_page(text: str, path: Path | str) -> None:
    """Write a page that says one sentence alone."""
    write_text(f"<!DOCTYPE html>\n<meta charset=utf-8>\n<p>{escape(text)}</p>\n", path)


def _reached_fraction(sensitivity: xr.Dataset) -> float:
    """Return the fraction of the trials that reach the goal: more than asked for where they tie."""
    asked = float(sensitivity.attrs["goal_fraction"])
    if "n_reached" not in sensitivity:
        return asked
    reached = int(sensitivity["n_reached"].sel(target="error", subset="best"))
    more = reached > int(sensitivity["n_asked"])
    return reached / int(sensitivity["n_trials"]) if more else asked


def _tables(
    parts: Parts,
    study: StudyParts,
) -> dict[str, list[list[str]]]:
    """Return the cells of the tables that have rows, by their names."""
    selection, comparison, front = study.selection, study.comparison, study.front
    held = study.front_held
    made: dict[str, Callable[[], pd.DataFrame]] = {
        "impact": lambda: impact_table(study.sensitivity)
    }
    if front is not None:
        made["front"] = lambda: front_on_page(front)
    if comparison is not None:
        made["comparison"] = lambda: comparison_on_page(comparison)
    if held is not None:
        made["front_held"] = lambda: front_held_on_page(held)
    if selection is not None and comparison is not None:
        made["tradeoffs"] = lambda: tradeoffs_on_page(selection, [study.trials, *study.searches])
    found = {name: parts.make(f"table {name}", make, None) for name, make in made.items()}
    return {name: _cells(each) for name, each in found.items() if each is not None and len(each)}


def _decisions(study: StudyParts) -> list[DecisionRow]:
    return [] if study.selection is None else decision_rows(study.selection, study.sensitivity)


def _chosen(study: StudyParts) -> dict[str, list[list[str]]]:
    """Return for each method a table of what its repeats chose."""
    if study.comparison is None:
        return {}
    space = trials_data.space(study.trials)
    once = each_choice_once(study.comparison)
    return {
        str(method): _cells(chosen(once.sel(search=[method]), space))
        for method in once["search"].values
    }


def _remarks(
    parts: Parts,
    study: StudyParts,
) -> dict[str, str]:
    selection, comparison, front = study.selection, study.comparison, study.front
    held = study.front_held
    found = {}
    if front is not None:
        found["front"] = FRONT_REMARK
    if comparison is not None:
        found["comparison"] = parts.make(
            "remark on the comparison",
            lambda: comparison_table.comparison_remark(comparison),
            "",
        )
    if held is not None:
        found["front_held"] = parts.make(
            "remark on the front held", lambda: front_held_remark(held), ""
        )
    if selection is not None:
        found["tradeoffs"] = parts.make(
            "remark on the decisions", lambda: tradeoffs.tradeoffs_remark(selection), ""
        )
    return found


def _as_yaml(config: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(config), sort_keys=False, allow_unicode=True)


def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(_TEMPLATE)


@dataclass(frozen=True)
class _Figure:
    """A figure inside the page: its source and its width in pixels."""

    source: str
    width: int

    @classmethod
    def from_file(cls, path: Path) -> "_Figure":
        content = path.read_text(encoding="utf-8")
        points = re.search(r'<svg[^>]* width="([0-9.]+)pt"', content)
        if points is None:
            raise InputError(f"{path}: no SVG figure that hsic_hpo drew: its width is missing")
        return cls(svg_source(content), round(_PIXELS_PER_POINT * float(points[1])))


def _cells(table: pd.DataFrame) -> list[list[str]]:
    """Return the header and the rows of a table as texts."""
    header = [str(name).replace("_", " ") for name in table.columns]
    return [
        header,
        *([cell_text(value) for value in row] for row in table.itertuples(False)),
    ]
