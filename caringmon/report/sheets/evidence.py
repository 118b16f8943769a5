"""The sheet of evidence: every registered figure with what it was computed from and the cells that print it."""

from __future__ import annotations

import math

from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

from caringmon.model.findings import Figure, Findings
from caringmon.report.narrative import reason
from caringmon.report.own_counts import registered
from caringmon.report.reading import day_of, name_of
from caringmon.report.sheets.pen import Pen, at, number_format, style, whole_if_possible, widths
from caringmon.report.wording import say

COLUMNS = ("id", "indicator", "segment", "level", "entity", "window", "first_day", "last_day", "value", "unit",
           "numerator", "denominator", "note", "places", "numerator_places")  # fmt: skip


def write(pen: Pen, findings: Findings) -> None:
    """Write the sheet and name its table BUKTI; it comes last, when every place is known."""
    sheet = pen.sheet(say("sheet.evidence"))
    pen.header(sheet, 1, [say(f"evidence.{name}") for name in COLUMNS], left=range(1, len(COLUMNS) + 1))
    row = 1
    for figure in registered(findings).values():
        row += 1
        _row(pen, sheet, row, figure)
    last = get_column_letter(len(COLUMNS))
    area = f"{quote_sheetname(sheet.title)}!$A$1:${last}${row}"
    pen.book.defined_names["BUKTI"] = DefinedName("BUKTI", attr_text=area)
    sheet.auto_filter.ref = f"A1:{last}{row}"
    sheet.freeze_panes = "B2"
    sheet.print_title_rows = "1:1"
    sheet.print_area = f"A1:{last}{row}"
    widths(sheet, 30, 26, 10, 7, 12, 14, 11, 11, 12, 8, 12, 12, 26, 30, 22)


def _row(pen: Pen, sheet: Worksheet, row: int, figure: Figure) -> None:
    texts = {
        1: figure.id, 2: name_of(figure.kpi, pen.lang), 3: figure.segment, 4: figure.level, 5: figure.entity,
        6: figure.window, 10: figure.unit, 13: reason(figure) if figure.is_na else "",
        14: ", ".join(pen.places.get((figure.id, False), [])), 15: ", ".join(pen.places.get((figure.id, True), [])),
    }  # fmt: skip
    for column, text in texts.items():
        if text:
            pen.text(at(sheet, row, column), text, size=9)
    for column, day in ((7, figure.first_day), (8, figure.last_day)):
        cell = style(at(sheet, row, column), size=9)
        cell.value, cell.number_format = day_of(day), "yyyy-mm-dd"
    numbers = ((9, figure.value, number_format(figure)), (11, figure.numerator, ""), (12, figure.denominator, ""))
    for column, number, shape in numbers:
        if not math.isnan(number):
            cell = style(at(sheet, row, column), size=9, align="right")
            cell.value, cell.number_format = whole_if_possible(number), shape or "General"
