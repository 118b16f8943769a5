"""The heat map of contact: hours of the day × the last ten working days (section 5)."""

from __future__ import annotations

from dataclasses import dataclass

from caringmon.model.findings import Figure
from caringmon.model.kpi import MIN_N
from caringmon.report import palette
from caringmon.report.canvas import Canvas, Margins, blank
from caringmon.report.charts import NARROW, WIDE, Chart, small_chart_of
from caringmon.report.conclusions import hours_line, hours_title
from caringmon.report.own_counts import counts
from caringmon.report.reading import Day, Reader
from caringmon.report.tables.calls import hour_of
from caringmon.report.wording import Sentence, plain, say

ROW = 19
_BOTTOM = 34
_LEFT = {WIDE: 44, NARROW: 38}
_COLOURS = {"above": palette.BLUE, "below": palette.AMBER, "": palette.GREY}


@dataclass(frozen=True)
class _Cells:
    """The contact rates by hour (rows) and day (columns); a cell of few dials has none."""

    hours: tuple[str, ...]
    days: tuple[Day, ...]
    rates: tuple[tuple[Figure | None, ...], ...]

    @property
    def known(self) -> list[Figure]:
        return [rate for row in self.rates for rate in row if rate is not None]


def hour_charts(reader: Reader) -> tuple[Chart, ...]:
    """Return the heat map; where no cell has enough dials: none."""
    cells = _cells(reader)
    if not cells.known:
        return ()
    low, high = (pick(cells.known, key=lambda rate: rate.value) for pick in (min, max))
    count = counts(reader)
    scale = say("hours.scale", low=low, high=high, least=count["least_contacts"], days=count["days_listed"])
    line = hours_line(reader)
    notes = (scale,) if line is None else (line, scale)
    return (small_chart_of(hours_title(reader), hours_chart, reader, notes),)


def hours_chart(reader: Reader, width: int = WIDE) -> tuple[bytes, Sentence]:
    """Return the heat map as SVG, the rate of all ten days beside each hour, and the alt text."""
    cells = _cells(reader)
    height = ROW * max(len(cells.hours), 1) + _BOTTOM + 4
    with blank(width, height, Margins(left=_LEFT.get(width, _LEFT[WIDE]), right=58, top=4, bottom=_BOTTOM)) as canvas:
        if cells.known:
            _draw_cells(canvas, cells)
            _label_hours(canvas, reader, cells)
            _label_days(canvas, cells, reader)
    return canvas.svg, _alt(reader, cells)


def _cells(reader: Reader) -> _Cells:
    days = tuple(day for day in reader.recent_days if day.active)
    rates = tuple(tuple(_rate(reader, day.window, part) for day in days) for part in reader.hours)
    return _Cells(reader.hours, days, rates)


def _rate(reader: Reader, window: str, part: str) -> Figure | None:
    rate = reader.value("K10", window, None, part)
    return rate if rate is not None and rate.denominator >= MIN_N else None


def _draw_cells(canvas: Canvas, cells: _Cells) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    values = [[float("nan") if rate is None else rate.value for rate in row] for row in cells.rates]
    colours = LinearSegmentedColormap.from_list("ours", [palette.TRACK, palette.PALE_BLUE, palette.BLUE])
    canvas.axes.imshow(values, cmap=colours, aspect="auto", interpolation="none", clip_on=False)
    nothing, ends = float("nan"), (-0.5, len(cells.days) - 0.5)
    places = [place - 0.5 for place in range(1, len(cells.hours))]
    across = [end for _ in places for end in (*ends, nothing)]
    down = [height for place in places for height in (place, place, nothing)]
    canvas.axes.plot(across, down, color=palette.WHITE, linewidth=1.5, clip_on=False)


def _label_hours(canvas: Canvas, reader: Reader, cells: _Cells) -> None:
    lang, last = reader.head.lang, len(cells.days) - 0.5
    for place, part in enumerate(cells.hours):
        standing = reader.standings.get(part, "")
        hour = plain(say("row.hour", hour=hour_of(reader, part)), lang)
        canvas.label(hour, (-0.5, place), (-6, 0), anchor="right", level="center", bold=standing == "above")
        rate = reader.value("K10", "recent", None, part)
        if rate is not None:
            text, colour = plain(rate, lang), _COLOURS[standing]
            canvas.label(text, (last, place), (7, 0), anchor="left", level="center", colour=colour, bold=bool(standing))


def _label_days(canvas: Canvas, cells: _Cells, reader: Reader) -> None:
    bottom, month, lang = len(cells.hours) - 0.5, 0, reader.head.lang
    for place, day in enumerate(cells.days):
        is_now = day.date == reader.date
        colour = palette.INK if is_now else palette.GREY
        canvas.label(plain(day.date, lang, "d"), (place, bottom), (0, -4), colour=colour, bold=is_now)
        if day.date.month != month:
            month = day.date.month
            canvas.label(plain(day.date, lang, "MMM"), (place, bottom), (0, -18), colour=palette.GREY)


def _alt(reader: Reader, cells: _Cells) -> Sentence:
    rates = tuple(
        say("hours.rate", hour=hour_of(reader, part), rate=rate)
        for part in cells.hours
        if (rate := reader.value("K10", "recent", None, part)) is not None
    )
    title = hours_title(reader)
    return say("alt.hours", title=title, rates=rates) if rates else say("alt.nothing", title=title)
