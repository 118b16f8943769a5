"""A grid as a compact block on a sheet that reads as a page: caption, header, rows, totals, notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from caringmon.report import palette
from caringmon.report.numerals import part_of
from caringmon.report.sheets import live
from caringmon.report.sheets.pen import Pen, at, lines_needed, rule_above, rule_below
from caringmon.report.tables import Grid, Row
from caringmon.report.wording import Shown, Slot, plain

ROW_HEIGHT = 14.0
NOTE_SIZE = 8.5


@dataclass(frozen=True)
class Spot:
    """Where a block stands: sheet, its first row and column, how many columns the names of the rows take."""

    sheet: Worksheet
    row: int
    column: int
    head: int = 1


def write_block(pen: Pen, spot: Spot, grid: Grid, actual: str) -> int:
    """Write the block and return its last row, notes included. Bars of the page are left out."""
    kept = [number for number, column in enumerate(grid.columns) if column.kind != "bar"]
    width = spot.head + len(kept)
    pen.text(at(spot.sheet, spot.row, spot.column), grid.caption, bold=True)
    _header(pen, spot, [grid.corner, *(grid.columns[number].label for number in kept)])
    row = spot.row + 1
    for line in (*grid.rows, *grid.totals):
        row += 1
        is_total = line in grid.totals
        _row(pen, spot, row, _Line(line, kept, grid, is_total), actual)
        _rule(spot, row, width, above=bool(is_total and line is grid.totals[0]))
    for note in grid.notes:
        row += 1
        write_note(pen, Spot(spot.sheet, row, spot.column), note, width)
    return row


def write_note(pen: Pen, spot: Spot, note: Slot, width: int) -> None:
    """Write a remark in small grey type over as many columns, wrapped."""
    sheet = spot.sheet
    last = spot.column + width - 1
    sheet.merge_cells(start_row=spot.row, end_row=spot.row, start_column=spot.column, end_column=last)
    pen.text(at(sheet, spot.row, spot.column), note, colour=palette.GREY, size=NOTE_SIZE, wrap=True)
    room = sum(sheet.column_dimensions[get_column_letter(c)].width for c in range(spot.column, last + 1))
    height = 12.0 * lines_needed(plain(note, pen.lang), int(room * 1.15)) + 2
    sheet.row_dimensions[spot.row].height = max(height, sheet.row_dimensions[spot.row].height or 0)


@dataclass(frozen=True)
class _Line:
    row: Row
    kept: list[int]
    grid: Grid
    is_total: bool


def _header(pen: Pen, spot: Spot, labels: list[Slot]) -> None:
    for number, label in enumerate(labels):
        column = spot.column + (number and spot.head - 1 + number)
        align = "right" if number else "left"
        pen.text(
            at(spot.sheet, spot.row + 1, column), label, bold=True, colour=palette.GREY, size=9, align=align, wrap=True
        )
    _rule(spot, spot.row + 1, spot.head + len(labels) - 1)


def _row(pen: Pen, spot: Spot, row: int, line: _Line, actual: str) -> None:
    strong = line.is_total or line.row.extra == "now"
    head = at(spot.sheet, row, spot.column)
    pen.text(head, line.row.head, bold=strong, indent=int(line.row.extra == "part"))
    places = {number: spot.column + spot.head + place for place, number in enumerate(line.kept)}
    stands = _stands(row, places, line.row)
    for number, place in places.items():
        content, cell = line.row.cells[number], at(spot.sheet, row, place)
        if not isinstance(content, Shown):
            continue
        bold = strong or line.grid.columns[number].strong
        formula = live.following(content.figure, content.form, stands, actual)
        if formula:
            pen.formula(cell, formula, content.figure, content.form, bold=bold)
        else:
            pen.figure(cell, content.figure, content.form, bold=bold)


def _stands(row: int, places: Mapping[int, int], line: Row) -> dict[live.Name, live.Stand]:
    return {
        live.name_of_cell(cell.figure, cell.form): live.Stand(
            f"{get_column_letter(place)}{row}", part_of(cell.figure, cell.form)
        )
        for number, place in places.items()
        if isinstance(cell := line.cells[number], Shown)
    }


def _rule(spot: Spot, row: int, width: int, *, above: bool = False) -> None:
    draw = rule_above if above else rule_below
    draw(spot.sheet, row, spot.column + width - 1, first=spot.column)
