"""Native charts that read the cells of a table: bars with a target, lines that add up, sorted bars.

Like the charts of the page: bars from zero, the target a dashed ink line with its number, no legend. The numbers are
stored in the chart too, so that previews draw it.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from openpyxl.chart import BarChart, LineChart
from openpyxl.chart.data_source import AxDataSource, NumData, NumDataSource, NumRef, NumVal, StrData, StrRef, StrVal
from openpyxl.chart.label import DataLabel, DataLabelList
from openpyxl.chart.marker import DataPoint, Marker
from openpyxl.chart.series import Series, SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import (
    CharacterProperties,
    Paragraph,
    ParagraphProperties,
    RichTextProperties,
)
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.worksheet import Worksheet

from caringmon.report import palette
from caringmon.report.sheets.pen import Pen, at
from caringmon.report.wording import Slot, plain

_THIN, _THICK = 12_700, 25_400  # in EMU: one and two points
_GAP = 45


@dataclass(frozen=True)
class Body:
    """The rows of a table that a chart reads, first and last, and the column of their names."""

    sheet: Worksheet
    first: int
    last: int
    names: int = 1


@dataclass(frozen=True)
class Drawn:
    """One column drawn: which, what it is called, and whether it is the target's dashed line."""

    column: int
    label: Slot
    is_target: bool = False


def days_chart(pen: Pen, body: Body, title: Slot, columns: Sequence[Drawn], *, ends_now: bool) -> BarChart:
    """Return bars of days, the last one marked where it is the report's day, and the line of their targets."""
    chart = _bars(pen, title)
    bars, *targets = [_series(pen, body, drawn) for drawn in columns]
    _fill(bars, palette.PALE_BLUE)
    if ends_now:
        _mark(bars, body.last - body.first)
    chart.series.append(bars)
    if targets:
        line = LineChart()
        for series in targets:
            _dash(series, 0)
            line.series.append(series)
        chart += line
    return chart


def lines_chart(pen: Pen, body: Body, title: Slot, columns: Sequence[Drawn]) -> LineChart:
    """Return lines that add up over the days; the target is dashed, the last point of each is labelled."""
    chart = LineChart()
    _plain_frame(pen, chart, title)
    for drawn in columns:
        series = _series(pen, body, drawn)
        if drawn.is_target:
            _dash(series, body.last - body.first)
        else:
            series.graphicalProperties = _stroke(palette.BLUE, _THICK)
            series.marker.symbol = "none"
            _label_point(series, body.last - body.first, "b", palette.BLUE)
        _dot(series, body.last - body.first, palette.INK if drawn.is_target else palette.BLUE)
        series.smooth = False
        chart.series.append(series)
    return chart


def columns_chart(pen: Pen, body: Body, title: Slot, drawn: Drawn) -> BarChart:
    """Return upright bars of one column, each with its number."""
    chart = _bars(pen, title)
    chart.y_axis.delete = True
    series = _series(pen, body, drawn)
    _fill(series, palette.BLUE)
    _label_all(series)
    chart.series.append(series)
    return chart


def sorted_chart(pen: Pen, body: Body, title: Slot, drawn: Drawn) -> BarChart:
    """Return lying bars in the order of the table, the first row on top, each with its number (a Pareto chart)."""
    chart = _bars(pen, title)
    chart.type = "bar"
    chart.x_axis.scaling.orientation = "maxMin"
    chart.y_axis.delete = True
    series = _series(pen, body, drawn)
    _fill(series, palette.BLUE)
    _label_all(series)
    chart.series.append(series)
    return chart


def place_chart(sheet: Worksheet, chart: Any, first: tuple[int, int], last: tuple[int, int]) -> None:
    """Put a chart over the cells from `first` to `last`, each as (row, column)."""
    start = AnchorMarker(col=first[1] - 1, row=first[0] - 1)
    chart.anchor = TwoCellAnchor(editAs="oneCell", _from=start, to=AnchorMarker(col=last[1], row=last[0]))
    sheet.add_chart(chart)


def _bars(pen: Pen, title: Slot) -> BarChart:
    chart = BarChart()
    chart.gapWidth = _GAP
    _plain_frame(pen, chart, title)
    return chart


