"""The sheet of evidence: every registered figure with what it was computed from and the cells that print it."""

from __future__ import annotations

import datetime as dt
import math

from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

from caringmon.model.findings import Figure, Findings
from caringmon.report.own_counts import registered
from caringmon.report.reading import day_of, name_of
from caringmon.report.reasons import reason
from caringmon.report.sheets.pen import Look, Pen, at, number_format, whole_if_possible, widths
from caringmon.report.wording import say

# The columns in order, with their widths.
COLUMNS = {
    "id": 34, "indicator": 26, "segment": 10, "level": 8, "entity": 17, "part": 12, "window": 14, "first_day": 11,
    "last_day": 11, "value": 13, "unit": 8, "numerator": 13, "denominator": 12, "note": 30, "places": 26,
    "numerator_places": 22,
}  # fmt: skip
SIZE = 9


def write(pen: Pen, findings: Findings) -> None:
    """Write the evidence on a sheet of its own; it comes last, when every place is known."""
    sheet = pen.sheet(say("sheet.evidence"))
    _table(pen, sheet, findings, 1)
    sheet.freeze_panes = "B2"
    sheet.print_title_rows = "1:1"
    # Thousands of figures are looked up, not printed: one line of them would be left of a printed workbook.
    sheet.print_area = f"A1:{get_column_letter(len(COLUMNS))}1"
    widths(sheet, *COLUMNS.values())


def write_below(pen: Pen, findings: Findings) -> None:
    """Write the evidence below what the last sheet holds, outside the area that it prints."""
    sheet = pen.book.worksheets[-1]
    start = sheet.max_row + 3
    pen.text(at(sheet, start - 1, 1), say("sheet.evidence"), bold=True, size=12)
    _table(pen, sheet, findings, start)
    for number, width in enumerate(COLUMNS.values(), 1):
        column = sheet.column_dimensions[get_column_letter(number)]
        column.width = max(width, column.width)


def _table(pen: Pen, sheet: Worksheet, findings: Findings, start: int) -> int:
    """Write every figure from a header row on, name the table BUKTI, and return its last row."""
    pen.header(sheet, start, [say(f"evidence.{name}") for name in COLUMNS], left=range(1, len(COLUMNS) + 1))
    row = start
    for figure in registered(findings).values():
        row += 1
        _row(pen, sheet, row, figure)
    last = get_column_letter(len(COLUMNS))
    area = f"{quote_sheetname(sheet.title)}!$A${start}:${last}${row}"
    pen.book.defined_names["BUKTI"] = DefinedName("BUKTI", attr_text=area)
    sheet.auto_filter.ref = f"A{start}:{last}{row}"
    return row


def _row(pen: Pen, sheet: Worksheet, row: int, figure: Figure) -> None:
    texts = {
        "id": figure.id, "indicator": name_of(figure.kpi, pen.lang), "segment": figure.segment, "level": figure.level,
        "entity": figure.entity, "part": figure.part, "window": figure.window, "unit": figure.unit,
        "note": reason(figure) if figure.is_na else "",
        "places": ", ".join(pen.places.get((figure.id, ""), ())),
        "numerator_places": ", ".join(pen.places.get((figure.id, "numerator"), ())),
    }  # fmt: skip
    numbers = {"value": figure.value, "numerator": figure.numerator, "denominator": figure.denominator}
    days = {"first_day": figure.first_day, "last_day": figure.last_day}
    for column, name in enumerate(COLUMNS, 1):
        if texts.get(name):
            pen.text(at(sheet, row, column), texts[name], size=SIZE)
        elif name in days:
            _typed(pen, sheet, (row, column), day_of(days[name]), {"size": SIZE, "shape": "yyyy-mm-dd"})
        elif not math.isnan(numbers.get(name, math.nan)):
            shape = number_format(figure) if name == "value" else "General"
            look: Look = {"size": SIZE, "shape": shape, "align": "right"}
            _typed(pen, sheet, (row, column), whole_if_possible(numbers[name]), look)


def _typed(pen: Pen, sheet: Worksheet, place: tuple[int, int], value: float | dt.date, look: Look) -> None:
    cell = at(sheet, *place)
    pen.dress(cell, **look)
    cell.value = value
