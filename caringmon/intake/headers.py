"""Which tables does this sheet feed, and which of its columns is which: canonical names, ordered aliases, mappings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

import numpy as np

from caringmon.errors import ParameterError
from caringmon.intake.aliases import HEADER_LENGTH, Aliases, is_known, normalised, turn_of
from caringmon.intake.arrears import bill_of
from caringmon.intake.cells import cells_of, read_text
from caringmon.intake.labels import without_numbers
from caringmon.intake.mappings import FileMapping
from caringmon.intake.sheets import Bools, RawColumn, RawSheet
from caringmon.model.codes import Severity
from caringmon.model.contracts import QUARANTINE_HEADERS, Table
from caringmon.model.findings import Issue
from caringmon.model.tables import TABLES

# Counted as where a table's rows come from when the headers do not tell the system (data model, source of record).
SOURCE_OF_RECORD = {
    "calls": "TAMARA",
    "assignments": "TAMARA",
    "targets": "EXCEL",
    "roster": "EXCEL",
    "qc": "TAMARA",
    "qc_states": "TAMARA",
    "payments": "EXCEL",
    "payment_states": "EXCEL",
    "attendance": "EXCEL",
    "history": "EXCEL",
}
_LISTED_HEADERS = 12
_ADDED = tuple(normalised(name) for name in QUARANTINE_HEADERS)
_MISSING_AT_MOST, _KNOWN_AT_LEAST = 2, 3


# A header that means something else where the other one is there as well (data model, Headers).
_UNLESS = {"total": "nominal janji"}


@dataclass(frozen=True)
class Feed:
    """What a sheet gives to one table: the position of the sheet's column for each of ours.

    `groups`: of columns that stand several times in a line, `STATUS CARING 1`, `STATUS CARING 2`, the positions by
    their number. `bills`: the positions of columns that each hold the bill of a month, by month or months back.
    """

    table: Table
    positions: Mapping[str, int]
    source_system: str
    mapping: FileMapping | None = None
    groups: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    bills: Mapping[str, int] = field(default_factory=dict)

    def columns_of(self, name: str) -> list[int]:
        """Return the positions of all columns of the sheet that hold ours of that name."""
        own = [self.positions[name]] if name in self.positions else []
        return [*own, *self.groups.get(name, {}).values()]


@dataclass(frozen=True)
class Recognition:
    """The tables that a sheet feeds; where it feeds none, what it may be instead.

    `nearest`: a table that lacks one or two required columns, and their names.
    """

    feeds: tuple[Feed, ...]
    issues: tuple[Issue, ...] = ()
    nearest: tuple[str, tuple[str, ...]] | None = None


def recognise(
    sheet: RawSheet,
    aliases: Aliases,
    mappings: Sequence[FileMapping],
    sources: Mapping[str, str] = SOURCE_OF_RECORD,
) -> Recognition:
    """Return which tables the sheet feeds: one by the mapping that names the most of its headers, else by aliases.

    `sources`: per table the system that rows come from where the headers do not tell it; the default for the others.
    """
    sources = {**SOURCE_OF_RECORD, **sources}
    positions: dict[str, int] = {}
    for position, header in enumerate(sheet.headers):
        positions.setdefault(normalised(header), position)
    fitting = [m for m in mappings if {normalised(name) for name in m.columns.values()} <= positions.keys()]
    if fitting:
        return _mapped(sheet, _most_specific(sheet, fitting), positions, sources)
    feeds, issues = [], []
    lacking: dict[str, tuple[str, ...]] = {}
    fitting_columns: dict[str, int] = {}
    for table in TABLES.values():
        feed, unused = _feed(table, aliases.names[table.name], positions, sources)
        given = feed.positions.keys() | feed.groups.keys() | ({"unpaid_bills"} if feed.bills else set())
        missing = _missing(table, given)
        if missing:
            lacking[table.name] = missing if len(given) >= _KNOWN_AT_LEAST else ()
            fitting_columns[table.name] = len(given)
            continue
        feeds.append(feed)
        issues += _header_issues(sheet, feed, unused)
    if not feeds:
        return _unrecognised(sheet, lacking, fitting_columns)
    feeds = _without_second_reading(feeds)
    return Recognition(tuple(feeds), (*issues, *_unknown_headers(sheet, aliases.known)))


def _without_second_reading(feeds: list[Feed]) -> list[Feed]:
    """Return the feeds with the QC columns of a call export read once: with rounds as a log of taps, else as states."""
    fed = {feed.table.name: feed for feed in feeds}
    if not {"calls", "qc", "qc_states"} <= fed.keys():
        return feeds
    second = "qc_states" if "round" in fed["qc"].positions else "qc"
    return [feed for feed in feeds if feed.table.name != second]


def _most_specific(sheet: RawSheet, fitting: Sequence[FileMapping]) -> FileMapping:
    """Return the mapping that names the most headers; where two do: ParameterError."""
    ranked = sorted(fitting, key=lambda mapping: -len(mapping.columns))
    if len(ranked) > 1 and len(ranked[0].columns) == len(ranked[1].columns):
        names = f"{ranked[0].name} and {ranked[1].name}"
        raise ParameterError(f"{sheet.place.file}: the mappings {names} fit it equally; let one name more headers")
    return ranked[0]


def _mapped(
    sheet: RawSheet, mapping: FileMapping, positions: Mapping[str, int], sources: Mapping[str, str]
) -> Recognition:
    table = TABLES[mapping.table]
    theirs = {ours: normalised(name) for ours, name in mapping.columns.items()}
    feed = Feed(table, {ours: positions[name] for ours, name in theirs.items()}, sources[table.name], mapping)
    return Recognition((feed,), _unknown_headers(sheet, frozenset({*theirs.values(), *_ADDED})))


def _feed(
    table: Table,
    columns: Mapping[str, tuple[tuple[str, str], ...]],
    positions: Mapping[str, int],
    sources: Mapping[str, str],
) -> tuple[Feed, list[str]]:
    """Return what the headers give to the table, each column by its first present name, and the names passed over."""
    chosen: dict[str, int] = {}
    unused: list[str] = []
    systems: set[str] = set()
    for column, ranked in columns.items():
        present = [(name, system) for name, system in ranked if name in positions]
        meant = [(name, system) for name, system in present if _UNLESS.get(name) not in positions]
        if meant:
            chosen[column] = positions[meant[0][0]]
            systems |= {system for _, system in meant if system}
        unused += [name for name, _ in present if name not in dict(meant[:1])]
    groups, passed_over = _groups(table, columns, positions, chosen)
    single = {column: position for column, position in chosen.items() if column not in groups}
    bills = {bill_of(name): position for name, position in positions.items() if bill_of(name)}
    if "unpaid_bills" in single:
        passed_over += [name for name in positions if bill_of(name)]
    is_counted = "unpaid_bills" in columns and "unpaid_bills" not in single
    system = systems.pop() if len(systems) == 1 else sources[table.name]
    feed = Feed(table, single, system, groups=groups, bills=bills if is_counted else {})
    return feed, [*unused, *passed_over]


def _groups(
    table: Table,
    columns: Mapping[str, tuple[tuple[str, str], ...]],
    positions: Mapping[str, int],
    chosen: Mapping[str, int],
) -> tuple[dict[str, dict[int, int]], list[str]]:
    """Return the columns that stand several times with numbers, and the names passed over.

    Where none is the first, the column without a number is it.
    """
    groups: dict[str, dict[int, int]] = {}
    unused: list[str] = []
    for column in table.repeats:
        found, passed_over = _group(columns[column], positions)
        if not found:
            continue
        plain = chosen.get(column)
        if plain is not None and plain not in found.values():
            unused += [name for name, position in positions.items() if position == plain and 1 in found]
            found.setdefault(1, plain)
        groups[column] = found
        unused += passed_over
    return groups, unused


def _group(ranked: Sequence[tuple[str, str]], positions: Mapping[str, int]) -> tuple[dict[int, int], list[str]]:
    """Return the positions of one column's numbered headers by number, each of the best rank, and those passed over."""
    rank = {name: number for number, (name, _) in reversed(list(enumerate(ranked)))}
    numbered = [
        (turn, rank[base], name) for name in positions for base, turn in [turn_of(name)] if turn and base in rank
    ]
    found: dict[int, int] = {}
    passed_over = []
    for turn, _, name in sorted(numbered):
        if turn in found:
            passed_over.append(name)
        else:
            found[turn] = positions[name]
    return found, passed_over


