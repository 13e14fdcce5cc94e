"""The figure that all functions of this package draw on."""

from io import BytesIO

import matplotlib.figure

from hsic_hpo.figures.style import style

# Of a page on a screen; the picture itself has more, for screens of a high resolution.
_PIXELS_PER_INCH = 96


class Figure(matplotlib.figure.Figure):
    """A figure that a notebook shows, though pyplot does not know of it."""

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        content = BytesIO()
        with style():
            self.savefig(content, format="png")
        width, height = (round(_PIXELS_PER_INCH * size) for size in self.get_size_inches().tolist())
        return content.getvalue(), {"width": width, "height": height}
