"""The sheet of data and definitions: notes, findings about the data, files, indicators, parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from caringmon.model.findings import Figure, Findings
from caringmon.report import notes
from caringmon.report.numerals import MINUS
from caringmon.report.reading import readers
from caringmon.report.sheets.blocks import Spot, write_block
from caringmon.report.sheets.pen import Pen, at, lines_needed, rule_below, widths
from caringmon.report.tables import reach_grid
from caringmon.report.wording import Slot, plain, say

WIDTHS = (46, 40, 15, 15, 42, 12)


def write(pen: Pen, findings: Findings) -> None:
    """Write the sheet: first what the page prints too, then every finding and file with its place."""
    sheet = pen.sheet(say("sheet.data"), is_page=True)
    widths(sheet, *WIDTHS)
    pen.text(at(sheet, 1, 1), say("sheet.data"), bold=True, size=14)
    row = 2
    for note in notes.data_notes(findings):
        row += 1
        pen.text(at(sheet, row, 1), note)
    row = _reach(pen, sheet, findings, row + 2)
    row = _issue_summary(pen, sheet, findings, row + 2)
    row = _load_summary(pen, sheet, findings, row + 2)
    sheet.row_breaks.append(Break(id=row))
    row = _bridge_total(pen, sheet, findings, row + 2)
    row = _definitions(pen, sheet, findings, row + 2)
    row = _parameters(pen, sheet, findings, row + 2)
    sheet.row_breaks.append(Break(id=row))
    row = _issues(pen, sheet, findings, row + 2)
    row = _loads(pen, sheet, findings, row + 2)
    row = _bridge(pen, sheet, findings, row + 2)
    sheet.print_area = f"A1:F{row}"
    sheet.freeze_panes = "A2"


def _reach(pen: Pen, sheet: Worksheet, findings: Findings, row: int) -> int:
    """Write the counts of services to be reached, per segment."""
    for reader in readers(findings):
        grid = reach_grid(reader)
        if reader.get("K07", "mtd") is not None and (grid.rows or grid.notes):
            named = say("book.of_segment", segment=reader.name, what=grid.caption)
            row = write_block(pen, Spot(sheet, row, 1, 2), replace(grid, caption=named), reader.actual) + 2
    return row - 2


def _issue_summary(pen: Pen, sheet: Worksheet, findings: Findings, row: int) -> int:
    lines = [(i.sentence, i.code, i.severity, i.table, i.files, i.count) for i in notes.issue_summary(findings)]
    labels = [say(f"col.{name}") for name in ("finding", "code", "severity", "table", "files", "times")]
    return _table(pen, sheet, row, say("table.issues_found"), labels, lines)


def _load_summary(pen: Pen, sheet: Worksheet, findings: Findings, row: int) -> int:
    lines = [(load.table, _days(load), *load.counts, load.files) for load in notes.load_summary(findings)]
    names = ("table", "days", "rows_read", "rows_loaded", "rows_quarantined", "files")
    return _table(pen, sheet, row, say("table.files_loaded"), [say(f"col.{name}") for name in names], lines)


def _issues(pen: Pen, sheet: Worksheet, findings: Findings, row: int) -> int:
    lines = [
        (i.sentence, _joined(i.code, i.detail), i.severity, i.table, _joined(i.file, i.position), i.count)
        for i in notes.issue_lines(findings)
    ]
    labels = [say(f"col.{name}") for name in ("finding", "code", "severity", "table", "place", "times")]
    return _table(pen, sheet, row, say("table.issues_placed"), labels, lines)


def _loads(pen: Pen, sheet: Worksheet, findings: Findings, row: int) -> int:
    lines = [(notes.file_text(load.file), _days(load), load.table, *load.counts) for load in notes.load_lines(findings)]
    names = ("file", "days", "table", "rows_read", "rows_loaded", "rows_quarantined")
    return _table(pen, sheet, row, say("table.files"), [say(f"col.{name}") for name in names], lines)


def _bridge_total(pen: Pen, sheet: Worksheet, findings: Findings, row: int) -> int:
    lines = [(step.name, _sign(step), step.count) for step in notes.bridge_total(findings)]
    labels = [say(f"col.{name}") for name in ("bridge_step", "sign", "times")]
    return _table(pen, sheet, row, say("table.bridge"), labels, lines)


def _bridge(pen: Pen, sheet: Worksheet, findings: Findings, row: int) -> int:
    lines = [
        (step.name, notes.file_text(file) or say("bridge.later"), step.count, _sign(step))
        for file, steps in notes.bridge_lines(findings)
        for step in steps
    ]
    labels = [say(f"col.{name}") for name in ("bridge_step", "file", "times", "sign")]
    return _table(pen, sheet, row, say("table.bridge_files"), labels, lines)


def _sign(step: notes.Step) -> str:
    return MINUS if step.is_taken else "="


def _days(load: notes.LoadLine) -> Slot:
    return say("book.days", system=load.system, first=load.first_day, last=load.last_day)


def _joined(*parts: str) -> str:
    return " · ".join(notes.file_text(part) for part in parts if part)


def _definitions(pen: Pen, sheet: Worksheet, findings: Findings, row: int) -> int:
    lines = [(f"{d.name} ({d.id})", d.formula, d.unit, d.clause) for d in notes.definitions(findings)]
    labels = (say("col.indicator"), say("col.formula"), say("col.unit"), say("col.clause"))
    return _table(pen, sheet, row, say("table.definitions"), labels, lines)


def _parameters(pen: Pen, sheet: Worksheet, findings: Findings, row: int) -> int:
    head = findings.head
    lines = [(name, value) for name, value in sorted(head.parameters.items())]
    lines += [("run_id", head.run_id), ("caringmon", head.package_version), ("calendar", head.calendar_version)]
    return _table(pen, sheet, row, say("header.parameters"), (say("col.name"), say("col.value")), lines)


def _table(
    pen: Pen, sheet: Worksheet, row: int, title: Slot, labels: Sequence[Slot], lines: Sequence[Sequence[Slot | None]]
) -> int:
    """Write a titled table and return its last row."""
    pen.text(at(sheet, row, 1), title, bold=True, size=12)
    numbers = {place for line in lines for place, value in enumerate(line, 1) if isinstance(value, Figure)}
    pen.header(sheet, row + 1, labels, left=set(range(1, len(labels) + 1)) - numbers)
    row += 1
    for line in lines:
        row += 1
        needed = 1
        for place, value in enumerate(line, 1):
            cell = at(sheet, row, place)
            if isinstance(value, Figure):
                pen.figure(cell, value, wrap=True)
            elif value is not None:
                pen.text(cell, value, wrap=True)
                needed = max(needed, lines_needed(plain(value, pen.lang), int(WIDTHS[place - 1] * 1.2)))
        sheet.row_dimensions[row].height = 14 * needed + 2
        rule_below(sheet, row, len(labels))
    return row
