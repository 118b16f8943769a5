"""The sheets of W-03: the board that reads as a page, the tracker that comes back, effects, and what happened."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from caringmon.model.findings import Findings
from caringmon.report import notes, palette
from caringmon.report.followed_up import Half, board_line, halves, news_line, of_one
from caringmon.report.followup_sections import CARDS
from caringmon.report.sheets.blocks import Spot, write_wrapped
from caringmon.report.sheets.heading import write_heading
from caringmon.report.sheets.pen import Pen, at, lines_needed, rule_below, widths
from caringmon.report.tables import Grid
from caringmon.report.tables.monitoring import (
    age_grid,
    effects_grid,
    log_grid,
    overdue_grid,
    progress_grid,
    recurrence_grid,
    returns_grid,
)
from caringmon.report.tracker import BASE_VERSION, Stamp, write_tracker
from caringmon.report.wording import Shown, plain, say

_BOARD = (28, 30, 16, 14, 22, 14, 14, 27)
_EFFECTS = (34, 26, 11, 9, 11, 9, 10, 18, 36, 27)
_LOG = (12, 34, 32, 27, 48, 34)
_SIZE = 9
_NUMBERS = {"effect": "rec_effect", "overdue": "workdays_overdue"}


def write_board(pen: Pen, findings: Findings, version: int) -> None:
    """Write the first sheet: where both halves stand, how far they came, what is overdue, and the returns."""
    sheet = pen.sheet(say("sheet.board"), is_page=True)
    widths(sheet, *_BOARD)
    row = _head(pen, sheet, findings, version)
    every = halves(findings)
    if not every:
        pen.text(at(sheet, row, 1), say("w03.empty"), size=12)
    for half in every:
        if half is not every[0]:
            sheet.row_breaks.append(Break(id=row - 1))
        row = _half(pen, sheet, half, row) + 2
    if every and returns_grid(findings).rows:
        row = _grid(pen, sheet, returns_grid(findings), row, _BOARD)
    sheet.print_area = f"A1:H{row}"
    sheet.freeze_panes = "A2"


def write_tracking(pen: Pen, findings: Findings) -> None:
    """Write the tracker: what owners fill in, and `followup import` takes back."""
    table = findings.tables["tracked"]
    listed = [tuple(name for name in str(names).split("|") if name) for names in table["next_statuses"]]
    version = findings.registered("register_version.now")
    stamp = Stamp(int(version.value), findings.head.qc_clock.date())
    cells = write_tracker(pen, table.assign(next_statuses=pd.Series(listed, index=table.index, dtype=object)), stamp)
    pen.remember(cells["", BASE_VERSION], version)
    for (rec_id, name), cell in cells.items():
        figure = of_one(findings, _NUMBERS.get(name, ""), rec_id)
        if figure is not None and not math.isnan(figure.value):
            pen.remember(cell, figure)


def write_effects(pen: Pen, findings: Findings) -> None:
    """Write before and after of each one that was done, and what came back after it was closed."""
    sheet = pen.sheet(say("sheet.effects"))
    widths(sheet, *_EFFECTS)
    pen.text(at(sheet, 1, 1), say("section.effects"), bold=True, size=14)
    pen.text(at(sheet, 2, 1), say("w03.windows"), colour=palette.GREY, size=_SIZE)
    pen.text(at(sheet, 3, 1), say("w03.indicative"), colour=palette.GREY, size=_SIZE)
    every = [(half, grid(half)) for grid in (effects_grid, recurrence_grid) for half in halves(findings)]
    row = _each(pen, sheet, every, 5, _EFFECTS)
    if row == 5:
        pen.text(at(sheet, row, 1), say("w03.none_done"))
    sheet.print_area = f"A1:J{row}"


def write_log(pen: Pen, findings: Findings) -> None:
    """Write what happened since the issue before, with notes and evidence as typed."""
    sheet = pen.sheet(say("sheet.log"))
    widths(sheet, *_LOG)
    pen.text(at(sheet, 1, 1), say("section.log"), bold=True, size=14)
    row = _each(pen, sheet, [(half, log_grid(half, with_texts=True)) for half in halves(findings)], 3, _LOG)
    if row == 3:
        pen.text(at(sheet, row, 1), say("w03.no_news"))
    sheet.print_area = f"A1:F{row}"


def _head(pen: Pen, sheet: Worksheet, findings: Findings, version: int) -> int:
    """Write title, facts, clocks and banners; return the row below."""
    facts = notes.header(findings)
    told = (facts.segments, say("book.date", day=facts.date))
    row = write_heading(pen, sheet, findings, version, told, len(_BOARD)) + 1
    for banner in notes.banners(findings):
        pen.text(at(sheet, row, 1), banner, bold=True, colour=palette.AMBER)
        row += 1
    for note in notes.leader_notes(findings):
        write_wrapped(pen, Spot(sheet, row, 1), len(_BOARD), note, {})
        row += 1
    return row + 1


def _half(pen: Pen, sheet: Worksheet, half: Half, row: int) -> int:
    """Write a half: name, one sentence, six numbers, progress and ages, what is overdue; return the last row."""
    pen.text(at(sheet, row, 1), half.name, bold=True, size=14)
    told = [line for line in (board_line(half), news_line(half)) if line is not None]
    pen.text(at(sheet, row + 1, 1), " ".join(plain(line, pen.lang) for line in told), size=11)
    for column, name in enumerate(CARDS, 1):
        pen.text(at(sheet, row + 3, column), say(f"board.{name}"), colour=palette.GREY, size=_SIZE, wrap=True)
        pen.figure(at(sheet, row + 4, column), half.count(name), bold=True, size=18, align="left")
    sheet.row_dimensions[row + 3].height, sheet.row_dimensions[row + 4].height = 25, 24
    row += 6
    for grid in (progress_grid(half), age_grid(half), overdue_grid(half)):
        if grid.rows:
            row = _grid(pen, sheet, grid, row, _BOARD) + 2
    return row - 2


def _each(pen: Pen, sheet: Worksheet, every: Sequence[tuple[Half, Grid]], row: int, columns: Sequence[int]) -> int:
    """Write the tables of the halves below each other, empty ones left out; return the row below."""
    for half, grid in every:
        if grid.rows:
            pen.text(at(sheet, row, 1), half.name, bold=True, size=12)
            row = _grid(pen, sheet, grid, row + 1, columns) + 2
    return row


def _grid(pen: Pen, sheet: Worksheet, grid: Grid, row: int, columns: Sequence[int]) -> int:
    """Write a table with its caption and header, bars left out; return its last row."""
    kept = [number for number, column in enumerate(grid.columns) if column.kind != "bar"]
    texts = {1, *(place for place, number in enumerate(kept, 2) if grid.columns[number].kind == "text")}
    pen.text(at(sheet, row, 1), grid.caption, bold=True)
    pen.header(sheet, row + 1, [grid.corner, *(grid.columns[number].label for number in kept)], left=texts)
    row += 1
    for line in grid.rows:
        row += 1
        needed = _cell(pen, sheet, (row, 1), line.head, columns[0])
        for place, number in enumerate(kept, 2):
            needed = max(needed, _cell(pen, sheet, (row, place), line.cells[number], columns[place - 1]))
        sheet.row_dimensions[row].height = 12.5 * needed + 2
        rule_below(sheet, row, len(kept) + 1)
    return row


def _cell(pen: Pen, sheet: Worksheet, place: tuple[int, int], content: Any, width: int) -> int:
    """Write one cell; return how many lines it takes."""
    cell = at(sheet, *place)
    if isinstance(content, Shown):
        pen.figure(cell, content.figure, content.form, wrap=True, size=_SIZE)
        return 1
    if content is None:
        return 1
    pen.text(cell, content, wrap=True, size=_SIZE, indent=int(place[1] > 1))
    return lines_needed(plain(content, pen.lang), int(width * 1.15))
