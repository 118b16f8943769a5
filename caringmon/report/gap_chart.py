"""The chart of the gap: what each factor contributes, with its interval; grey is what chance may explain."""

from __future__ import annotations

from functools import partial

from caringmon.model.gap import ABOVE, MTD
from caringmon.report import palette
from caringmon.report.canvas import Canvas, Margins, blank
from caringmon.report.charts import WIDE, Chart, small_chart_of
from caringmon.report.gap_words import Part, gap_title, has_intervals, parts
from caringmon.report.reading import Reader
from caringmon.report.wording import Sentence, plain, say

NAMES, NUMBERS = 132, 44  # points for the names on the left, and for the numbers on the right
_BAR, _FAINT = 0.6, "#aab4c0"


def gap_charts(reader: Reader, window: str = MTD) -> tuple[Chart, ...]:
    """Return the chart of the gap; a gap that cannot be explained: none. `window`: which explanation of it."""
    if not parts(reader, window):
        return ()
    draw = partial(gap_chart, window=window)
    legend = (say("gap.legend"),) if has_intervals(reader, window) else ()
    return (small_chart_of(gap_title(reader, window), draw, reader, legend),)


def gap_chart(reader: Reader, width: int = WIDE, window: str = MTD) -> tuple[bytes, Sentence]:
    """Return the parts of the gap as bars with their intervals as SVG, and the alt text."""
    mine = parts(reader, window)
    with blank(width, margins=Margins(right=NUMBERS, bottom=8)) as canvas:
        if mine:
            _draw(canvas, mine, reader.head.lang)
    return canvas.svg, _alt(gap_title(reader, window), mine)


def _draw(canvas: Canvas, mine: tuple[Part, ...], lang: str) -> None:
    told = [part.shown for part in mine]
    told += [end for part in mine if part.factor != ABOVE for end in (part.low, part.high) if end is not None]
    ends = [0.0, *(figure.value for figure in told)]
    low, high = min(ends), max(ends)
    span = (high - low) or 1.0
    # The names stand left of the bars, within the axes.
    left = high - span / (1 - NAMES / canvas.plot_width)
    axes = canvas.axes
    axes.set_xlim(left, high)
    axes.set_ylim(len(mine) - 0.4, -0.6)
    axes.plot([0, 0], [-0.5, len(mine) - 0.5], color=palette.INK, linewidth=0.8, clip_on=False)
    for place, part in enumerate(mine):
        axes.barh(place, part.shown.value, height=_BAR, color=_colour(part), clip_on=False)
        if part.low is not None and part.high is not None and part.factor != ABOVE:
            axes.plot([part.low.value, part.high.value], [place] * 2, color=palette.INK, linewidth=1, clip_on=False)
        name = plain(say(f"factor.{part.factor}"), lang)
        ink = palette.INK if part.is_driver or part.factor == ABOVE else palette.GREY
        canvas.label(name, (left, place), anchor="left", level="center", bold=part.is_driver, colour=ink)
        number = plain(part.shown, lang, "signed")
        canvas.label(number, (high, place), (7, 0), anchor="left", level="center", bold=part.is_driver, colour=ink)


def _colour(part: Part) -> str:
    """Return red or green for what chance does not explain; a target above the reference is a fact, no chance."""
    if part.factor == ABOVE:
        return palette.GREY
    if not part.is_driver:
        return _FAINT
    return palette.RED if part.shown.value < 0 else palette.GREEN


def _alt(title: Sentence, mine: tuple[Part, ...]) -> Sentence:
    if not mine:
        return say("alt.nothing", title=title)
    pairs = tuple(say("alt.part", factor=say(f"factor.{part.factor}"), part=part.shown) for part in mine)
    return say("alt.gap", title=title, pairs=pairs)
