"""The sheet that reads as a page: title, facts, and per segment the lead, the cards, the ten days with their chart."""

from __future__ import annotations

from typing import Any

from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart.marker import DataPoint
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from caringmon.model.findings import Findings
from caringmon.report import narrative, notes, palette, tables
from caringmon.report.cards import Card, cards
from caringmon.report.reading import Reader, readers
from caringmon.report.sheets.pen import RULE, Pen, at, lines_needed, rule_below, widths
from caringmon.report.wording import Shown, Slot, plain, say

COLUMNS = 12
WIDTH = 11.5
TABLE_COLUMNS = 7
CHART_SIZE: Any = (6.6, 10.6)  # centimetres; openpyxl's stubs say int


def write(pen: Pen, findings: Findings, version: int | None) -> None:
    """Write the sheet."""
    sheet = pen.sheet(say("sheet.summary"), is_page=True)
    widths(sheet, *[WIDTH] * COLUMNS)
    row = _head(pen, sheet, findings, version)
    for number, reader in enumerate(readers(findings)):
        if number:
            sheet.row_breaks.append(Break(id=row - 1))
        row = _segment(pen, sheet, reader, row) + 2
    sheet.print_area = f"A1:{get_column_letter(COLUMNS)}{row - 2}"
    sheet.freeze_panes = "A2"


def _head(pen: Pen, sheet: Worksheet, findings: Findings, version: int | None) -> int:
    head, facts = findings.head, notes.header(findings)
    pen.text(at(sheet, 1, 1), say("title.daily"), bold=True, size=20)
    sheet.row_dimensions[1].height = 28
    what: list[Slot] = [facts.segments, say("book.date", day=facts.date)]
    if facts.workday is not None:
        what.append(facts.workday)
    pen.text(at(sheet, 2, 1), " · ".join(plain(part, pen.lang) for part in what), colour=palette.GREY)
    last = [head.form, *version_words(version, pen.lang), f"run {head.run_id}"]
    pen.text(
        at(sheet, 3, 1), say("header.clocks", calls=head.calls_clock, qc=head.qc_clock), colour=palette.GREY, size=9
    )
    pen.text(at(sheet, 3, COLUMNS), " · ".join(last), colour=palette.GREY, size=9, align="right")
    rule_below(sheet, 3, COLUMNS, RULE)
    row = 4
    for banner in notes.banners(findings):
        row += 1
        pen.text(at(sheet, row, 1), banner, bold=True, colour=palette.AMBER)
    return row + 2


def version_words(version: int | None, lang: str) -> list[str]:
    """Return the version and the label of a correction as texts; without version: nothing."""
    if version is None:
        return []
    words = [plain(say("header.version", version=str(version)), lang)]
    return [*words, plain(say("header.correction", number=str(version - 1)), lang)] if version > 1 else words


def _segment(pen: Pen, sheet: Worksheet, reader: Reader, row: int) -> int:
    pen.text(at(sheet, row, 1), reader.name, bold=True, size=14)
    lead = " ".join(plain(sentence, pen.lang) for sentence in narrative.lead(reader))
    row += 1
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=COLUMNS)
    pen.text(at(sheet, row, 1), lead, size=12, wrap=True)
    sheet.row_dimensions[row].height = 17 * lines_needed(lead, 118)
    row += 2
    for place, card in enumerate(cards(reader)):
        _card(pen, sheet, card, row, 1 + 2 * place)
    rule_below(sheet, row + 3, COLUMNS)
    return _days(pen, sheet, reader, row + 5)


def _card(pen: Pen, sheet: Worksheet, card: Card, row: int, column: int) -> None:
    pen.text(at(sheet, row, column), card.label, colour=palette.GREY, size=9)
    pen.figure(at(sheet, row + 1, column), card.value.figure, card.value.form, bold=True, size=20, align="left")
    sheet.row_dimensions[row + 1].height = 27
    if card.context is not None:
        pen.text(at(sheet, row + 2, column), card.context, colour=palette.GREY, size=9)
    if card.verdict is not None:
        colour = palette.STATUS.get(card.tone, palette.GREY)
        pen.text(at(sheet, row + 3, column), card.verdict, bold=True, colour=colour, size=9)


def _days(pen: Pen, sheet: Worksheet, reader: Reader, row: int) -> int:
    grid = tables.ten_days_grid(reader)
    pen.text(at(sheet, row, 1), narrative.days_title(reader), bold=True)
    header = row + 1
    pen.header(sheet, header, [grid.corner, *(column.label for column in grid.columns)])
    for number, line in enumerate(grid.rows, header + 1):
        is_now = line.extra == "now"
        pen.text(at(sheet, number, 1), line.head, bold=is_now)
        for place, cell in enumerate(line.cells, 2):
            shown = cell if isinstance(cell, Shown) else None
            bold = is_now or grid.columns[place - 2].strong
            pen.figure(at(sheet, number, place), *((shown.figure, shown.form) if shown else (None,)), bold=bold)
        rule_below(sheet, number, len(grid.columns) + 1)
    last = header + len(grid.rows)
    if grid.rows:
        _chart(sheet, reader, grid, header, last)
    return max(last, header + 12)


def _chart(sheet: Worksheet, reader: Reader, grid: tables.Grid, header: int, last: int) -> None:
    """Add bars of the days and the line of their targets, linked to the cells of the table."""
    columns = {column.label.key: place for place, column in enumerate(grid.columns, 2)}
    days = Reference(sheet, min_col=1, min_row=header + 1, max_row=last)
    actual = columns.get(f"col.{reader.day_kpi()}")
    if actual is None:
        return
    bars = BarChart()
    bars.add_data(Reference(sheet, min_col=actual, min_row=header, max_row=last), titles_from_data=True)
    bars.set_categories(days)
    bars.gapWidth = 45
    bars.series[0].graphicalProperties = GraphicalProperties(solidFill=palette.PALE_BLUE[1:])
    if grid.rows[-1].extra == "now":
        ours = GraphicalProperties(solidFill=palette.BLUE[1:])
        bars.series[0].dPt.append(DataPoint(idx=len(grid.rows) - 1, spPr=ours))
    target = columns.get("col.target")
    if target is not None:
        line = LineChart()
        line.add_data(Reference(sheet, min_col=target, min_row=header, max_row=last), titles_from_data=True)
        line.series[0].graphicalProperties = GraphicalProperties(
            ln=LineProperties(solidFill=palette.INK[1:], prstDash="dash", w=15_000)
        )
        line.series[0].marker.symbol = "none"
        bars += line
    bars.graphical_properties = GraphicalProperties(ln=LineProperties(noFill=True))
    bars.y_axis.scaling.min = 0
    bars.y_axis.majorGridlines = None
    bars.x_axis.delete = bars.y_axis.delete = False
    bars.y_axis.number_format = "#,##0"
    bars.legend.position = "b"
    bars.height, bars.width = CHART_SIZE
    sheet.add_chart(bars, f"{get_column_letter(TABLE_COLUMNS + 1)}{header - 1}")
