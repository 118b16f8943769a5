"""The sheet of call results: the day by the hour, then by result, each a table with a chart per segment beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from openpyxl.chart import BarChart
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from caringmon.model.findings import Findings
from caringmon.report.conclusions import hours_title, results_title
from caringmon.report.reading import Reader, readers
from caringmon.report.sheets.drawings import Body, Drawn, columns_chart, place_chart, sorted_chart
from caringmon.report.sheets.pen import Pen, at, widths
from caringmon.report.sheets.records import Part, Records, filter_rows, write_notes, write_records
from caringmon.report.tables import Row, hours_grid, results_grid
from caringmon.report.wording import Sentence, Slot, say

CHART_COLUMN = 11
LAST_COLUMN = 16
CHART_ROWS = 15


@dataclass(frozen=True)
class _Drawing:
    """What is drawn beside a table: a column by window and label, title, kind, most rows, and what it shows."""

    column: tuple[str, str]
    title: str
    make: Callable[[Pen, Body, Slot, Drawn], BarChart]
    most: int
    conclusion: Callable[[Reader], Sentence]


_HOURS = _Drawing(("window.recent", "col.contact"), "book.chart.hours", columns_chart, 24, hours_title)
_RESULTS = _Drawing(("", "col.count"), "book.chart.results", sorted_chart, 10, results_title)


def write(pen: Pen, findings: Findings) -> None:
    """Write the sheet; without any call there is none."""
    every = readers(findings)
    hours = [Part(r, hours_grid(r), _front(r), r.audience.level) for r in every if r.hours]
    results = [Part(r, results_grid(r), _front(r), r.audience.level) for r in every if r.results]
    if not hours and not results:
        return
    sheet = pen.sheet(say("sheet.calls"))
    widths(sheet, 9, 27, *(11,) * (CHART_COLUMN - 4), 3, *(12,) * (LAST_COLUMN - CHART_COLUMN + 1))
    sheet.freeze_panes = "A2"
    pen.text(at(sheet, 1, 1), say("book.calls", day=every[0].date), bold=True, size=14)
    end = 1
    if hours:
        _, end = _table(pen, sheet, end + 2, hours, _HOURS)
    if results:
        if hours:
            sheet.row_breaks.append(Break(id=end))
        records, end = _table(pen, sheet, end + 2, results, _RESULTS)
        filter_rows(records)
    sheet.print_title_rows = "1:1"
    sheet.print_area = f"A1:{get_column_letter(LAST_COLUMN)}{end}"


def _front(reader: Reader) -> Callable[[Row], tuple[Slot, ...]]:
    return lambda row: (reader.name, row.head)


def _table(pen: Pen, sheet: Worksheet, row: int, parts: Sequence[Part], drawing: _Drawing) -> tuple[Records, int]:
    """Write caption, table, notes and charts; return the table and the last row of all."""
    pen.text(at(sheet, row, 1), parts[0].grid.caption, bold=True, size=12)
    for part in parts:
        row += 1
        line = say("book.of_segment", segment=part.reader.name, what=drawing.conclusion(part.reader))
        pen.text(at(sheet, row, 1), line)
    records = write_records(pen, sheet, row + 1, (say("col.segment"), parts[0].grid.corner), parts)
    sheet.row_dimensions[row + 1].height = 40
    end = write_notes(records, parts)
    below = row + 1
    column = records.columns.get(drawing.column)
    for part, (first, last) in zip(parts, records.spans, strict=True):
        if column is not None and last >= first:
            body = Body(sheet, first, min(last, first + drawing.most - 1), 2)
            chart = drawing.make(pen, body, say(drawing.title, segment=part.reader.name), Drawn(column, ""))
            place_chart(sheet, chart, (below, CHART_COLUMN), (below + CHART_ROWS - 1, LAST_COLUMN))
            below += CHART_ROWS + 1
    return records, max(end, below - 1)
