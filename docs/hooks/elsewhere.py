"""Pages and figures of the site that lie elsewhere in the repository.

Pages name files by where they lie in the repository, so that they can be read there too; here these
names become those of the site.
"""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
# Where a page of the repository lies in the site.
PAGES = {
    "config/README.md": "config.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "CITATION.cff": "CITATION.cff",
}
FIGURES = "results/reference/*/figures/*.svg"
_LINK = re.compile(r"(\]\()(?:\.\./)*([\w./-]+)(#[\w-]+)?(\))")
_MARK = re.compile(r"^<!-- (?:begin \S+|end) -->$", re.MULTILINE)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what lies elsewhere."""
    for path, place in PAGES.items():
        files.append(File.generated(config, place, abs_src_path=str(ROOT / path)))
    for figure in sorted(ROOT.glob(FIGURES)):
        place = f"figures/{figure.parents[1].name}-{figure.name}"
        files.append(File.generated(config, place, abs_src_path=str(figure)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Name files by where they lie in the site, and set what is filled in apart from marks."""
    return _LINK.sub(_in_site, _MARK.sub("\n", markdown))


def _in_site(link: re.Match[str]) -> str:
    path = link[2].removeprefix("docs/")
    figure = re.fullmatch(r"results/reference/([\w-]+)/figures/(\w+\.svg)", path)
    place = f"figures/{figure[1]}-{figure[2]}" if figure else PAGES.get(path, path)
    return f"{link[1]}{place}{link[3] or ''}{link[4]}"