def _plain_frame(pen: Pen, chart: Any, title: Slot) -> None:
    """Set title, axes and frame: small type, no lines but the axis, no legend, empty cells as gaps."""
    chart.title = plain(title, pen.lang)
    chart.title.tx.rich.p[0].r[0].rPr = _letters(900, palette.GREY)
    chart.title.overlay = False
    chart.legend = None
    chart.display_blanks = "gap"
    chart.graphical_properties = GraphicalProperties(ln=LineProperties(noFill=True))
    for axis in (chart.x_axis, chart.y_axis):
        axis.delete = False
        axis.majorGridlines = None
        axis.majorTickMark = axis.minorTickMark = "none"
        axis.txPr = _rich(_letters(800, palette.GREY))
        axis.graphicalProperties = _stroke(palette.HAIRLINE, _THIN)
    chart.y_axis.scaling.min = 0
    chart.y_axis.number_format = "#,##0"


def _series(pen: Pen, body: Body, drawn: Drawn) -> Any:
    """Return a series that refers to its cells and holds their values and names."""
    rows = range(body.first, body.last + 1)
    cached = pen.cached[body.sheet.title]
    cells = [at(body.sheet, row, drawn.column) for row in rows]
    values = [cached.get(cell.coordinate, cell.value) for cell in cells]
    points = [NumVal(idx=i, v=value) for i, value in enumerate(values) if isinstance(value, int | float)]
    names = [StrVal(idx=i, v=str(at(body.sheet, row, body.names).value)) for i, row in enumerate(rows)]
    series: Any = Series()
    series.tx = SeriesLabel(v=plain(drawn.label, pen.lang))
    series.val = NumDataSource(
        NumRef(f=_area(body, drawn.column), numCache=NumData(cells[0].number_format, len(rows), points))
    )
    series.cat = AxDataSource(strRef=StrRef(f=_area(body, body.names), strCache=StrData(len(rows), names)))
    return series


def _area(body: Body, column: int) -> str:
    letter = get_column_letter(column)
    return f"{quote_sheetname(body.sheet.title)}!${letter}${body.first}:${letter}${body.last}"


def _fill(series: Any, colour: str) -> None:
    series.graphicalProperties = GraphicalProperties(solidFill=colour[1:])


def _mark(series: Any, last: int) -> None:
    series.dPt.append(DataPoint(idx=last, spPr=GraphicalProperties(solidFill=palette.BLUE[1:])))
    _label_point(series, last, "outEnd", palette.BLUE)


def _dot(series: Any, last: int, colour: str) -> None:
    """Mark the last point of a line; on the first day of a month there is no other."""
    fill = GraphicalProperties(solidFill=colour[1:], ln=copy(series.graphicalProperties.line))
    series.dPt.append(DataPoint(idx=last, marker=Marker("circle", 5, fill), spPr=fill))


def _dash(series: Any, labelled: int) -> None:
    series.graphicalProperties = _stroke(palette.INK, _THIN)
    series.graphicalProperties.line.dashStyle = "dash"
    series.marker.symbol = "none"
    series.smooth = False
    _label_point(series, labelled, "t", palette.INK)


def _label_point(series: Any, last: int, position: str, colour: str) -> None:
    label = DataLabel(idx=last, dLblPos=position, txPr=_rich(_letters(800, colour, bold=True)), **_ONLY_VALUE)
    series.dLbls = DataLabelList(dLbl=[label], **{**_ONLY_VALUE, "showVal": False})


def _label_all(series: Any) -> None:
    series.dLbls = DataLabelList(txPr=_rich(_letters(800, palette.GREY)), **_ONLY_VALUE)


_ONLY_VALUE: dict[str, Any] = {
    "showVal": True, "showSerName": False, "showCatName": False, "showLegendKey": False, "showPercent": False,
}  # fmt: skip


def _stroke(colour: str, width: int) -> GraphicalProperties:
    return GraphicalProperties(ln=LineProperties(solidFill=colour[1:], w=width))


def _letters(size: int, colour: str, *, bold: bool = False) -> CharacterProperties:
    return CharacterProperties(sz=size, b=bold, solidFill=colour[1:])


def _rich(letters: CharacterProperties) -> RichText:
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=letters), endParaRPr=letters)
    return RichText(bodyPr=RichTextProperties(), p=[paragraph])
