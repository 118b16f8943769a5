"""The chart of the month: added up day by day against its target, with what is projected."""

from __future__ import annotations

from caringmon.model.findings import Figure
from caringmon.report import palette
from caringmon.report.canvas import DASHES, DOTS, HEIGHT, MARGINS, Anchor, Canvas, blank
from caringmon.report.charts import HEADROOM, WIDE, Chart, chart_of
from caringmon.report.headlines import month_title
from caringmon.report.month_reading import estimate
from caringmon.report.reading import Reader
from caringmon.report.weekday_path import path_figures, path_line
from caringmon.report.wording import Sentence, plain, say

# Two labels at the right edge stand at least this many points apart.
APART = 40


def month_charts(reader: Reader) -> tuple[Chart, ...]:
    """Return the chart of the month against its target; a month without a single attempt: none."""
    pace = reader.get("K44", "mtd")
    is_silent = pace is not None and pace.note == "no_activity"
    return () if is_silent else (chart_of(month_title(reader), month_chart, reader, path_line(reader)),)


def month_chart(reader: Reader, width: int = WIDE) -> tuple[bytes, Sentence]:
    """Return the month's cumulative line against its target, with the projected end, as SVG, and the alt text."""
    total = reader.value("workdays", "mtd")
    with blank(width) as canvas:
        if total is not None and total.value:
            _draw_month(canvas, reader, int(total.value))
    return canvas.svg, _month_alt(reader)


def _points(reader: Reader) -> list[tuple[int, Figure]]:
    """Return the cumulative figures by number of elapsed working days; a free day with work moves the last one."""
    found: dict[int, Figure] = {}
    elapsed = 0
    for day in reader.month_days:
        elapsed = max(elapsed, day.number)
        figure = reader.value(reader.day_kpi(), f"c{day.date}")
        if figure is not None:
            found[elapsed] = figure
    return sorted(found.items())


def _draw_month(canvas: Canvas, reader: Reader, total: int) -> None:
    import seaborn as sns

    points = _points(reader)
    target, projection = reader.value("target", "month"), reader.value("K45", "mtd")
    places, values = [0, *(p for p, _ in points)], [0.0, *(f.value for _, f in points)]
    highest = reader.value("K45.high80", "mtd") or reader.value("K45", "half")
    top = max(*values, *(f.value for f in (target, projection, highest) if f is not None), 1.0) * HEADROOM
    canvas.axes.set_ylim(0, top)
    canvas.axes.set_xlim(0, total)
    canvas.axes.axhline(0, color=palette.INK, linewidth=0.8, clip_on=False)
    if target is not None:
        _draw_target(canvas, places, values, total, target)
        _label_due(canvas, reader, places[-1], total)
    sns.lineplot(x=places, y=values, color=palette.BLUE, linewidth=2.6, estimator=None, clip_on=False, ax=canvas.axes)
    if points:
        _draw_fan(canvas, reader, points[-1], total)
        _draw_projection(canvas, reader, points[-1], projection, total)
        _label_last(canvas, reader, points[-1], total)
    _draw_first_half(canvas, reader, points, total)
    _draw_estimate(canvas, reader, total)
    _label_ends(canvas, reader, total, top)
    _label_month(canvas, reader, places[-1], total)


def _draw_target(canvas: Canvas, places: list[int], values: list[float], total: int, target: Figure) -> None:
    due = [target.value * place / total for place in places]
    ground = palette.PALE_GREEN if values[-1] >= due[-1] else palette.PALE_RED
    canvas.axes.fill_between(places, values, due, color=ground, linewidth=0, zorder=0, clip_on=False)
    canvas.axes.plot([0, total], [0, target.value], color=palette.INK, linewidth=1.2, linestyle=DASHES, clip_on=False)


def _label_due(canvas: Canvas, reader: Reader, place: int, total: int) -> None:
    """Write the target to date above its line; near the ends of the month it would meet other labels."""
    due, actual = reader.value("target", "mtd"), reader.value(reader.day_kpi(), "mtd")
    if due is None or actual is None or not 0.25 * total < place < 0.85 * total or actual.value > due.value:
        return
    canvas.axes.plot([place] * 2, [actual.value, due.value], color=palette.RED, linewidth=2, clip_on=False)
    text = plain(say("chart.target", target=due), reader.head.lang)
    canvas.label(text, (place, due.value), (-5, 4), anchor="right", level="bottom")


def _draw_projection(
    canvas: Canvas, reader: Reader, last: tuple[int, Figure], projection: Figure | None, total: int
) -> None:
    """Draw the way to the projected end: along the weekdays where they tell one, else straight."""
    place, actual = last
    if projection is not None and place < total:
        path = path_figures(reader)
        heights = [actual.value, *(one.value for one in path)] if path else [actual.value, projection.value]
        places = [*range(total - len(path), total + 1)] if path else [place, total]
        canvas.axes.plot(places, heights, color=palette.BLUE, linewidth=1.6, linestyle=DOTS, clip_on=False)
        canvas.axes.plot([total], [projection.value], "o", markersize=7.6, color=palette.BLUE, clip_on=False)
        canvas.axes.plot([total], [projection.value], "o", markersize=4.4, color=palette.WHITE, clip_on=False)
    canvas.axes.plot([place], [actual.value], "o", markersize=7, color=palette.BLUE, clip_on=False)


