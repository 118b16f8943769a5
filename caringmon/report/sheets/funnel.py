"""The sheet of the funnel: the stages of every segment as a proper table."""

from __future__ import annotations

from openpyxl.utils import get_column_letter

from caringmon.model.findings import Findings
from caringmon.report.reading import readers
from caringmon.report.sheets.pen import Pen, at, data_bars, widths
from caringmon.report.tables import FUNNEL_WINDOWS, funnel_stages, window_label
from caringmon.report.wording import plain, say

HEADER = 3


def write(pen: Pen, findings: Findings) -> None:
    """Write the sheet."""
    sheet = pen.sheet(say("sheet.funnel"))
    every = readers(findings)
    pen.text(at(sheet, 1, 1), say("table.funnel"), bold=True, size=14)
    labels = [say("col.segment"), say("col.stage")]
    for window in FUNNEL_WINDOWS if every else ():
        name = plain(window_label(every[0], window), pen.lang)
        labels += [say("book.count", window=name), say("book.step", window=name)]
    pen.header(sheet, HEADER, labels, left=(1, 2))
    sheet.row_dimensions[HEADER].height = 44
    row = HEADER
    for reader in every:
        first = row + 1
        for stage, kpi, form, rate in funnel_stages(reader):
            row += 1
            pen.text(at(sheet, row, 1), reader.name)
            pen.text(at(sheet, row, 2), say(f"stage.{stage}"))
            for place, window in enumerate(FUNNEL_WINDOWS):
                pen.figure(at(sheet, row, 3 + 2 * place), reader.get(kpi, window), form, bold=True)
                if rate:
                    pen.figure(at(sheet, row, 4 + 2 * place), reader.get(rate, window))
        for place in range(len(FUNNEL_WINDOWS) if row >= first else 0):
            letter = get_column_letter(3 + 2 * place)
            sheet.conditional_formatting.add(f"{letter}{first}:{letter}{row}", data_bars())
    widths(sheet, 10, 28, *(15,) * 6)
    sheet.freeze_panes = f"C{HEADER + 1}"
    sheet.auto_filter.ref = f"A{HEADER}:{get_column_letter(len(labels))}{max(row, HEADER + 1)}"
    sheet.print_title_rows = f"{HEADER}:{HEADER}"
    sheet.print_area = f"A1:{get_column_letter(len(labels))}{max(row, HEADER + 1)}"
