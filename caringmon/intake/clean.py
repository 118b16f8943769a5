"""Raw → typed rows. Typing is per distinct value; every change that is more than typing is counted as an issue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from caringmon.intake import amounts, dates
from caringmon.intake.cells import Cells, Reading, cells_of, read_codes, read_text
from caringmon.intake.headers import Feed
from caringmon.intake.sheets import Bools, Cell, Ints, Place, RawColumn, RawSheet
from caringmon.intake.words import ResultWords, plain, read_flags, read_listed, read_words
from caringmon.model.codes import UNMAPPED_RESULT, Severity
from caringmon.model.findings import Issue
from caringmon.model.tables import ARROW_TYPES, NEVER_IN_FACTS, PSEUDONYMISED, Column, Kind, Table

_READERS: dict[Kind, Callable[[Cells], Reading]] = {
    Kind.TEXT: read_text,
    Kind.NAME: read_text,
    Kind.NOTE: read_text,
    Kind.CODE: read_codes,
    Kind.SERVICE: read_codes,
    Kind.CUSTOMER: read_codes,
    Kind.PHONE: read_codes,
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
_WARNINGS = frozenset(
    {"CELL_ERROR", "DATES_MONTH_FIRST", "AMOUNTS_AMBIGUOUS", "AMOUNTS_MIXED", "NO_TIME_OF_DAY", "WORD_UNKNOWN"}
)
_DEFAULT_CHANNEL = "VOICE"


@dataclass(frozen=True)
class Vocabulary:
    """The word lists of the parameter files."""

    results: ResultWords
    qc_reasons: Mapping[str, str]


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


def typed_rows(sheet: RawSheet, feed: Feed, vocabulary: Vocabulary) -> TypedRows:
    """Return the sheet's rows, typed as rows of the table that it feeds; what should refuse the file is an issue."""
    place = sheet.place_of(feed.table.name)
    raw = raw_columns(sheet, feed)
    values: dict[str, pa.Array] = {}
    unreadable: dict[str, Bools] = {}
    issues: list[Issue] = []
    for column in feed.table.columns:
        if column.name not in raw or column.name == "result_code":
            continue
        cells = cells_of(raw[column.name].distinct)
        reading = _read(column, cells, vocabulary)
        codes = raw[column.name].codes
        issues += _change_issues(sheet, feed, column, codes, cells, reading)
        if not column.raw:
            values[column.name] = reading.values.take(pa.array(codes))
            unreadable[column.name] = reading.unreadable[codes]
    attempted = np.ones(len(sheet.source_rows), dtype=bool)
    if feed.table.name == "calls":
        results = _results(raw, len(sheet.source_rows), vocabulary.results)
        values["result_code"] = results.codes
        attempted = results.attempted
        issues += _result_issues(place, sheet, results)
    rows = _table(feed, values, sheet)
    return TypedRows(
        feed=feed,
        place=place,
        rows=rows.filter(pa.array(attempted)),
        unreadable={name: mask[attempted] for name, mask in unreadable.items()},
        skipped=int((~attempted).sum()),
        issues=tuple(issues),
    )


def raw_columns(sheet: RawSheet, feed: Feed) -> dict[str, RawColumn]:
    """Return the raw column of each of ours: from the sheet, or by the mapping a constant or the row's number."""
    length = len(sheet.source_rows)
    raw = {name: sheet.columns[position] for name, position in feed.positions.items()}
    mapping = feed.mapping
    if mapping is not None:
        raw |= {name: RawColumn.same(value, length) for name, value in mapping.constants.items()}
        numbers = np.array([f"{mapping.name}:{row}" for row in sheet.source_rows], dtype=object)
        raw |= {name: RawColumn(np.arange(length), numbers) for name in mapping.numbered}
        raw |= {name: _translated(raw[name], words) for name, words in mapping.words.items() if name in raw}
    for column in feed.table.columns:
        if column.name not in raw and column.allowed and len(column.derived_from) == 1:
            source = raw.get(column.derived_from[0])
            raw |= {} if source is None else {column.name: source}
    return raw


def _translated(column: RawColumn, words: Mapping[str, str]) -> RawColumn:
    known = {plain(theirs): ours for theirs, ours in words.items()}
    spoken = read_text(cells_of(column.distinct)).values.to_pylist()
    distinct = np.empty(len(spoken), dtype=object)
    distinct[:] = [known.get(plain(word or ""), word or "") for word in spoken]
    return RawColumn(column.codes, distinct)


def _read(column: Column, cells: Cells, vocabulary: Vocabulary) -> Reading:
    if column.name == "reason_code":
        return read_listed(cells, vocabulary.qc_reasons)
    if column.allowed:
        return read_words(cells, column.name, column.allowed)
    return _READERS[column.kind](cells)


