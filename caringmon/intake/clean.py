"""Raw → typed rows. Typing is per distinct value; every change that is more than typing is counted as an issue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from caringmon.intake import amounts, dates
from caringmon.intake.arrears import bucket_mismatch, segments_of, unpaid_in_a_row
from caringmon.intake.cells import Cells, Reading, cells_of, filtered, mask_of, read_codes, read_prose, read_text
from caringmon.intake.derived import TAPPING_CRITERIA, derived, not_events, undated_returns
from caringmon.intake.headers import Feed
from caringmon.intake.phones import read_phones
from caringmon.intake.results import ResultWords
from caringmon.intake.sheets import Bools, Cell, Place, RawColumn, RawSheet
from caringmon.intake.words import plain, read_criteria, read_flags, read_listed, read_segments, read_words
from caringmon.model.buckets import OUT_OF_SCOPE, Buckets
from caringmon.model.codes import UNMAPPED_RESULT, Severity
from caringmon.model.contracts import (
    ARROW_TYPES,
    NEVER_IN_FACTS,
    PSEUDONYMISED,
    QUARANTINE_HEADERS,
    Column,
    Kind,
    Table,
)
from caringmon.model.findings import Issue

_READERS: dict[Kind, Callable[[Cells], Reading]] = {
    Kind.TEXT: read_prose,
    Kind.NAME: read_prose,
    Kind.NOTE: read_prose,
    Kind.CODE: read_codes,
    Kind.STAFF: read_codes,
    Kind.SERVICE: read_codes,
    Kind.CUSTOMER: read_codes,
    Kind.PHONE: read_phones,
    Kind.DATETIME: dates.read_instants,
    Kind.DATE: dates.read_dates,
    Kind.MONTH: dates.read_months,
    Kind.RUPIAH: amounts.read_rupiah,
    Kind.COUNT: amounts.read_counts,
    Kind.NUMBER: amounts.read_numbers,
    Kind.SECONDS: amounts.read_seconds,
    Kind.MINUTES: amounts.read_minutes,
    Kind.FLAG: read_flags,
}
# Columns whose cells hold several codes.
_LISTS: dict[str, Callable[[Cells], Reading]] = {
    "segments": read_segments,
    "failed_criteria": read_criteria,
    **dict.fromkeys(TAPPING_CRITERIA, read_criteria),
}
_WARNINGS = frozenset(
    {"CELL_ERROR", "DATES_MONTH_FIRST", "AMOUNTS_AMBIGUOUS", "AMOUNTS_MIXED", "NO_TIME_OF_DAY", "WORD_UNKNOWN"}
)
_ROW = QUARANTINE_HEADERS[-1]


_NEEDS_TIME = ("called_at", "tapped_at")


@dataclass(frozen=True)
class Vocabulary:
    """The word lists of the parameter files, and what unpaid bills mean."""

    results: ResultWords
    qc_reasons: Mapping[str, str]
    buckets: Buckets


@dataclass(frozen=True)
class TypedRows:
    """Rows of one table, typed, with names and notes still in them.

    `rows`: every column of the table that is not raw, then `source_row`, `source_line`. `unreadable`: per column, the
    rows whose cell could not be read and is null now. `skipped`: rows that are no event of the table.
    """

    feed: Feed
    place: Place
    rows: pa.Table
    unreadable: Mapping[str, Bools]
    skipped: int
    issues: tuple[Issue, ...]


@dataclass
class _Typed:
    """The columns of a sheet while they are being typed. `skipped`: issue code → rows that are none of ours."""

    values: dict[str, pa.Array] = field(default_factory=dict)
    unreadable: dict[str, Bools] = field(default_factory=dict)
    skipped: dict[str, Bools] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)


def typed_rows(
    sheet: RawSheet,
    feed: Feed,
    vocabulary: Vocabulary,
    exported_at: dt.datetime | None = None,
    month_first: frozenset[str] = frozenset(),
) -> TypedRows:
    """Return the sheet's rows, typed as rows of the table that it feeds; what should refuse the file is an issue.

    `exported_at`: as the file states it, None where it does not. `month_first`: columns whose dates are known to be so.
    """
    typed = _Typed()
    raw = raw_columns(sheet, feed)
    for column, cells, reading in _read_columns(feed.table, raw, vocabulary, month_first):
        _take(typed, column, raw[column.name], reading)
        typed.issues += _change_issues(sheet, feed, column, raw[column.name], cells, reading)
    if feed.table.name == "calls":
        _tell_results(typed, sheet, raw, vocabulary.results)
    if feed.table.name == "assignments":
        _tell_arrears(typed, sheet, feed, vocabulary.buckets)
    if feed.table.name == "qc":
        typed.issues += undated_returns(typed.values, sheet, exported_at)
    values = derived(feed.table, typed.values, sheet)
    skipped = _each_once([*typed.skipped.items(), *not_events(feed.table, values, typed.unreadable).items()])
    place = sheet.place_of(feed.table.name)
    kept = ~np.logical_or.reduce([np.zeros(len(sheet.source_rows), dtype=bool), *skipped.values()])
    counted = [place.issue(code, Severity.INFO, count=int(rows.sum())) for code, rows in skipped.items() if rows.any()]
    return TypedRows(
        feed=feed,
        place=place,
        rows=filtered(_table(feed, values, sheet), kept),
        unreadable={name: mask[kept] for name, mask in typed.unreadable.items()},
        skipped=int((~kept).sum()),
        issues=(*typed.issues, *counted),
    )


def _read_columns(
    table: Table, raw: Mapping[str, RawColumn], vocabulary: Vocabulary, month_first: frozenset[str]
) -> Iterator[tuple[Column, Cells, Reading]]:
    """Yield each column that the sheet gives, in the order of the table; two at a time are read."""

    def read(column: Column) -> tuple[Column, Cells, Reading]:
        cells = replace(cells_of(raw[column.name].distinct), month_first=column.name in month_first)
        return column, cells, read_cells(table, column, cells, vocabulary)

    given = [column for column in table.columns if column.name in raw and column.name != "result_code"]
    with ThreadPoolExecutor(2) as pool:
        yield from pool.map(read, given)


def _take(typed: _Typed, column: Column, raw: RawColumn, reading: Reading) -> None:
    typed.values[column.name] = reading.values.take(pa.array(raw.codes))
    typed.skipped |= {code: raw.by_row(distinct) for code, distinct in reading.skipped.items()}
    if not column.raw:
        typed.unreadable[column.name] = raw.by_row(reading.unreadable)


def _tell_results(typed: _Typed, sheet: RawSheet, raw: Mapping[str, RawColumn], words: ResultWords) -> None:
    """Tell the result of each call; a row of zero attempts is none, whatever it says."""
    results = words.results(raw, len(sheet.source_rows))
    typed.values["result_code"] = results.codes
    attempted = results.attempted
    if "attempt_count" in typed.values and sheet.turns is None:
        attempted = attempted & ~mask_of(pc.equal(typed.values["attempt_count"], 0))
    typed.skipped["NO_ATTEMPT"] = ~attempted
    unmapped = np.asarray(results.codes.to_numpy(zero_copy_only=False) == UNMAPPED_RESULT, dtype=bool)
    place = sheet.place_of("calls")
    for code, rows in (("UNMAPPED_RESULT", unmapped & attempted), ("STATUS_REASON_CONFLICT", results.conflict)):
        if rows.any():
            typed.issues.append(_issue(place, sheet, code, Severity.WARN, rows, ""))


def _tell_arrears(typed: _Typed, sheet: RawSheet, feed: Feed, buckets: Buckets) -> None:
    """Count the unpaid bills where columns hold them, and tell the segment by them, or what contradicts it."""
    if feed.bills:
        bills = {bill: sheet.columns[position] for bill, position in feed.bills.items()}
        counted = unpaid_in_a_row(bills, typed.values.get("period"), len(sheet.source_rows))
        typed.values["unpaid_bills"], typed.unreadable["unpaid_bills"] = counted
    if "unpaid_bills" not in typed.values:
        return
    told = segments_of(typed.values["unpaid_bills"], buckets)
    if "segment" in typed.values:
        wrong = bucket_mismatch(typed.values["segment"], told)
        if wrong.any():
            place = sheet.place_of(feed.table.name)
            typed.issues.append(_issue(place, sheet, "BUCKET_MISMATCH", Severity.WARN, wrong, ""))
        return
    outside = np.asarray(told == OUT_OF_SCOPE, dtype=bool)
    typed.skipped[OUT_OF_SCOPE] = outside
    typed.values["segment"] = pa.array(told, pa.string(), mask=outside)


def _each_once(skipped: Iterable[tuple[str, Bools]]) -> dict[str, Bools]:
    """Return the rows skipped by code, each under the first one only."""
    told: dict[str, Bools] = {}
    for code, rows in skipped:
        new = rows & ~np.logical_or.reduce([np.zeros(len(rows), dtype=bool), *told.values()])
        told[code] = told[code] | new if code in told else new
    return told


def raw_columns(sheet: RawSheet, feed: Feed) -> dict[str, RawColumn]:
    """Return the raw column of each of ours: from the sheet, or by the mapping a constant or the row's number."""
    length = len(sheet.source_rows)
    raw = {name: sheet.columns[position] for name, position in feed.positions.items()}
    mapping = feed.mapping
    if mapping is not None:
        raw |= {name: RawColumn.same(value, length) for name, value in mapping.constants.items()}
        numbers = np.array([f"{mapping.name}:{row}" for row in _file_rows(sheet)], dtype=object)
        raw |= {name: RawColumn(np.arange(length), numbers) for name in mapping.numbered}
        raw |= {name: _translated(raw[name], words) for name, words in mapping.words.items() if name in raw}
    for column in feed.table.columns:
        source = next(iter(column.derived_from), "")
        if column.name not in raw and column.allowed and source in raw and feed.table.column(source).raw:
            raw |= {column.name: raw[source]} if len(column.derived_from) == 1 else {}
    return raw


