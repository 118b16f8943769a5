"""The control charts: whether the last day's rate is ordinary, or something has changed (7-methods, 7.2).

Small, in one width for page and phone: the band of ordinary days, the days, and those that a rule marks.
"""

from __future__ import annotations

from dataclasses import dataclass

from caringmon.model.findings import Figure
from caringmon.report import palette
from caringmon.report.canvas import DASHES, Canvas, Margins, blank, data_address
from caringmon.report.charts import Chart
from caringmon.report.reading import Day, Reader, Signal
from caringmon.report.wording import Sentence, plain, say

KPIS = ("K09", "K14")
WIDTH, HEIGHT = 400, 124
_BOUNDS = ("centre", "lower", "upper")


@dataclass(frozen=True)
class _Point:
    """One day with its value, its bounds (centre, lower, upper limit), and what they say of it."""

    day: Day
    value: Figure
    bounds: tuple[Figure, ...]
    signal: Signal

    @property
    def lower(self) -> Figure:
        return self.bounds[1]

    @property
    def upper(self) -> Figure:
        return self.bounds[2]


def control_charts(reader: Reader) -> tuple[Chart, ...]:
    """Return a chart for contact rate and agree rate, titled with the variation; without limits: none."""
    charts = []
    for kpi in KPIS:
        points = _points(reader, kpi)
        if points:
            svg, alt = control_chart(reader, kpi)
            notes = (say("control.provisional"),) if points[-1].signal.is_provisional else ()
            charts.append(Chart(control_title(reader, kpi), data_address(svg), "", alt, notes))
    return tuple(charts)


def control_title(reader: Reader, kpi: str) -> Sentence:
    """Return the variation word of the last day: ordinary, improving or concerning, by which rule."""
    points = _points(reader, kpi)
    if not points:
        return say("control.none", kpi=say(f"short.{kpi}"))
    last = points[-1]
    key = "common"
    if last.signal.rule:
        key = f"{last.signal.rule}_{'low' if last.signal.is_concerning else 'high'}"
    return say(f"control.{key}", kpi=say(f"short.{kpi}"), value=last.value, day=last.day.date, low=last.lower,
               high=last.upper)  # fmt: skip


def assurance_lines(reader: Reader) -> tuple[Sentence, ...]:
    """Return whether the ordinary day reaches the day's target, and that rates have no target of a day."""
    if not control_charts(reader):
        return ()
    kpi = reader.day_kpi()
    days = [day for day in reader.recent_days if reader.judged(kpi, day.window) is not None]
    lines = []
    if days:
        window = days[-1].window
        told, target = reader.judged(kpi, window), reader.value("target", window)
        low, high = (reader.value(f"{kpi}.{side}", window) for side in ("lower", "upper"))
        if told is not None and told.assurance and target is not None and low is not None and high is not None:
            name = say(f"short.{kpi}")
            lines.append(say(f"assurance.{told.assurance}", kpi=name, target=target, low=low, high=high))
    return (*lines, say("assurance.rates"))


def control_chart(reader: Reader, kpi: str) -> tuple[bytes, Sentence]:
    """Return the last working days with their limits as SVG, and the alt text."""
    points = _points(reader, kpi)
    with blank(WIDTH, HEIGHT, Margins(left=4, right=52, top=8, bottom=18)) as canvas:
        if points:
            _draw_limits(canvas, points)
            _draw_days(canvas, points)
            _label(canvas, points, reader.head.lang)
    return canvas.svg, _alt(reader, kpi, points)


def _points(reader: Reader, kpi: str) -> list[_Point]:
    found = []
    for day in reader.recent_days:
        signal, value = reader.judged(kpi, day.window), reader.value(kpi, day.window)
        bounds = reader.values(*((f"{kpi}.{bound}", day.window) for bound in _BOUNDS))
        if signal is not None and value is not None and bounds is not None:
            found.append(_Point(day, value, bounds, signal))
    return found


def _draw_limits(canvas: Canvas, points: list[_Point]) -> None:
    """Draw the band between the limits; limits from too few days are dashed lines."""
    places = list(range(len(points)))
    low, high = [one.lower.value for one in points], [one.upper.value for one in points]
    axes = canvas.axes
    if points[-1].signal.is_provisional:
        for bound in (low, high):
            axes.plot(places, bound, color=palette.GREY, linewidth=1, linestyle=DASHES, clip_on=False)
    else:
        axes.fill([*places, *places[::-1]], [*low, *high[::-1]], color=palette.TRACK, linewidth=0, clip_on=False)
    centre = [one.bounds[0].value for one in points]
    axes.plot(places, centre, color=palette.GREY, linewidth=0.8, clip_on=False)


def _draw_days(canvas: Canvas, points: list[_Point]) -> None:
    values = [one.value.value for one in points]
    canvas.axes.plot(range(len(points)), values, color=palette.BLUE, linewidth=1.4, clip_on=False)
    for is_bad, colour in ((True, palette.RED), (False, palette.GREEN)):
        marked = [n for n, one in enumerate(points) if one.signal.rule and one.signal.is_concerning == is_bad]
        if marked:
            heights = [values[place] for place in marked]
            canvas.axes.plot(marked, heights, "o", markersize=6.4, color=colour, clip_on=False)
    last = points[-1]
    if not last.signal.rule:
        canvas.axes.plot([len(points) - 1], [last.value.value], "o", markersize=5.6, color=palette.BLUE, clip_on=False)


def _label(canvas: Canvas, points: list[_Point], lang: str) -> None:
    last, right = points[-1], len(points) - 1
    for bound in (last.lower, last.upper):
        point = (right, bound.value)
        canvas.label(plain(bound, lang), point, (9, 0), anchor="left", level="center", colour=palette.GREY)
    ends = [edge for one in points for edge in (one.lower.value, one.upper.value, one.value.value)]
    low, high = min(ends), max(ends)
    # Where the day's value meets a limit's label it steps aside, towards the centre.
    room = 0.22 * (high - low)
    height = min(max(last.value.value, last.lower.value + room), last.upper.value - room)
    canvas.label(plain(last.value, lang), (right, height), (9, 0), anchor="left", level="center", bold=True,
                 colour=palette.BLUE)  # fmt: skip
    canvas.axes.set_ylim(low, high)
    canvas.axes.set_xlim(0, max(right, 1))
    if right:
        first = plain(points[0].day.date, lang, "d MMM")
        canvas.label(first, (0, low), (0, -4), anchor="left", colour=palette.GREY)
    canvas.label(plain(last.day.date, lang, "d MMM"), (right, low), (0, -4), anchor="right", bold=True)


def _alt(reader: Reader, kpi: str, points: list[_Point]) -> Sentence:
    title = control_title(reader, kpi)
    if not points:
        return say("alt.nothing", title=title)
    pairs = tuple(say("alt.pair", day=one.day.date, figure=one.value) for one in points)
    return say("alt.control", title=title, centre=points[-1].bounds[0], pairs=pairs)
