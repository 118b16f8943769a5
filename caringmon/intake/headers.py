"""Which tables does this sheet feed, and which of its columns is which: canonical names, ordered aliases, mappings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from caringmon.errors import ParameterError, did_you_mean
from caringmon.intake.mappings import FileMapping
from caringmon.intake.sheets import Cell, RawSheet
from caringmon.model.codes import Severity
from caringmon.model.findings import Issue
from caringmon.model.tables import TABLES, Column, Table

SYSTEMS = ("TAMARA", "NONATERO", "EXCEL")
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
EVERY_TABLE = "every_table"
SHARED_COLUMNS = ("service_no", "segment", "period")
# Headers of a workspace's own files, each with the column that it is: `"Tgl Telp": calls.called_at`.
ADDED = "added"
_LISTED_HEADERS, _HEADER_LENGTH = 12, 40
_MISSING_AT_MOST, _KNOWN_AT_LEAST = 2, 3


@lru_cache(maxsize=4096)
def normalised(header: str) -> str:
    """Return the header as it is compared: case-folded, without accents, punctuation or repeated spaces."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", header.casefold()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[\W_]+", " ", plain).split())


@dataclass(frozen=True)
class Aliases:
    """The names of each column, in order of rank: (normalised name, the one system that uses it or empty)."""

    names: Mapping[str, Mapping[str, tuple[tuple[str, str], ...]]]

    @cached_property
    def known(self) -> frozenset[str]:
        """All names that any table knows."""
        return frozenset(n for columns in self.names.values() for ranked in columns.values() for n, _ in ranked)


@dataclass(frozen=True)
class Feed:
    """What a sheet gives to one table: the position of the sheet's column for each of ours."""

    table: Table
    positions: Mapping[str, int]
    source_system: str
    mapping: FileMapping | None = None


@dataclass(frozen=True)
class Recognition:
    """The tables that a sheet feeds; where it feeds none, what it may be instead.

    `nearest`: a table that lacks one or two required columns, and their names.
    """

    feeds: tuple[Feed, ...]
    issues: tuple[Issue, ...] = ()
    nearest: tuple[str, tuple[str, ...]] | None = None


def read_aliases(content: Mapping[str, object], source: str) -> Aliases:
    """Return the aliases of a parameter file; the canonical name of a column always ranks first.

    An unknown table, column or system: ParameterError naming it.
    """
    _refuse_unknown(content, {*TABLES, EVERY_TABLE, ADDED}, source, "table")
    added = _added_names(content.get(ADDED), f"{source}: {ADDED}")
    shared = _columns(content.get(EVERY_TABLE), f"{source}: {EVERY_TABLE}")
    _refuse_unknown(shared, {c.name for t in TABLES.values() for c in t.columns}, source, "column")
    names = {}
    for table in TABLES.values():
        own = _columns(content.get(table.name), f"{source}: {table.name}")
        _refuse_unknown(own, {column.name for column in table.columns}, f"{source}: {table.name}", "column")
        names[table.name] = {
            column.name: tuple(
                dict.fromkeys(
                    [
                        (normalised(column.name), ""),
                        *_ranked(own.get(column.name, []), f"{source}: {table.name}.{column.name}"),
                        *_ranked(shared.get(column.name, []), f"{source}: {EVERY_TABLE}.{column.name}"),
                        *((name, "") for name, target in added if target in _targets(table, column)),
                    ]
                )
            )
            for column in table.columns
            if not column.digits_of
        }
    return Aliases(names)


def known_names(aliases: Aliases, mappings: Iterable[FileMapping]) -> frozenset[str]:
    """Return all headers, normalised, that a table or a mapping knows."""
    return aliases.known | {normalised(name) for mapping in mappings for name in mapping.columns.values()}


def count_known(cells: Sequence[Cell], known: frozenset[str]) -> int:
    """Return how many distinct known headers a row of cells holds."""
    words = (cell for cell in cells if isinstance(cell, str) and len(cell) <= _HEADER_LENGTH)
    return len(known & {normalised(word) for word in words})


def recognise(sheet: RawSheet, aliases: Aliases, mappings: Sequence[FileMapping]) -> Recognition:
    """Return which tables the sheet feeds: one by the mapping that names the most of its headers, else by aliases."""
    positions: dict[str, int] = {}
    for position, header in enumerate(sheet.headers):
        positions.setdefault(normalised(header), position)
    fitting = [m for m in mappings if {normalised(name) for name in m.columns.values()} <= positions.keys()]
    if fitting:
        return _mapped(sheet, _most_specific(sheet, fitting), positions)
    feeds, issues = [], []
    lacking: dict[str, tuple[str, ...]] = {}
    fitting_columns: dict[str, int] = {}
    for table in TABLES.values():
        chosen, unused, systems = _choose(aliases.names[table.name], positions)
        missing = _missing(table, chosen)
        if missing:
            lacking[table.name] = missing if len(chosen) >= _KNOWN_AT_LEAST else ()
            fitting_columns[table.name] = len(chosen)
            continue
        system = systems.pop() if len(systems) == 1 else SOURCE_OF_RECORD[table.name]
        feeds.append(Feed(table, chosen, system))
        issues += _header_issues(sheet, table, chosen, unused)
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


