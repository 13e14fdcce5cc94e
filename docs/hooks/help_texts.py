"""The help of each command, as the command line prints it, at the end of the page of commands."""

import contextlib
import io
import re

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from hsic_hpo.cli import main


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Add the help texts to the page of commands."""
    if page.file.src_uri != "commands.md":
        return markdown
    names = re.findall(r"^    (\w+) ", help_of(), re.MULTILINE)
    sections = [f"### {name}\n\n```text\n{help_of(name)}```\n" for name in names]
    return "\n\n".join([markdown, "## All options", *sections])


def help_of(*command: str) -> str:
    """Return what a command prints when it is asked for help."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
        main([*command, "--help"])
    return printed.getvalue()