def _missing(table: Table, given: Set[str]) -> tuple[str, ...]:
    missing = [
        column.name
        for column in table.columns
        if column.required and column.name not in given and not any(name in given for name in column.derived_from)
    ]
    unmarked = table.marks and not any(name in given for name in table.marks)
    return (*missing, *([" or ".join(table.marks)] if unmarked else []))


def _header_issues(sheet: RawSheet, feed: Feed, unused: Sequence[str]) -> list[Issue]:
    """Return the names passed over, and the columns that stand twice under one name and disagree."""
    place = sheet.place_of(feed.table.name)
    issues = []
    if unused:
        issues.append(
            place.issue("HEADER_UNUSED", Severity.INFO, count=len(unused), detail=_listed(sorted(set(unused))))
        )
    for column, position in feed.positions.items():
        same_name = [
            other
            for other, header in enumerate(sheet.headers)
            if other != position and normalised(header) == normalised(sheet.headers[position])
        ]
        differing = [_disagree(sheet.columns[position], sheet.columns[other]) for other in same_name]
        rows = np.logical_or.reduce(differing) if differing else np.zeros(0, dtype=bool)
        if rows.any():
            issues.append(place.issue("HEADER_CONFLICT", Severity.BLOCK, rows=sheet.source_rows[rows], detail=column))
    return issues


