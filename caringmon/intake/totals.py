"""Totals rows between and under the rows of a sheet: left out, and compared with what stands above them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from caringmon.intake.amounts import read_counts, read_rupiah
from caringmon.intake.cells import cells_of, mask_of
from caringmon.intake.headers import Feed
from caringmon.intake.sheets import Bools, Ints, RawColumn, RawSheet, everywhere
from caringmon.intake.words import plain
from caringmon.model.codes import Severity
from caringmon.model.contracts import Column, Kind, Table
from caringmon.model.findings import Issue

# `Grand Total`, `Sub Total`, `Jumlah`, with a group's name before (as Excel writes it) or behind.
_LABEL = re.compile(r"(?:(?:grand|sub) ?)?(?:total|jumlah)(?: .+)?|.+ (?:total|jumlah)")
_TIMES = (Kind.DATETIME, Kind.DATE, Kind.MONTH)
_SUMMED = {Kind.RUPIAH: read_rupiah, Kind.COUNT: read_counts}


@dataclass(frozen=True)
class WithoutTotals:
    """A sheet without its totals rows: how many those were, and whether they agree with the rows above."""

    sheet: RawSheet
    totals: int
    issues: tuple[Issue, ...] = ()


def without_totals(sheet: RawSheet, feed: Feed) -> WithoutTotals:
    """Return the sheet without the rows that sum up others.

    A totals row bears a label in any column, and holds nothing else in the columns that make a row one of the table:
    whom it is about, when, with which outcome. So a customer named Total is none, as long as his row is filled.
    """
    rows = _totals(sheet, feed)
    if not rows.any():
        return WithoutTotals(sheet, 0)
    found = list(_compared(sheet, feed, rows))
    place = sheet.place_of(feed.table.name)
    differing = {row for row, _, differs in found if differs}
    equal = [int(sheet.source_rows[row]) for row in np.flatnonzero(rows) if row not in differing]
    issues = [place.issue("TOTAL_ROW", Severity.INFO, rows=equal)] if equal else []
    for name in dict.fromkeys(name for _, name, differs in found if differs):
        at = [int(sheet.source_rows[row]) for row, column, differs in found if differs and column == name]
        issues.append(place.issue("TOTAL_MISMATCH", Severity.WARN, rows=at, detail=name))
    return WithoutTotals(sheet.take(~rows), int(rows.sum()), tuple(issues))


def _totals(sheet: RawSheet, feed: Feed) -> Bools:
    places = [position for column in feed.table.columns if _decides(feed.table, column)
              for position in feed.columns_of(column.name)]  # fmt: skip
    if not places:
        return np.zeros(len(sheet.source_rows), dtype=bool)
    deciding = sorted((sheet.columns[place] for place in places), key=lambda column: len(column.distinct))
    rows = everywhere(len(sheet.source_rows), (partial(_says_nothing, column) for column in deciding))
    if rows.any():
        rows &= np.logical_or.reduce([_is_label(column) for column in sheet.columns])
    return rows


def _decides(table: Table, column: Column) -> bool:
    """Tell whether a filled cell of the column shows that a row is one of the table."""
    needed = {name for other in table.columns if other.required for name in other.derived_from}
    has_service = any(other.kind is Kind.SERVICE and other.required for other in table.columns)
    is_code = column.kind in (Kind.CODE, Kind.STAFF) and not column.allowed
    is_id = column.kind is Kind.SERVICE or (not has_service and is_code)
    return (column.required and (is_id or column.kind in _TIMES)) or (column.name in needed and column.raw)


def _is_label(column: RawColumn) -> Bools:
    # Files are long and labels rare: the words are sought first, and only what holds one is looked at.
    texts = column.texts
    labels = mask_of(pc.match_substring_regex(texts, "(?i)total|jumlah"))
    for place in np.flatnonzero(labels).tolist():
        labels[place] = bool(_LABEL.fullmatch(plain(texts[place].as_py())))
    return column.by_row(labels)


def _says_nothing(column: RawColumn) -> Bools:
    """Tell which cells are blank or bear a label."""
    return column.by_row(~cells_of(column.distinct).filled) | _is_label(column)


def _compared(sheet: RawSheet, feed: Feed, totals: Bools) -> Iterator[tuple[int, str, bool]]:
    """Yield row, column and whether it differs for each filled sum.

    A sum is right if it is that of all rows above, or of those since an earlier totals row.
    """
    starts = np.concatenate([[0], np.flatnonzero(totals) + 1])
    for column in feed.table.columns:
        if column.kind not in _SUMMED:
            continue
        for position in feed.columns_of(column.name):
            raw = sheet.columns[position]
            values = _SUMMED[column.kind](cells_of(raw.distinct)).values
            told = np.array(pc.is_valid(values).to_numpy(zero_copy_only=False))[raw.codes]
            numbers: Ints = pc.fill_null(values, 0).to_numpy(zero_copy_only=False)[raw.codes]
            above = _running(np.where(totals, 0, numbers))
            for row in np.flatnonzero(totals & told):
                sums = above[row] - above[starts[starts <= row]]
                yield int(row), column.name, numbers[row] not in sums


def _running(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the sum of the numbers before each place."""
    return np.concatenate([[0], np.cumsum(numbers)])
