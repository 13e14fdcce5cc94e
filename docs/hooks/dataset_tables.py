"""The variables of the other Datasets of a study, as a published one holds them, on their page."""

from collections.abc import Iterator
from pathlib import Path

import xarray as xr
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

PUBLISHED = Path(__file__).parents[2] / "results" / "reference" / "bateman"
WHAT = {
    "sensitivity.nc": "All indices of the random trials, of pairs too, and the range sweeps.",
    "sensitivity_surrogate.nc": "What a surrogate of the error finds in the same trials.",
    "importance_by_budget.nc": "The index among the trials that cost at most so much.",
    "convergence.nc": "The indices of random subsamples of the trials.",
    "selection.nc": "What a search does with each hyperparameter, and why.",
    "comparison.nc": "What each method chose, trained again with new seeds.",
}


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Add a table for each Dataset to the page of Datasets."""
    if page.file.src_uri != "datasets.md":
        return markdown
    tables = ["\n".join(_table(name, what)) for name, what in WHAT.items()]
    return "\n\n".join([markdown, "## The other Datasets", *tables])


def _table(name: str, what: str) -> Iterator[str]:
    yield f"### {name}\n\n{what}\n"
    yield "| variable | dimensions | meaning | unit |\n| --- | --- | --- | --- |"
    with xr.open_dataset(PUBLISHED / name) as dataset:
        for variable, values in dataset.data_vars.items():
            attributes, dimensions = values.attrs, ", ".join(map(str, values.dims))
            unit = attributes.get("units", "")
            yield f"| `{variable}` | {dimensions} | {attributes['long_name']} | {unit} |"
