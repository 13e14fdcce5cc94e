"""What stands in place of a figure that could not be drawn."""

from pathlib import Path
from textwrap import fill

from hsic_hpo.figures.figure import Figure
from hsic_hpo.figures.layout import letters
from hsic_hpo.figures.style import PAGE_WIDTH, message, save, style

_HEIGHT = 1.2


def save_sentence(sentence: str, path: Path | str) -> None:
    """Save a figure that shows a sentence alone, in the format of the suffix of ``path``."""
    with style():
        figure = Figure(figsize=(PAGE_WIDTH, _HEIGHT))
        message(figure.add_subplot(), fill(sentence, letters(PAGE_WIDTH)))
    save(figure, path)
