"""The sheet of data and definitions: notes, findings about the data, files, indicators, parameters."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.worksheet.worksheet import Worksheet

from caringmon.model.findings import Figure, Findings
from caringmon.report import notes
from caringmon.report.sheets.pen import Pen, at, lines_needed, rule_below, widths
from caringmon.report.wording import Slot, plain, say

WIDTHS = (46, 44, 16, 14, 14, 16)


def write(pen: Pen, findings: Findings) -> None:
    """Write the sheet."""
    sheet = pen.sheet(say("sheet.data"), is_page=True)
    widths(sheet, *WIDTHS)
    pen.text(at(sheet, 1, 1), say("sheet.data"), bold=True, size=14)
    row = 2
    for note in notes.data_notes(findings):
        row += 1
        pen.text(at(sheet, row, 1), note)
    row = _issues(pen, sheet, findings, row + 2)
    row = _loads(pen, sheet, findings, row + 2)
    row = _definitions(pen, sheet, row + 2)
    row = _parameters(pen, sheet, findings, row + 2)
    sheet.print_area = f"A1:F{row}"
    sheet.freeze_panes = "A2"


def _issues(pen: Pen, sheet: Worksheet, findings: Findings, row: int) -> int:
    lines = [
        (i.sentence, " · ".join(part for part in (i.code, notes.file_text(i.detail)) if part), i.severity, i.table,
         " ".join(part for part in (notes.file_text(i.file), i.position) if part), i.count)
        for i in notes.issue_lines(findings)
    ]  # fmt: skip
    labels = (
        say("col.finding"),
        say("col.code"),
        say("col.severity"),
        say("col.table"),
        say("col.place"),
        say("col.times"),
    )
    return _table(pen, sheet, row, say("table.issues_found"), labels, lines)


def _loads(pen: Pen, sheet: Worksheet, findings: Findings, row: int) -> int:
    lines = [
        (notes.file_text(load.file), say("book.days", system=load.system, first=load.first_day, last=load.last_day),
         load.table, *load.counts)
        for load in notes.load_lines(findings)
    ]  # fmt: skip
    labels = (say("col.file"), say("col.days"), say("col.table"), say("col.rows_read"), say("col.rows_loaded"),
              say("col.rows_quarantined"))  # fmt: skip
    return _table(pen, sheet, row, say("table.files_loaded"), labels, lines)


def _definitions(pen: Pen, sheet: Worksheet, row: int) -> int:
    lines = [(f"{d.name} ({d.id})", d.formula, d.unit, d.clause) for d in notes.definitions(pen.lang)]
    labels = (say("col.indicator"), say("col.formula"), say("col.unit"), say("col.clause"))
    return _table(pen, sheet, row, say("table.definitions"), labels, lines)


def _parameters(pen: Pen, sheet: Worksheet, findings: Findings, row: int) -> int:
    head = findings.head
    lines = [(name, value) for name, value in sorted(head.parameters.items())]
    lines += [("run_id", head.run_id), ("evidence_id", head.evidence_id), ("caringmon", head.package_version),
              ("calendar", head.calendar_version)]  # fmt: skip
    return _table(pen, sheet, row, say("header.parameters"), (say("col.name"), say("col.value")), lines)


def _table(
    pen: Pen, sheet: Worksheet, row: int, title: Slot, labels: Sequence[Slot], lines: Sequence[Sequence[Slot]]
) -> int:
    """Write a titled table and return its last row."""
    pen.text(at(sheet, row, 1), title, bold=True, size=12)
    pen.header(sheet, row + 1, labels, texts=len(labels))
    row += 1
    for line in lines:
        row += 1
        needed = 1
        for place, value in enumerate(line, 1):
            cell = at(sheet, row, place)
            if isinstance(value, Figure):
                pen.figure(cell, value, wrap=True)
            else:
                pen.text(cell, value, wrap=True)
                needed = max(needed, lines_needed(plain(value, pen.lang), int(WIDTHS[place - 1] * 1.2)))
        sheet.row_dimensions[row].height = 14 * needed + 2
        rule_below(sheet, row, len(labels))
    return row