def _disagree(used: RawColumn, other: RawColumn) -> Bools:
    """Tell in which rows the column passed over holds something else than the one used; blank it agrees."""
    ours, theirs = (np.array(_compared(column), dtype=object)[column.codes] for column in (used, other))
    differ: Bools = np.asarray((theirs != "") & (ours != theirs), dtype=bool)
    return differ


def _compared(column: RawColumn) -> list[str]:
    texts = read_text(cells_of(column.distinct)).values.to_pylist()
    return [" ".join((text or "").casefold().split()) for text in texts]


def _unknown_headers(sheet: RawSheet, known: frozenset[str]) -> tuple[Issue, ...]:
    unknown = [header for header in sheet.headers if header and not is_known(header, known)]
    if not unknown:
        return ()
    return (sheet.place.issue("UNKNOWN_HEADERS", Severity.INFO, count=len(unknown), detail=_listed(unknown)),)


def _unrecognised(
    sheet: RawSheet, lacking: Mapping[str, tuple[str, ...]], fitting_columns: Mapping[str, int]
) -> Recognition:
    near = [
        (-fitting_columns[table], len(columns), table)
        for table, columns in lacking.items()
        if 0 < len(columns) <= _MISSING_AT_MOST
    ]
    issue = sheet.place.issue("NOT_RECOGNISED", Severity.WARN, count=sheet.rows_read)
    nearest = min(near)[2] if near else ""
    return Recognition((), (issue,), nearest=(nearest, lacking[nearest]) if nearest else None)


def _listed(headers: Sequence[str]) -> str:
    listed = ", ".join(without_numbers(header)[:HEADER_LENGTH] for header in headers[:_LISTED_HEADERS])
    return listed + (", …" if len(headers) > _LISTED_HEADERS else "")
