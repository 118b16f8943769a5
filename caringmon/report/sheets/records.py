"""Grids of several segments as one proper table: one header row, filters, live formulas, sums below."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from openpyxl.cell.cell import Cell
from openpyxl.formatting.rule import Rule
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from caringmon.model.findings import Figure
from caringmon.report import palette
from caringmon.report.numerals import NA_TEXT, Status, part_of
from caringmon.report.reading import Reader
from caringmon.report.sheets import live
from caringmon.report.sheets.pen import Pen, at, coloured_word, data_bars, rule_above, rule_below
from caringmon.report.tables import Column, Grid, Row
from caringmon.report.wording import Sentence, Shown, Slot, figure_text, plain, say

# On the page a bar stands beside a number; here it lies behind one: behind the next column's, else the one before.
_BARS_OF_NEXT = frozenset({"col.bar", "col.bar_share"})
_SAY_THEIR_MONTH = frozenset({"col.projection"})
_WIDEST_ACHIEVEMENT = 1.25
_ColumnName = tuple[str, str]  # key of the window, key of the label


@dataclass(frozen=True)
class Part:
    """One segment's share of a table: its grid, and the texts in front of a row (segment, name, SPV).

    `sum_level`: the level whose totals are the sum of the rows; empty: none are.
    """

    reader: Reader
    grid: Grid
    front: Callable[[Row], tuple[Slot, ...]]
    sum_level: str = ""


@dataclass
class Records:
    """A table on a sheet: its header row, how many texts stand in front, its columns, the rows of its body and its end.

    `spans`: first and last row of each segment in the body.
    """

    pen: Pen
    sheet: Worksheet
    header: int
    front: int
    columns: dict[_ColumnName, int] = field(default_factory=dict)
    spans: list[tuple[int, int]] = field(default_factory=list)
    last: int = 0
    end: int = 0

    @property
    def first(self) -> int:
        """The first row of the body."""
        return self.header + 1

    @property
    def width(self) -> int:
        """How many columns the table has."""
        return self.front + len(self.columns)


def write_records(pen: Pen, sheet: Worksheet, header: int, fronts: Sequence[Slot], parts: Sequence[Part]) -> Records:
    """Write the table from row `header` on and return where it stands.

    First the rows of all segments, which can be filtered and sorted, then the subtotals, then the totals. In a column
    that a segment lacks stands a dash.
    """
    records = Records(pen, sheet, header, len(fronts))
    labels = _labels(parts)
    records.columns |= {name: place for place, name in enumerate(labels, len(fronts) + 1)}
    records.last = header + sum(len(_rows(part.grid, "body")) for part in parts)
    texts = {records.columns[name] for name, (_, column) in labels.items() if column.kind == "text"}
    lefts = texts | set(range(1, len(fronts) + 1))
    pen.header(sheet, header, [*fronts, *(label for label, _ in labels.values())], left=lefts)
    row = header
    for kind in ("body", "subtotal", "total"):
        for part in parts:
            first = row + 1
            for line in _rows(part.grid, kind):
                row += 1
                _write_row(records, row, part, line, kind)
            if kind == "body":
                records.spans.append((first, row))
    records.end = row
    if row > records.last:
        rule_above(sheet, records.last + 1, records.width)
    _colour(records, parts)
    return records


def make_data_sheet(records: Records, frozen: int) -> None:
    """Give the sheet what a table of its own has: filter, frozen header and first columns, header on every page."""
    records.sheet.freeze_panes = f"{get_column_letter(frozen + 1)}{records.first}"
    records.sheet.print_title_rows = f"{records.header}:{records.header}"
    filter_rows(records)


def filter_rows(records: Records) -> None:
    """Put the sheet's filter on the body of the table."""
    last = get_column_letter(records.width)
    records.sheet.auto_filter.ref = f"A{records.header}:{last}{max(records.last, records.first)}"


def write_notes(records: Records, parts: Sequence[Part]) -> int:
    """Write the notes of the grids below the table, each once; return the last row."""
    row = records.end
    for note in dict.fromkeys(plain(note, records.pen.lang) for part in parts for note in part.grid.notes):
        row += 1
        records.pen.text(at(records.sheet, row, 1), note, colour=palette.GREY, size=9)
    return row


def _labels(parts: Sequence[Part]) -> dict[_ColumnName, tuple[Slot, Column]]:
    """Return the columns of all segments, each once, with a header that says its window."""
    found: dict[_ColumnName, tuple[Slot, Column]] = {}
    for part in parts:
        for name, column in _named_columns(part.grid):
            window = name[0].removeprefix("window.")
            is_said = not window or column.label.key in _SAY_THEIR_MONTH
            label = column.label if is_said else say(f"book.in.{window}", label=column.label)
            if column.kind != "bar":
                found.setdefault(name, (label, column))
    return found


def _named_columns(grid: Grid) -> list[tuple[_ColumnName, Column]]:
    windows = [label.key if label else "" for label, width in grid.group_labels for _ in range(width)]
    windows += [""] * (len(grid.columns) - len(windows))
    return [
        (("" if column.kind == "text" else window, column.label.key), column)
        for window, column in zip(windows, grid.columns, strict=True)
    ]


