"""A grid as a compact block on a sheet that reads as a page: caption, header, rows, totals, notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from caringmon.report import palette
from caringmon.report.numerals import part_of
from caringmon.report.sheets import live
from caringmon.report.sheets.pen import Look, Pen, at, lines_needed, rule_above, rule_below
from caringmon.report.tables import Grid, Row
from caringmon.report.wording import Sentence, Shown, Slot, figure_text, plain

ROW_HEIGHT = 13.75  # points
NOTE_SIZE = 8.5


@dataclass(frozen=True)
class Spot:
    """Where a block stands: sheet, its first row and column, how many columns its row names take, their indent.

    `skipped`: a column that the block leaves out, since it is too narrow.
    """

    sheet: Worksheet
    row: int
    column: int
    head: int = 1
    indent: int = 0
    skipped: int = 0

    def place(self, number: int) -> int:
        """Return the column of the block's cell of that number behind the names of the rows, counted from 0."""
        column = self.column + self.head + number
        return column + 1 if 0 < self.skipped <= column else column

    def moved(self, row: int) -> Spot:
        """Return the same spot at another row."""
        return replace(self, row=row)


def write_block(pen: Pen, spot: Spot, grid: Grid, actual: str) -> int:
    """Write the block and return its last row, notes included. Bars of the page are left out."""
    kept = [number for number, column in enumerate(grid.columns) if column.kind != "bar"]
    width = spot.head + len(kept)
    pen.text(at(spot.sheet, spot.row, spot.column), grid.caption, bold=True, indent=spot.indent)
    _header(pen, spot, [grid.corner, *(grid.columns[number].label for number in kept)])
    row = spot.row + 1
    for line in (*grid.rows, *grid.totals):
        row += 1
        is_total = line in grid.totals
        _row(pen, spot, row, _Line(line, kept, grid, is_total), actual)
        _rule(spot, row, len(kept), above=bool(is_total and line is grid.totals[0]))
    for note in grid.notes:
        row += 1
        write_note(pen, Spot(spot.sheet, row, spot.column), note, width)
    return row


def write_note(pen: Pen, spot: Spot, note: Slot, width: int) -> None:
    """Write a remark in small grey type over as many columns, wrapped."""
    write_wrapped(pen, spot, width, note, {"colour": palette.GREY, "size": NOTE_SIZE})


def need_height(sheet: Worksheet, row: int, points: float) -> None:
    """Make a row at least so high; what stands beside may need more."""
    sheet.row_dimensions[row].height = max(points, sheet.row_dimensions[row].height or ROW_HEIGHT)


def room(sheet: Worksheet, first: int, last: int) -> int:
    """Return how many letters of ordinary size fit into the columns."""
    return int(sum(sheet.column_dimensions[get_column_letter(c)].width for c in range(first, last + 1)) * 1.1)


def write_wrapped(pen: Pen, spot: Spot, width: int, text: Slot, look: Look) -> None:
    """Write a text over several columns, in as many lines as it needs."""
    last = spot.column + width - 1
    lines = lines_needed(plain(text, pen.lang), room(spot.sheet, spot.column, last))
    if lines > 1:
        spot.sheet.merge_cells(start_row=spot.row, end_row=spot.row, start_column=spot.column, end_column=last)
        need_height(spot.sheet, spot.row, ROW_HEIGHT * lines)
        look = {**look, "wrap": True}
    pen.text(at(spot.sheet, spot.row, spot.column), text, **look)


@dataclass(frozen=True)
class _Line:
    row: Row
    kept: list[int]
    grid: Grid
    is_total: bool


def _header(pen: Pen, spot: Spot, labels: list[Slot]) -> None:
    row = spot.row + 1
    for number, label in enumerate(labels):
        column = spot.place(number - 1) if number else spot.column
        look: Look = {"bold": True, "colour": palette.GREY, "size": 9, "align": "right", "wrap": True, "low": True}
        if not number:
            look |= {"align": "left", "wrap": False, "indent": spot.indent}
        pen.text(at(spot.sheet, row, column), label, **look)
        if number:
            lines = lines_needed(plain(label, pen.lang), room(spot.sheet, column, column))
            need_height(spot.sheet, row, 12 * lines)
    _rule(spot, row, len(labels) - 1)


def _row(pen: Pen, spot: Spot, row: int, line: _Line, actual: str) -> None:
    strong = line.is_total or line.row.extra == "now"
    indent = spot.indent + (line.row.extra == "part")
    write_wrapped(pen, spot.moved(row), spot.head, line.row.head, {"bold": strong, "indent": indent})
    places = {number: spot.place(place) for place, number in enumerate(line.kept)}
    stands = _stands(row, places, line.row)
    for number, place in places.items():
        content, cell = line.row.cells[number], at(spot.sheet, row, place)
        bold = strong or line.grid.columns[number].strong
        if isinstance(content, Sentence):
            pen.text(cell, content, bold=bold, align="right")
        if not isinstance(content, Shown):
            continue
        if content.form == "status":
            pen.text(cell, figure_text(content.figure, content.form, pen.lang), bold=True, align="right")
            continue
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


def _rule(spot: Spot, row: int, cells: int, *, above: bool = False) -> None:
    draw = rule_above if above else rule_below
    draw(spot.sheet, row, spot.place(cells - 1), first=spot.column)