def _draw_first_half(canvas: Canvas, reader: Reader, points: list[tuple[int, Figure]], total: int) -> None:
    """Draw where the first half of a month pointed to, from the point where it ended; not registered: nothing."""
    half, elapsed = reader.value("K45", "half"), reader.value("elapsed", "half")
    start = dict(points).get(int(elapsed.value)) if elapsed is not None else None
    if half is not None and elapsed is not None and start is not None:
        places, ends = [elapsed.value, total], [start.value, half.value]
        canvas.axes.plot(places, ends, color=palette.GREY, linewidth=1.6, linestyle=DOTS, clip_on=False)


def _draw_estimate(canvas: Canvas, reader: Reader, total: int) -> None:
    """Draw what the end of a month may be once everything is tapped; tapped well enough: nothing."""
    found = estimate(reader) if reader.is_month else None
    if found is not None:
        _, low, high = found
        canvas.axes.plot(
            [total] * 2, [low.value, high.value], color=palette.BLUE, linewidth=5, alpha=0.5, clip_on=False
        )


def _draw_fan(canvas: Canvas, reader: Reader, last: tuple[int, Figure], total: int) -> None:
    """Draw what lies around the projection, 80 % dark in 95 % light; unknown or over: nothing."""
    place, actual = last
    for name, colour in (("95", palette.TRACK), ("80", palette.PALE_BLUE)):
        ends = [reader.value(f"K45.{side}{name}", "mtd") for side in ("low", "high")]
        if place < total and ends[0] is not None and ends[1] is not None:
            low, high = ([actual.value, end.value] for end in ends if end is not None)
            canvas.axes.fill_between([place, total], low, high, color=colour, linewidth=0, zorder=0)


def _label_last(canvas: Canvas, reader: Reader, last: tuple[int, Figure], total: int) -> None:
    """Write actual and gap under the last point; in the first days there is no room under it."""
    place, actual = last
    if place < 0.15 * total:
        return
    point, lang, gap = (place, actual.value), reader.head.lang, reader.value("K20", "mtd")
    across, down = (9, -8) if place <= 0.7 * total else (-2, -14)
    anchor: Anchor = "left" if across > 0 else "right"
    canvas.label(plain(actual, lang), point, (across, down), anchor=anchor, colour=palette.BLUE, bold=True)
    if gap is not None:
        colour = palette.RED if gap.value < 0 else palette.GREEN
        text = plain(gap, lang, "signed")
        canvas.label(text, point, (across, down - 14), anchor=anchor, colour=colour, bold=True)


def _label_ends(canvas: Canvas, reader: Reader, total: int, top: float) -> None:
    """Write the month's target and the projection at the right edge, moved apart where they would meet."""
    target, projection = reader.value("target", "month"), reader.value("K45", "mtd")
    remaining = reader.value("remaining", "mtd")
    labels = []
    if target is not None:
        labels.append((target.value, say("chart.target", target=target), palette.INK))
    if projection is not None and remaining is not None and remaining.value > 0:
        labels.append((projection.value, _projected(reader, projection), palette.BLUE))
    half = reader.value("K45", "half")
    if half is not None:
        labels.append((half.value, say("chart.half", projection=half), palette.GREY))
    labels.sort(key=lambda label: label[0])
    heights = [label[0] for label in labels]
    if len(heights) > 1:
        heights[0] = min(heights[0], heights[1] - APART / (HEIGHT - MARGINS.bottom - MARGINS.top) * top)
    for height, (_, sentence, colour) in zip(heights, labels, strict=True):
        text = plain(sentence, reader.head.lang).replace(" ", "\n")
        is_ours = colour == palette.BLUE
        canvas.label(text, (total, height), (9, 0), anchor="left", level="center", colour=colour, bold=is_ours)


def _projected(reader: Reader, projection: Figure) -> Sentence:
    low, high = (reader.value(f"K45.{side}80", "mtd") for side in ("low", "high"))
    if low is None or high is None:
        return say("chart.projection", projection=projection)
    return say("chart.projection_range", projection=projection, low=low, high=high)


def _label_month(canvas: Canvas, reader: Reader, place: int, total: int) -> None:
    lang, last = reader.head.lang, reader.last_day("target", "month")
    if place > 0.2 * total:
        first = plain(reader.date.replace(day=1), lang, "d MMM")
        canvas.label(first, (0, 0), (0, -4), anchor="left", colour=palette.GREY)
    if last is not None and place < 0.8 * total:
        canvas.label(plain(last, lang, "d MMM"), (total, 0), (0, -4), anchor="right", colour=palette.GREY)
    edge = place / total
    anchor: Anchor = "left" if edge <= 0.05 else "right" if edge >= 0.95 else "center"
    canvas.label(plain(reader.date, lang, "d MMM"), (place, 0), (0, -4), anchor=anchor, bold=True)


def _month_alt(reader: Reader) -> Sentence:
    title = month_title(reader)
    actual, target = reader.value(reader.day_kpi(), "mtd"), reader.value("target", "mtd")
    if actual is None:
        return say("alt.nothing", title=title)
    if target is None:
        return say("alt.month_bare", title=title, day=reader.date, actual=actual)
    return say("alt.month", title=title, day=reader.date, actual=actual, target=target)