def _file_rows(sheet: RawSheet) -> list[str]:
    """Return the number of each row in the file it first came in: of rows mended in quarantine, as noted there."""
    noted = [position for position, header in enumerate(sheet.headers) if header == _ROW]
    own = [str(row) for row in sheet.source_rows]
    if not noted:
        return own
    column = sheet.columns[noted[0]]
    texts = read_codes(cells_of(column.distinct)).values.to_pylist()
    return [texts[code] or row for code, row in zip(column.codes, own, strict=True)]


def _translated(column: RawColumn, words: Mapping[str, str]) -> RawColumn:
    known = {plain(theirs): ours for theirs, ours in words.items()}
    spoken = read_text(cells_of(column.distinct)).values.to_pylist()
    distinct = np.empty(len(spoken), dtype=object)
    distinct[:] = [known.get(plain(word or ""), word or "") for word in spoken]
    return RawColumn(column.codes, distinct)


def read_cells(table: Table, column: Column, cells: Cells, vocabulary: Vocabulary) -> Reading:
    """Return the cells as values of the column of the table: by its word list, its closed list, else its kind."""
    if column.name == "reason_code":
        return read_listed(cells, vocabulary.qc_reasons)
    if column.allowed:
        return read_words(cells, table.name, column)
    return _LISTS.get(column.name, _READERS[column.kind])(cells)


