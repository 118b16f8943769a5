"""What the first sheet of every workbook begins with: title, facts, clocks, version and run; and its cards."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.worksheet.worksheet import Worksheet

from caringmon.model.findings import Findings
from caringmon.report import palette
from caringmon.report.cards import Card
from caringmon.report.sheets.blocks import need_height
from caringmon.report.sheets.pen import RULE, Pen, at, rule_below
from caringmon.report.wording import Slot, plain, say

LAST_ROW = 3
GAP_HEIGHT = 7.0  # points


def write_heading(
    pen: Pen, sheet: Worksheet, findings: Findings, version: int, facts: Sequence[Slot | None], columns: int
) -> int:
    """Write the heading over so many columns, with a rule below; return its last row.

    `facts`: what the report is about, in one line; None among them is left out.
    """
    head = findings.head
    pen.text(at(sheet, 1, 1), say(f"title.{head.report}"), bold=True, size=20)
    need_height(sheet, 1, 26)
    pen.text(at(sheet, 2, 1), " · ".join(plain(fact, pen.lang) for fact in facts if fact), colour=palette.GREY)
    clocks = say("header.clocks", calls=head.calls_clock, qc=head.qc_clock)
    pen.text(at(sheet, LAST_ROW, 1), clocks, colour=palette.GREY, size=9)
    last = " · ".join([head.form, *version_words(version, pen.lang), f"run {head.run_id}"])
    pen.text(at(sheet, LAST_ROW, columns), last, colour=palette.GREY, size=9, align="right")
    rule_below(sheet, LAST_ROW, columns, RULE)
    return LAST_ROW


def version_words(version: int, lang: str) -> list[str]:
    """Return the version and the label of a correction as texts."""
    words = [plain(say("header.version", version=str(version)), lang)]
    return [*words, plain(say("header.correction", number=str(version - 1)), lang)] if version > 1 else words


def write_card(pen: Pen, sheet: Worksheet, card: Card, place: tuple[int, int], size: int) -> None:
    """Write a card over four rows from its place (row, column) on; `size`: of its number, in points."""
    row, column = place
    pen.text(at(sheet, row, column), card.label, colour=palette.GREY, size=9)
    pen.figure(at(sheet, row + 1, column), card.value.figure, card.value.form, bold=True, size=size, align="left")
    need_height(sheet, row + 1, 26)
    if card.context is not None:
        pen.text(at(sheet, row + 2, column), card.context, colour=palette.GREY, size=9)
    if card.verdict is not None:
        colour = palette.STATUS.get(card.tone, palette.GREY)
        pen.text(at(sheet, row + 3, column), card.verdict, bold=True, colour=colour, size=9)


def leave_low_row(sheet: Worksheet, row: int) -> int:
    """Leave a low row below this one; return the row after it."""
    sheet.row_dimensions[row + 1].height = GAP_HEIGHT
    return row + 2
