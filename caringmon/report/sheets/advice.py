"""The sheet of recommendations: every one, those too that the page leaves out, then the earlier ones still open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from caringmon.model.findings import Findings
from caringmon.report.advice import Advised, advised
from caringmon.report.notes import unmatched_decisions
from caringmon.report.reading import SEGMENT_NAMES, Reader, readers
from caringmon.report.sheets.pen import Pen, at, lines_needed, rule_below, widths
from caringmon.report.tables import followed_grid, followed_lines
from caringmon.report.wording import Shown, Slot, say

HEADER = 3
# Narrow enough to be read on A4: what belongs together stands in one cell, a line each.
COLUMNS = {
    "col.segment": 8, "advice.number": 4.5, "advice.priority": 9, "advice.rule": 7, "advice.what": 46,
    "advice.action": 36, "advice.owner": 11, "advice.due": 10, "advice.result": 31, "advice.decision": 12,
    "advice.id": 14,
}  # fmt: skip
_FOLLOWED = ("col.segment", "", "", "", "col.what", "col.status", "col.owner", "col.due", "col.escalate",
             "col.workdays_overdue", "col.rec_id")  # fmt: skip
_SIZE = 9
Lines = tuple[Slot, ...]


def write(pen: Pen, findings: Findings) -> None:
    """Write the sheet; a report that neither recommends, nor has an earlier one open or decided on, has none."""
    every, old = advised(findings), [reader for reader in readers(findings) if _has_open(reader)]
    gone = unmatched_decisions(findings)
    if not every and not old and not gone:
        return
    sheet = pen.sheet(say("sheet.advice"))
    pen.text(at(sheet, 1, 1), say("section.advice"), bold=True, size=14)
    pen.header(sheet, HEADER, [say(name) for name in COLUMNS], left=range(1, len(COLUMNS) + 1))
    for row, one in enumerate(every, HEADER + 1):
        _write_row(pen, sheet, row, _cells(one))
    widths(sheet, *COLUMNS.values())
    last = HEADER + len(every)
    sheet.freeze_panes = f"A{HEADER + 1}"
    sheet.print_title_rows = f"{HEADER}:{HEADER}"
    sheet.auto_filter.ref = f"A{HEADER}:{at(sheet, last, len(COLUMNS)).coordinate}"
    last = _write_gone(pen, sheet, last + 2, gone) if gone else last
    last = _write_old(pen, sheet, last + 2, old) if old else last
    sheet.print_area = f"A1:{at(sheet, last, len(COLUMNS)).coordinate}"


def _has_open(reader: Reader) -> bool:
    return "followed" in reader.findings.tables and bool(followed_grid(reader, every=True).rows)


def _cells(one: Advised) -> tuple[Lines, ...]:
    return (
        (SEGMENT_NAMES.get(one.segment, one.segment),),
        (str(one.place),),
        (one.priority,),
        (one.rule,),
        (one.parts["finding"], one.parts["evidence"], _named(one, "cause")),
        (one.parts["action"],),
        (one.owner,),
        (say("row.day", day=one.due), say("note.by_leader") if one.is_reassigned else ""),
        (one.parts["effect"], _named(one, "verification")),
        _decided(one),
        (one.rec_id, "" if one.is_shown else say("advice.in_workbook")),
    )


def _decided(one: Advised) -> Lines:
    if not one.note:
        return (one.verdict,)
    first, *more = one.note.splitlines()
    return (say("advice.decided", decision=one.verdict, text=first), *more)


def _named(one: Advised, part: str) -> Slot:
    return say("advice.named", name=say(f"advice.{part}"), text=one.parts[part])


def _write_gone(pen: Pen, sheet: Worksheet, row: int, names: Sequence[str]) -> int:
    """Write the decisions whose recommendation is not made any more, a row each; return the last row."""
    pen.text(at(sheet, row, 1), say("advice.gone"))
    for name in names:
        row += 1
        pen.text(at(sheet, row, 1), name, size=_SIZE)
    return row


def _write_old(pen: Pen, sheet: Worksheet, row: int, every: Sequence[Reader]) -> int:
    """Write the earlier recommendations that are open, in columns as above; return the last row."""
    pen.text(at(sheet, row, 1), say("section.followup"), bold=True, size=14)
    row += 1
    pen.header(sheet, row, [say(name) if name else "" for name in _FOLLOWED], left=range(1, len(_FOLLOWED) + 1))
    for reader in every:
        row += 1
        for told in followed_lines(reader):
            pen.text(at(sheet, row, 1), reader.name, bold=True, size=_SIZE)
            pen.text(at(sheet, row, 5), told, bold=True, size=_SIZE)
        for line in followed_grid(reader, every=True).rows:
            row += 1
            about, owner, due, status, days, goes_to, code = (cell or "" for cell in line.cells)
            named = (reader.name,), (), (), (), (line.head, about), (status,), (owner,), (due,), (goes_to,), (), (code,)
            _write_row(pen, sheet, row, named)
            if isinstance(days, Shown):
                pen.figure(
                    at(sheet, row, _FOLLOWED.index("col.workdays_overdue") + 1),
                    days.figure,
                    size=_SIZE,
                    wrap=True,
                    align="left",
                )
    return row


def _write_row(pen: Pen, sheet: Worksheet, row: int, cells: Sequence[Sequence[Any]]) -> None:
    needed = 1
    for place, (lines, width) in enumerate(zip(cells, COLUMNS.values(), strict=True), 1):
        said = pen.lines(at(sheet, row, place), lines, wrap=True, size=_SIZE)
        needed = max(needed, lines_needed(said, int(width * 1.15)))
    sheet.row_dimensions[row].height = 12.5 * needed + 3
    rule_below(sheet, row, len(cells))