def _mapped(sheet: RawSheet, mapping: FileMapping, positions: Mapping[str, int]) -> Recognition:
    table = TABLES[mapping.table]
    theirs = {ours: normalised(name) for ours, name in mapping.columns.items()}
    feed = Feed(table, {ours: positions[name] for ours, name in theirs.items()}, SOURCE_OF_RECORD[table.name], mapping)
    return Recognition((feed,), _unknown_headers(sheet, frozenset(theirs.values())))


def _choose(
    columns: Mapping[str, tuple[tuple[str, str], ...]], positions: Mapping[str, int]
) -> tuple[dict[str, int], list[str], set[str]]:
    """Return the position of each column's first present name, the names passed over, and the systems that show."""
    chosen: dict[str, int] = {}
    unused: list[str] = []
    systems: set[str] = set()
    for column, ranked in columns.items():
        present = [(name, system) for name, system in ranked if name in positions]
        if present:
            chosen[column] = positions[present[0][0]]
            unused += [name for name, _ in present[1:]]
            systems |= {system for _, system in present if system}
    return chosen, unused, systems


def _missing(table: Table, chosen: Mapping[str, int]) -> tuple[str, ...]:
    missing = [
        column.name
        for column in table.columns
        if column.required and column.name not in chosen and not any(name in chosen for name in column.derived_from)
    ]
    unmarked = table.marks and not any(name in chosen for name in table.marks)
    return (*missing, *([" or ".join(table.marks)] if unmarked else []))


def _header_issues(sheet: RawSheet, table: Table, chosen: Mapping[str, int], unused: Sequence[str]) -> list[Issue]:
    """Return the names passed over, and the columns that stand twice under one name and differ."""
    place = sheet.place_of(table.name)
    issues = []
    if unused:
        issues.append(
            place.issue("HEADER_UNUSED", Severity.INFO, count=len(unused), detail=_listed(sorted(set(unused))))
        )
    for column, position in chosen.items():
        same_name = [
            other
            for other, header in enumerate(sheet.headers)
            if other != position and normalised(header) == normalised(sheet.headers[position])
        ]
        if any(not sheet.columns[position].same_cells(sheet.columns[other]) for other in same_name):
            issues.append(place.issue("HEADER_CONFLICT", Severity.BLOCK, detail=column))
    return issues


def _unknown_headers(sheet: RawSheet, known: frozenset[str]) -> tuple[Issue, ...]:
    unknown = [header for header in sheet.headers if header and normalised(header) not in known]
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
    shown = ", ".join(header[:_HEADER_LENGTH] for header in headers[:_LISTED_HEADERS])
    return shown + (", …" if len(headers) > _LISTED_HEADERS else "")


def _columns(content: object, source: str) -> Mapping[str, object]:
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ParameterError(f"{source}: expected lines of 'column: [names]'")
    return content


def _ranked(content: object, source: str) -> Iterator[tuple[str, str]]:
    """Yield the names of one column with their system; a list entry is a name or {SYSTEM: [names]}."""
    for entry in _list(content, source):
        if isinstance(entry, str):
            yield normalised(entry), ""
            continue
        if not isinstance(entry, dict):
            raise ParameterError(f"{source}: expected names, or SYSTEM: [names]")
        _refuse_unknown(entry, SYSTEMS, source, "source system")
        for system, names in entry.items():
            yield from ((normalised(str(name)), system) for name in _list(names, source))


def _added_names(content: object, source: str) -> list[tuple[str, str]]:
    """Return normalised header and `table.column` for each line of the headers added; a line may name several."""
    known = {target for table in TABLES.values() for column in table.columns for target in _targets(table, column)}
    added = []
    for header, named in _columns(content or None, source).items():
        targets = [str(one) for one in named] if isinstance(named, list) else [str(named)]
        _refuse_unknown(targets, known, f"{source}: {header}", "column")
        added += [(normalised(header), target) for target in targets]
    return added


def _targets(table: Table, column: Column) -> tuple[str, str]:
    """Return the two ways to name the column as what an added header is."""
    return f"{table.name}.{column.name}", f"{EVERY_TABLE}.{column.name}"


def _list(content: object, source: str) -> list[object]:
    if not isinstance(content, list):
        raise ParameterError(f"{source}: expected a list of names in brackets")
    return content


def _refuse_unknown(names: Iterable[str], known: Iterable[str], source: str, what: str) -> None:
    known = list(known)
    for name in names:
        if name not in known:
            raise ParameterError(f"{source}: unknown {what} '{name}'.{did_you_mean(name, known)}")
