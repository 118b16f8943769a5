"""The drawing surface of the charts: fixed settings, direct labels, small SVG whose bytes depend on its content."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from caringmon.report import palette

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Anchor = Literal["left", "center", "right"]
HEIGHT = 196
TEXT = 11.5
LEFT, BOTTOM, TOP = 4, 34, 10
ROOM_FOR_LABELS = 80
DASHES = (0, (4, 2.6))
DOTS = (0, (1.2, 2))
_SETTINGS: Any = {
    "svg.hashsalt": "caringmon",
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",
    "font.size": TEXT,
    "text.color": palette.INK,
    "hatch.linewidth": 1.4,
    "path.simplify": False,
}
_HEAD = re.compile(r"<\?xml.*?(?=<svg)", re.DOTALL)
_METADATA = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)
_POINTS = re.compile(r'(?<= )(width|height)="([\d.]+)pt"')
_FONT = re.compile(r"'DejaVu Sans'(?:, [^;\"]*)?")


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
        text = _METADATA.sub("", _HEAD.sub("", self.image.getvalue().decode()))
        text = _POINTS.sub(r'\1="\2"', text, count=2)
        return _FONT.sub(palette.FONTS.replace('"', "&quot;"), text).encode()


@contextmanager
def blank(width: int, *, room: int = ROOM_FOR_LABELS) -> Iterator[Canvas]:
    """Yield a canvas with `room` points for labels on its right; the person's own matplotlib settings do not matter."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        figure = Figure(figsize=(width / 72, HEIGHT / 72), dpi=72)
        FigureCanvasSVG(figure)
        plot_width = width - LEFT - room
        axes = figure.add_axes((LEFT / width, BOTTOM / HEIGHT, plot_width / width, (HEIGHT - BOTTOM - TOP) / HEIGHT))
        axes.set_axis_off()
        canvas = Canvas(axes, plot_width)
        yield canvas
        figure.savefig(canvas.image, format="svg", transparent=True, metadata={"Date": None})


def data_address(svg: bytes) -> str:
    """Return the picture as an address that needs no request."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode()