def _change_issues(
    sheet: RawSheet, feed: Feed, column: Column, codes: Ints, cells: Cells, reading: Reading
) -> list[Issue]:
    """Return what was changed in the column, each kind counted once; warnings and blocks list their rows.

    Digits lost from a column that identifies nothing are only warned of: the cell is empty then.
    """
    place = sheet.place_of(feed.table.name)
    is_date_only = feed.mapping is not None and feed.mapping.called_at == "date"
    issues = []
    for code, distinct in {**cells.changes, **reading.changes}.items():
        rows = distinct[codes]
        if code == "NO_TIME_OF_DAY" and (column.name != feed.table.event or is_date_only):
            continue
        if rows.any() and code in _WARNINGS:
            issues.append(_issue(place, sheet, code, Severity.WARN, rows, column.name))
        elif rows.any():
            issues.append(place.issue(code, Severity.INFO, count=int(rows.sum()), detail=column.name))
    for code, distinct in reading.blocks.items():
        rows = distinct[codes]
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


@dataclass(frozen=True)
class _Results:
    codes: pa.Array
    attempted: Bools
    conflict: Bools


def _results(raw: Mapping[str, RawColumn], length: int, words: ResultWords) -> _Results:
    """Return the result of each call: of its own column, or told from status, category and reason."""
    if "result_code" in raw:
        column = raw["result_code"]
        spoken = read_text(cells_of(column.distinct)).values.to_pylist()
        distinct = [words.words.get(plain(word or ""), UNMAPPED_RESULT) for word in spoken]
        told = np.array(distinct, dtype=object)[column.codes]
        return _Results(pa.array(told, pa.string()), np.ones(length, dtype=bool), np.zeros(length, dtype=bool))
    spoken_by = [_spoken(raw.get(name)) for name in ("status_raw", "category_raw", "reason_raw")]
    width = max((len(word) for word in spoken_by[2][0] if word), default=0)
    combined = np.zeros(length, dtype=np.int64)
    for distinct_words, codes in spoken_by:
        combined = combined * len(distinct_words) + (codes if codes is not None else 0)
    _, first, place = np.unique(combined, return_index=True, return_inverse=True)
    results = []
    for row in first:
        status, category, reason = (w[0] if c is None else (w[c[row]] or "") for w, c in spoken_by)
        results.append(words.result(status, category, reason, is_cut_off=len(reason or "") == width))
    codes_told = np.array([code for code, _ in results], dtype=object)[place]
    return _Results(
        pa.array(codes_told, pa.string()),
        np.array([code is not None for code, _ in results], dtype=bool)[place],
        np.array([conflict for _, conflict in results], dtype=bool)[place],
    )


def _spoken(column: RawColumn | None) -> tuple[list[str | None], Ints | None]:
    """Return the distinct words of a column and their places; without the column one None."""
    if column is None:
        return [None], None
    return read_text(cells_of(column.distinct)).values.to_pylist(), column.codes


def _result_issues(place: Place, sheet: RawSheet, results: _Results) -> list[Issue]:
    unmapped = np.asarray(results.codes.to_numpy(zero_copy_only=False) == UNMAPPED_RESULT, dtype=bool)
    found = [
        ("UNMAPPED_RESULT", Severity.WARN, unmapped),
        ("STATUS_REASON_CONFLICT", Severity.WARN, results.conflict),
    ]
    issues = [_issue(place, sheet, code, severity, rows, "") for code, severity, rows in found if rows.any()]
    if not results.attempted.all():
        issues.append(place.issue("NO_ATTEMPT", Severity.INFO, count=int((~results.attempted).sum())))
    return issues


def _table(feed: Feed, values: Mapping[str, pa.Array], sheet: RawSheet) -> pa.Table:
    """Return the columns in the order of the table, null where the sheet has none, with what follows from others."""
    length = len(sheet.source_rows)
    columns: dict[str, pa.Array] = {}
    for column in feed.table.columns:
        if not column.raw:
            kind = pa.string() if column.kind in NEVER_IN_FACTS else ARROW_TYPES[column.kind]
            columns[column.name] = values.get(column.name, pa.nulls(length, kind))
    if feed.table.name == "assignments":
        received = pc.cast(columns["received_at"], pa.date32(), safe=False)
        columns["valid_from"] = pc.coalesce(columns["valid_from"], received)
    if feed.table.name == "calls":
        columns["channel"] = pc.fill_null(columns["channel"], _DEFAULT_CHANNEL)
    lines = pa.nulls(length, pa.int64()) if sheet.source_lines is None else pa.array(sheet.source_lines)
    return pa.table({**columns, "source_row": pa.array(sheet.source_rows), "source_line": lines})


def original_cells(sheet: RawSheet, source_rows: set[int]) -> dict[int, list[Cell]]:
    """Return the cells of these rows as they stand in the file, by row."""
    places = np.flatnonzero(np.isin(sheet.source_rows, sorted(source_rows)))
    cells = zip(*(column.cells(places) for column in sheet.columns), strict=True)
    return dict(zip(sheet.source_rows[places].tolist(), map(list, cells), strict=True))
