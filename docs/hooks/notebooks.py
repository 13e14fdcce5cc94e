"""Notebooks of the site: executed as they are built, shown as pages like any other."""

import re
from pathlib import Path

import nbformat
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from nbclient import NotebookClient
from nbconvert import MarkdownExporter
from traitlets.config import Config

# The kernel listens to a file, and to no port of the machine.
_KERNEL = Config({"KernelManager": {"transport": "ipc"}})
# What pandas writes around a table in place of the theme's own style.
_OF_PANDAS = re.compile(
    r"<style scoped>.*?</style>|(?<=<table) border=\"1\" class=\"dataframe\"", re.S
)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the page of each notebook, and the figures on it; the notebook can be downloaded."""
    for notebook in [file for file in files if file.src_uri.endswith(".ipynb")]:
        text, figures = executed(Path(str(notebook.abs_src_path)))
        page = notebook.src_uri.replace(".ipynb", ".md")
        files.append(File.generated(config, page, content=text))
        for name, content in figures.items():
            files.append(File.generated(config, name, content=content))
    return files


def executed(path: Path) -> tuple[str, dict[str, bytes]]:
    """Run a notebook; return it as Markdown, and its figures."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3", config=_KERNEL).execute()
    text, resources = MarkdownExporter().from_notebook_node(
        notebook, {"unique_key": f"figures/{path.stem}"}
    )
    link = f"\n\nThis page is a notebook: [{path.name}]({path.name}).\n"
    return _OF_PANDAS.sub("", text) + link, resources["outputs"]
