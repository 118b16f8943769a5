"""The sheet of recommendations: every one, those too that the page leaves out, as a table to filter."""

from __future__ import annotations

from openpyxl.worksheet.worksheet import Worksheet

from caringmon.model.findings import Findings
from caringmon.report.advice import ORDER, Advised, advised
from caringmon.report.reading import SEGMENT_NAMES
from caringmon.report.sheets.pen import Pen, at, lines_needed, rule_below, widths
from caringmon.report.wording import Slot, plain, say

HEADER = 3
_FIRST = ("col.segment", "advice.number", "advice.priority", "advice.rule")
_LAST = ("advice.decision", "advice.place", "advice.id")
WIDTHS = (9, 6, 9, 8, 36, 36, 32, 44, 16, 12, 26, 32, 22, 14, 26)


def write(pen: Pen, findings: Findings) -> None:
    """Write the sheet; a report without a recommendation has none."""
    every = advised(findings)
    if not every:
        return
    sheet = pen.sheet(say("sheet.advice"))
    pen.text(at(sheet, 1, 1), say("section.advice"), bold=True, size=14)
    labels = [*map(say, _FIRST), *(say(f"advice.{part}") for part in ORDER), *map(say, _LAST)]
    pen.header(sheet, HEADER, labels, left=range(1, len(labels) + 1))
    for row, one in enumerate(every, HEADER + 1):
        _write_row(pen, sheet, row, _texts(one))
    widths(sheet, *WIDTHS)
    last = at(sheet, HEADER + len(every), len(labels)).coordinate
    sheet.freeze_panes = f"E{HEADER + 1}"
    sheet.print_title_rows = f"{HEADER}:{HEADER}"
    sheet.auto_filter.ref = f"A{HEADER}:{last}"
    sheet.print_area = f"A1:{last}"


def _texts(one: Advised) -> tuple[Slot, ...]:
    told: dict[str, Slot] = {**one.parts, "owner": one.owner, "due": one.due}
    decided = say(f"decision.{one.decision}") if one.decision else ""
    added = one.text or one.reason
    return (
        SEGMENT_NAMES.get(one.segment, one.segment),
        str(one.place),
        one.priority,
        one.rule,
        *(told[part] for part in ORDER),
        say("advice.decided", decision=decided, text=added) if added else decided,
        say("advice.on_page" if one.is_shown else "advice.in_workbook"),
        one.rec_id,
    )


def _write_row(pen: Pen, sheet: Worksheet, row: int, texts: tuple[Slot, ...]) -> None:
    needed = 1
    for place, text in enumerate(texts, 1):
        pen.text(at(sheet, row, place), text, wrap=True, size=9)
        needed = max(needed, lines_needed(plain(text, pen.lang), int(WIDTHS[place - 1] * 1.2)))
    sheet.row_dimensions[row].height = 12.5 * needed + 3
    rule_below(sheet, row, len(texts))
