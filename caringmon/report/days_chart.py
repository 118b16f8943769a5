"""The chart of days: each against its target, in the band where ordinary days lie."""

from __future__ import annotations

from dataclasses import dataclass

from caringmon.model.findings import Figure
from caringmon.report import palette
from caringmon.report.canvas import DASHES, MARGINS, Canvas, Margins, blank
from caringmon.report.charts import HEADROOM, WIDE, Chart, chart_of
from caringmon.report.headlines import days_title
from caringmon.report.own_counts import counts
from caringmon.report.reading import Day, Reader
from caringmon.report.wording import Sentence, plain, say

# The band's label stands at its lower end where that is this share of the target below the target's own label.
ROOMY = 0.3


@dataclass(frozen=True)
class _Bar:
    """One day of the bar chart."""

    day: Day
    actual: Figure | None
    target: Figure | None
    is_now: bool
    is_open: bool


def day_charts(reader: Reader) -> tuple[Chart, ...]:
    """Return the chart of the last working days against target; no active day among them: none."""
    return (chart_of(days_title(reader), days_chart, reader),) if counts(reader)["days_drawn"].value else ()


def days_chart(reader: Reader, width: int = WIDE) -> tuple[bytes, Sentence]:
    """Return bars of the last working days against their targets as SVG, and the alt text.

    Days without a number or without work are gaps; a day that is not over at the calls' clock is hatched.
    """
    bars = _bars(reader)
    has_target = any(bar.target is not None for bar in bars)
    with blank(width, margins=MARGINS if has_target else Margins(right=8)) as canvas:
        if bars:
            _draw_band(canvas, reader, bars)
            _draw_bars(canvas, bars, reader.head.lang)
            _draw_targets(canvas, bars, reader.head.lang)
            _label_days(canvas, bars, reader.head.lang)
            known = [figure.value for bar in bars for figure in (bar.actual, bar.target) if figure is not None]
            canvas.axes.set_ylim(0, (max(known, default=0) or 1) * HEADROOM)
            canvas.axes.set_xlim(-0.5, len(bars) - 0.5)
    return canvas.svg, _days_alt(reader, bars)


def _bars(reader: Reader) -> list[_Bar]:
    return [
        _Bar(
            day,
            reader.value(reader.day_kpi(), day.window) if day.active else None,
            target if (target := reader.value("target", day.window)) is not None and target.value > 0 else None,
            is_now := day.date == reader.date and not reader.is_month,
            is_now and not reader.is_complete_day,
        )
        for day in reader.charted_days
    ]


def _draw_band(canvas: Canvas, reader: Reader, bars: list[_Bar]) -> None:
    """Draw the band in which ordinary days lie, named where the target's label leaves room; unknown: none."""
    kpi = reader.day_kpi()
    found = [
        (reader.value(f"{kpi}.lower", bar.day.window), reader.value(f"{kpi}.upper", bar.day.window)) for bar in bars
    ]
    bounds = [(lower, upper) for lower, upper in found if lower is not None and upper is not None]
    if len(bounds) < len(bars):
        return
    places = [edge for place in range(len(bars)) for edge in (place - 0.5, place + 0.5)]
    low, high = ([pair[side].value for pair in bounds for _ in range(2)] for side in (0, 1))
    canvas.axes.fill_between(places, low, high, color=palette.TRACK, linewidth=0, zorder=0)
    lower, upper = bounds[-1]
    target = bars[-1].target
    height = lower.value if target is None or target.value - lower.value > ROOMY * target.value else 0.0
    text = plain(say("chart.band", low=lower, high=upper), reader.head.lang).replace(" ", "\n", 1)
    point = (len(bars) - 0.5, height)
    canvas.label(text, point, (7, 0), anchor="left", level="center" if height else "bottom", colour=palette.GREY)


def _draw_bars(canvas: Canvas, bars: list[_Bar], lang: str) -> None:
    import seaborn as sns

    heights = [0.0 if bar.actual is None else bar.actual.value for bar in bars]
    places = list(range(len(bars)))
    sns.barplot(
        x=places,
        y=heights,
        hue=places,
        palette=[palette.BLUE if bar.is_now else palette.PALE_BLUE for bar in bars],
        width=0.74,
        saturation=1,
        errorbar=None,
        legend=False,
        clip_on=False,
        ax=canvas.axes,
    )
    canvas.axes.axhline(0, color=palette.INK, linewidth=0.8, clip_on=False)
    for place, bar in enumerate(bars):
        if not bar.day.is_workday and bar.actual is None:
            canvas.axes.axvspan(place - 0.5, place + 0.5, color=palette.TRACK, linewidth=0, zorder=0)
        if bar.is_open:
            canvas.axes.containers[place][0].set(facecolor=palette.WHITE, edgecolor=palette.BLUE, hatch="///")
        on_dark = bar.is_now and not bar.is_open and heights[place] > 0.16 * max(heights)
        text = plain(bar.actual if bar.actual is not None else "–", lang)
        canvas.label(
            text,
            (place, 0),
            (0, 4),
            level="bottom",
            colour=palette.WHITE if on_dark else palette.INK,
            bold=bar.is_now,
            size=canvas.fitting(text, len(bars)),
            behind=palette.WHITE if bar.is_open else "",
        )


def _draw_targets(canvas: Canvas, bars: list[_Bar], lang: str) -> None:
    """Draw the targets as one dashed line that breaks where a day has none, with the last one's number."""
    known = [bar.target for bar in bars if bar.target is not None]
    heights = [float("nan") if bar.target is None else bar.target.value for bar in bars]
    places = [edge for place in range(len(bars)) for edge in (place - 0.5, place + 0.5)]
    lines = [height for height in heights for _ in range(2)]
    canvas.axes.plot(places, lines, color=palette.INK, linewidth=1.2, linestyle=DASHES, clip_on=False)
    if known:
        last = known[-1]
        text = plain(say("chart.target", target=last), lang).replace(" ", "\n", 1)
        canvas.label(text, (len(bars) - 0.5, last.value), (7, 0), anchor="left", level="center")


def _label_days(canvas: Canvas, bars: list[_Bar], lang: str) -> None:
    month = 0
    for place, bar in enumerate(bars):
        colour = palette.INK if bar.is_now else palette.GREY
        canvas.label(plain(bar.day.date, lang, "d"), (place, 0), (0, -4), colour=colour, bold=bar.is_now)
        if bar.day.date.month != month:
            month = bar.day.date.month
            canvas.label(plain(bar.day.date, lang, "MMM"), (place, 0), (0, -18), colour=palette.GREY)


def _days_alt(reader: Reader, bars: list[_Bar]) -> Sentence:
    title, name = days_title(reader), say(f"short.{reader.day_kpi()}")
    if not bars:
        return say("alt.nothing", title=title)
    pairs = tuple(
        say("alt.idle", day=bar.day.date)
        if bar.actual is None
        else say("alt.pair", day=bar.day.date, figure=bar.actual)
        for bar in bars
    )
    target = next((bar.target for bar in reversed(bars) if bar.target is not None), None)
    if target is None:
        return say("alt.days_bare", title=title, name=name, pairs=pairs)
    return say("alt.days", title=title, name=name, pairs=pairs, target=target)