def _rows(grid: Grid, kind: str) -> tuple[Row, ...]:
    if kind == "total":
        return grid.totals
    return tuple(row for row in grid.rows if (row.extra == "subtotal") == (kind == "subtotal"))


def _write_row(records: Records, row: int, part: Part, line: Row, kind: str) -> None:
    pen, sheet, strong = records.pen, records.sheet, kind != "body"
    for column, text in enumerate(part.front(line), 1):
        pen.text(at(sheet, row, column), text, bold=strong, indent=int(column > 1))
    places = [records.columns.get(name) for name, _ in _named_columns(part.grid)]
    stands = _stands(row, places, line)
    for number, (place, content) in enumerate(zip(places, line.cells, strict=True)):
        if place is None or content is None:
            continue
        cell = at(sheet, row, place)
        if not isinstance(content, Shown):
            pen.text(cell, content if isinstance(content, Sentence | str) else "", bold=strong, indent=1)
        elif content.form == "status":
            _write_status(pen, cell, content.figure, stands)
        else:
            formula = _formula(records, cell, part, (line, number, kind), stands)
            if formula:
                pen.formula(cell, formula, content.figure, content.form, bold=strong)
            else:
                pen.figure(cell, content.figure, content.form, bold=strong)
    for place in set(records.columns.values()) - set(places):
        pen.text(at(sheet, row, place), NA_TEXT, align="right", bold=strong)
    rule_below(sheet, row, records.width)


def _stands(row: int, places: Sequence[int | None], line: Row) -> Mapping[live.Name, live.Stand]:
    """Return the numbers of a row by name, with where each stands."""
    return {
        live.name_of_cell(cell.figure, cell.form): live.Stand(
            f"{get_column_letter(place)}{row}", part_of(cell.figure, cell.form)
        )
        for place, cell in zip(places, line.cells, strict=True)
        if place is not None and isinstance(cell, Shown) and cell.form != "status"
    }


def _formula(
    records: Records, cell: Cell, part: Part, about: tuple[Row, int, str], stands: Mapping[live.Name, live.Stand]
) -> str:
    """Return the live formula of a number: a sum of rows, a share of their sum, or what follows from its row."""
    line, number, kind = about
    shown = line.cells[number]
    if not isinstance(shown, Shown):
        return ""
    figure, form = shown.figure, shown.form
    if kind != "body" and (kind == "subtotal" or figure.level == part.sum_level):
        rows = [row for row in _rows(part.grid, "body") if kind == "total" or part.front(row)[-1] == line.head]
        if live.adds_up(figure, form, _numbers(rows, number)):
            return f"={_sum(records, cell.row, cell.column, by_leader=kind == 'subtotal')}"
    whole = live.SHARES.get(figure.kpi)
    if whole is not None and kind == "body":
        place = next((n for n, c in enumerate(line.cells) if isinstance(c, Shown) and c.figure.kpi == whole), None)
        if place is not None and sum(_numbers(part.grid.rows, place)) == figure.denominator:
            count = stands[whole, figure.window, ""].reference
            total = _sum(records, cell.row, column_index_from_string(count.rstrip("0123456789")), by_leader=False)
            return f'=IF({total}>0,{count}/{total},"{NA_TEXT}")'
    return live.following(figure, form, stands, part.reader.actual)


def _numbers(rows: Sequence[Row], number: int) -> list[float]:
    return [part_of(c.figure, c.form) if isinstance(c := row.cells[number], Shown) else math.nan for row in rows]


def _sum(records: Records, row: int, column: int, *, by_leader: bool) -> str:
    """Return the sum of a column over the rows of this row's segment, or of the SPV that stands in its second cell."""

    def area(place: int) -> str:
        letter = get_column_letter(place)
        return f"${letter}${records.first}:${letter}${records.last}"

    leader = f",{area(records.front)},$B{row}" if by_leader else ""
    return f"SUMIFS({area(column)},{area(1)},$A{row}{leader})"


def _write_status(pen: Pen, cell: Cell, figure: Figure, stands: Mapping[live.Name, live.Stand]) -> None:
    """Write the status word, live where the achievement stands beside it."""
    word = figure_text(figure, "status", pen.lang)
    achieved = stands.get((figure.kpi, figure.window, ""))
    if achieved is None:
        pen.text(cell, word, indent=1)
    else:
        pen.words(cell, live.status(achieved.reference, pen.lang), word, indent=1)


def _colour(records: Records, parts: Sequence[Part]) -> None:
    """Lay bars behind the numbers that have one on the page, and colour the status words."""
    for part in parts[:1]:
        named = _named_columns(part.grid)
        for number, (_, column) in enumerate(named):
            if column.kind == "bar":
                name = named[number + 1 if column.label.key in _BARS_OF_NEXT else number - 1][0]
                highest = _WIDEST_ACHIEVEMENT if column.label.key == "col.bar" else None
                _rule(records, records.columns[name], data_bars(highest))
    for (_, label), place in records.columns.items():
        for status in Status if label == "col.status" else ():
            word = plain(say(f"status.{status}"), records.pen.lang)
            _rule(records, place, coloured_word(word, palette.STATUS[status]))


def _rule(records: Records, column: int, rule: Rule) -> None:
    letter = get_column_letter(column)
    records.sheet.conditional_formatting.add(f"{letter}{records.first}:{letter}{max(records.end, records.first)}", rule)
