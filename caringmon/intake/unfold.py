"""Repeated groups of columns → rows: attempts and payments that stand beside each other in one line of a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from caringmon.intake.cells import cells_of, read_codes
from caringmon.intake.headers import Feed
from caringmon.intake.sheets import Bools, Ints, RawColumn, RawSheet
from caringmon.model.codes import Severity
from caringmon.model.findings import Issue

# What a line without any filled group is counted as.
_IDLE = {"calls": "NO_ATTEMPT", "payments": "NO_PAYMENT"}
_BLANK = RawColumn.same("", 1)


@dataclass(frozen=True)
class Unfolded:
    """A sheet with one row per filled group, and the feed that fits it.

    `extra`: rows beyond one per line of the file. `idle`: lines without a filled group, which give no row.
    """

    sheet: RawSheet
    feed: Feed
    extra: int = 0
    idle: int = 0

    def issues(self) -> list[Issue]:
        """Return what was done, counted: rows that came of lines with several, lines that gave none."""
        if self.sheet.turns is None:
            return []
        place = self.sheet.place_of(self.feed.table.name)
        found = (("LINES_UNFOLDED", self.extra), (_IDLE[self.feed.table.name], self.idle))
        return [place.issue(code, Severity.INFO, count=count) for code, count in found if count]


def unfolded(sheet: RawSheet, feed: Feed) -> Unfolded:
    """Return the sheet with each filled group of its repeated columns in a row of its own, in the order of the groups.

    Every row keeps the number of its line. What stands once in a line holds for all its rows, but an outcome, which
    belongs to the last one. An id that stands once gets the number of the group behind it from the second one on.
    A sheet without repeated columns is returned as it is.
    """
    if not feed.groups:
        return Unfolded(sheet, feed)
    turns = sorted({turn for places in feed.groups.values() for turn in places})
    filled = np.stack([_any_filled(sheet, feed, turn) for turn in turns], axis=1)
    lines, at = np.nonzero(filled)
    is_last = np.append(lines[1:] != lines[:-1], True)[: len(lines)]
    numbers = np.array(turns, dtype=np.int64)[at]
    columns: dict[str, RawColumn] = {}
    for name, position in feed.positions.items():
        column = sheet.columns[position].take(lines)
        if name in feed.table.repeats and name != feed.table.event:
            column = _where(column, is_last)
        columns[name] = _numbered(column, numbers) if name == _own_id(feed) else column
    for name, places in feed.groups.items():
        sources = [sheet.columns[places[turn]] if turn in places else None for turn in turns]
        columns[name] = _picked(sources, lines, at)
    rows = replace(
        sheet,
        headers=tuple(columns),
        columns=tuple(columns.values()),
        source_rows=sheet.source_rows[lines],
        source_lines=None if sheet.source_lines is None else sheet.source_lines[lines],
        turns=numbers - 1,
    )
    busy = int(filled.any(axis=1).sum())
    positions = {name: place for place, name in enumerate(columns)}
    return Unfolded(rows, replace(feed, positions=positions, groups={}), len(lines) - busy, len(filled) - busy)


def _own_id(feed: Feed) -> str:
    first = feed.table.key[0]
    return first[0] if len(first) == 1 else ""


def _any_filled(sheet: RawSheet, feed: Feed, turn: int) -> Bools:
    """Tell which lines hold anything in the columns of one group; 0 is nothing."""
    found = np.zeros(len(sheet.source_rows), dtype=bool)
    for places in feed.groups.values():
        if turn in places:
            column = sheet.columns[places[turn]]
            cells = cells_of(column.distinct)
            zero = np.array([value in ("0", 0) and value is not False for value in column.values], dtype=bool)
            found |= (cells.filled & ~zero)[column.codes]
    return found


def _picked(sources: Sequence[RawColumn | None], lines: Ints, at: Ints) -> RawColumn:
    """Return for each row the cell of its line in the column of its group; blank where the group has none."""
    blank = len(lines)
    codes = np.zeros(blank, dtype=np.int64)
    distinct = [_BLANK.values]
    offset = 1
    for number, source in enumerate(sources):
        if source is not None:
            own = at == number
            codes[own] = source.codes[lines[own]] + offset
            distinct.append(source.values)
            offset += len(source.distinct)
    return RawColumn(codes, np.concatenate(distinct)).compact()


def _where(column: RawColumn, rows: Bools) -> RawColumn:
    """Return the column with blank cells in all other rows."""
    distinct = np.concatenate([_BLANK.values, column.values])
    return RawColumn(np.where(rows, column.codes + 1, 0), distinct).compact()


def _numbered(column: RawColumn, numbers: Ints) -> RawColumn:
    """Return the ids, from the second group on with its number behind them; blank and lost ones as they are."""
    ids = read_codes(cells_of(column.distinct)).values.to_pylist()
    own = column.values
    cells = [
        own[code] if number == 1 or ids[code] is None else f"{ids[code]}/{number}"
        for code, number in zip(column.codes.tolist(), numbers.tolist(), strict=True)
    ]
    return RawColumn.of(cells)
