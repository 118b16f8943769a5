"""The drawing surface of the charts: fixed settings, direct labels, small SVG whose bytes depend on its content."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from markupsafe import Markup

from caringmon.report import palette
from caringmon.report.svg import lean_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Anchor = Literal["left", "center", "right"]
HEIGHT = 196
TEXT = 11.5
DASHES = (0, (4, 2.6))
DOTS = (0, (1.2, 2))
_IN_ADDRESS = str.maketrans({"%": "%25", "#": "%23", "&": "%26", " ": "%20", "<": "%3C", ">": "%3E", '"': "'"})
_SETTINGS: Any = {
    "svg.hashsalt": "caringmon",
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",
    "font.size": TEXT,
    "text.color": palette.INK,
    "hatch.linewidth": 1.4,
    "path.simplify": False,
}


@dataclass(frozen=True)
class Margins:
    """Room around the axes, in points; `right` and `left` hold labels."""

    left: float = 4
    right: float = 80
    top: float = 10
    bottom: float = 34


MARGINS = Margins()


@dataclass
class Canvas:
    """Axes without frame, `plot_width` points wide, and the image that is there after drawing."""

    axes: Axes
    plot_width: float
    image: io.BytesIO = field(default_factory=io.BytesIO)

    def label(
        self,
        text: str,
        point: tuple[float, float],
        shift: tuple[float, float] = (0, 0),
        *,
        anchor: Anchor = "center",
        level: Literal["top", "center", "bottom"] = "top",
        colour: str = palette.INK,
        bold: bool = False,
        size: float = TEXT,
        behind: str = "",
    ) -> None:
        """Write a text at a point in data coordinates, moved by `shift` points; `behind` fills the ground."""
        self.axes.annotate(
            text,
            point,
            shift,
            textcoords="offset points",
            ha=anchor,
            va=level,
            color=colour,
            fontweight="bold" if bold else "normal",
            fontsize=size,
            linespacing=1.15,
            bbox={"facecolor": behind, "edgecolor": "none", "pad": 1.5} if behind else None,
        )

    def fitting(self, text: str, slots: int) -> float:
        """Return the text size at which a text fits into one of `slots` equal parts of the width."""
        return round(min(TEXT, 0.8 * self.plot_width / slots / (0.56 * max(len(text), 1))), 1)

    @property
    def svg(self) -> bytes:
        """The finished picture: without metadata, in pixels, with the page's fonts."""
        return lean_svg(self.image.getvalue().decode(), TEXT)


@contextmanager
def blank(width: int, height: int = HEIGHT, margins: Margins = MARGINS) -> Iterator[Canvas]:
    """Yield an empty canvas; the person's own matplotlib settings do not matter."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        figure = Figure(figsize=(width / 72, height / 72), dpi=72)
        figure.patch.set_visible(False)
        FigureCanvasSVG(figure)
        plot_width, plot_height = width - margins.left - margins.right, height - margins.top - margins.bottom
        box = (margins.left / width, margins.bottom / height, plot_width / width, plot_height / height)
        axes = figure.add_axes(box)
        axes.set_axis_off()
        canvas = Canvas(axes, plot_width)
        yield canvas
        figure.savefig(canvas.image, format="svg", transparent=True, metadata={"Date": None})


def data_address(svg: bytes) -> Markup:
    """Return the picture as an address that needs no request, to stand between double quotes as it is.

    Percent signs only where an address or a list of addresses needs them: an eighth shorter than base64.
    """
    return Markup("data:image/svg+xml," + svg.decode().translate(_IN_ADDRESS))