def _change_issues(
    sheet: RawSheet, feed: Feed, column: Column, raw: RawColumn, cells: Cells, reading: Reading
) -> list[Issue]:
    """Return what was changed in the column, each kind counted once; warnings and blocks list their rows.

    Digits lost from a column that identifies nothing are only warned of: the cell is empty then.
    """
    place = sheet.place_of(feed.table.name)
    is_date_only = feed.mapping is not None and feed.mapping.called_at == "date"
    issues = []
    for code, distinct in {**cells.changes, **reading.changes}.items():
        rows = raw.by_row(distinct)
        if code == "NO_TIME_OF_DAY" and (column.name not in _NEEDS_TIME or is_date_only):
            continue
        if rows.any() and code in _WARNINGS:
            issues.append(_issue(place, sheet, code, Severity.WARN, rows, column.name))
        elif rows.any():
            issues.append(place.issue(code, Severity.INFO, count=int(rows.sum()), detail=column.name))
    for code, distinct in reading.blocks.items():
        rows = raw.by_row(distinct)
        is_harmless = code == "ID_PRECISION" and not _identifies(feed.table, column)
        if rows.any():
            severity = Severity.WARN if is_harmless else Severity.BLOCK
            issues.append(_issue(place, sheet, code, severity, rows, column.name))
    return issues


def _identifies(table: Table, column: Column) -> bool:
    in_key = any(column.name in alternative for alternative in table.key)
    return column.required or in_key or column.kind in PSEUDONYMISED


def _issue(place: Place, sheet: RawSheet, code: str, severity: Severity, rows: Bools, detail: str) -> Issue:
    lines = None if sheet.source_lines is None else sheet.source_lines[rows]
    return place.issue(code, severity, rows=sheet.source_rows[rows], lines=lines, detail=detail)


def _table(feed: Feed, values: Mapping[str, pa.Array], sheet: RawSheet) -> pa.Table:
    """Return the columns in the order of the table, null where the sheet has none, then where each row stands."""
    length = len(sheet.source_rows)
    columns: dict[str, pa.Array] = {}
    for column in feed.table.columns:
        if not column.raw:
            kind = pa.string() if column.kind in NEVER_IN_FACTS else ARROW_TYPES[column.kind]
            columns[column.name] = values.get(column.name, pa.nulls(length, kind))
    lines = pa.nulls(length, pa.int64()) if sheet.source_lines is None else pa.array(sheet.source_lines)
    return pa.table({**columns, "source_row": pa.array(sheet.source_rows), "source_line": lines})


def original_cells(sheet: RawSheet, source_rows: set[int]) -> dict[int, list[Cell]]:
    """Return the cells of these rows as they stand in the file, by row."""
    places = np.flatnonzero(np.isin(sheet.source_rows, sorted(source_rows)))
    cells = zip(*(column.cells(places) for column in sheet.columns), strict=True)
    return dict(zip(sheet.source_rows[places].tolist(), map(list, cells), strict=True))
