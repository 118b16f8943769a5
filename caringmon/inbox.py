"""The walk of one file to the store: read, headers, totals, unfold, clean, validate, pseudonyms, facts."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from caringmon.errors import CaringmonError, DataBlockedError
from caringmon.intake import aliases, headers, window
from caringmon.intake.account import FileReport, TableCount, issue_line
from caringmon.intake.clean import Vocabulary, original_cells, typed_rows
from caringmon.intake.headers import Feed, Recognition
from caringmon.intake.pseudonyms import split_identities
from caringmon.intake.read import read_sheets
from caringmon.intake.sheets import Cell, RawSheet
from caringmon.intake.totals import without_totals
from caringmon.intake.unfold import unfolded
from caringmon.intake.validate import Validated, validated
from caringmon.model.codes import Severity
from caringmon.model.findings import Issue, Load
from caringmon.model.period import end_of_day
from caringmon.report.wording import catalogue
from caringmon.store import facts, restricted
from caringmon.store.identities import IdentityStore
from caringmon.store.mended import Mended, mended_file
from caringmon.vocabulary import Rules, read_rules

# Part of every load_id: raise it when the same file must be read anew because reading has changed.
PARSER_VERSION = "2"
_RAGGED = "RAGGED_ROW"
_ONE_SECOND = dt.timedelta(seconds=1)
_SECOND = pa.scalar(_ONE_SECOND, pa.duration("us"))
_NEVER = pa.chunked_array([pa.array([], pa.timestamp("us"))])
_STAMPS = ("%Y%m%d", "%d%m%Y", "%Y%m%d%H%M", "%Y%m%d%H%M%S")


@dataclass(frozen=True)
class Loading:
    """What taking in files needs: where they go, how they are read, under which key ids are hidden."""

    workspace: Path
    rules: Rules
    key: bytes
    identities: IdentityStore


@dataclass(frozen=True)
class _Typing:
    """What rows of a file are typed by. `stated`: when it was exported, as it says; `month_first`: tables, columns."""

    vocabulary: Vocabulary
    stated: dt.datetime | None
    month_first: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class _Part:
    """A sheet as one table: what is kept and what is set aside."""

    sheet: RawSheet
    feed: Feed
    kept: Validated
    count: TableCount
    issues: tuple[Issue, ...]


def open_loading(workspace: Path, key: bytes) -> Loading:
    """Return what loading into the workspace needs; a mistake in its parameter files: ParameterError."""
    return Loading(workspace, read_rules(workspace), key, IdentityStore(workspace))


def inbox_files(workspace: Path, paths: Sequence[Path] | None) -> list[Path]:
    """Return the files to load, by name: those named, of folders what lies in them, else the inbox.

    Hidden files and Excel's lock files are left out.
    """
    named = [workspace / "inbox"] if paths is None else list(paths)
    found = {file for path in named for file in (path.iterdir() if path.is_dir() else [path])}
    visible = (file for file in found if not file.is_dir() and not file.name.startswith((".", "~$")))
    missing_inbox = paths is None and not named[0].is_dir()
    return [] if missing_inbox else sorted(visible, key=lambda file: (file.name, str(file)))


def load_file(loading: Loading, path: Path) -> FileReport:
    """Bring one file into the store and return what became of it; a refusal is part of the report, not raised."""
    try:
        data = path.read_bytes()
    except OSError:
        return FileReport(path.name, refusal=f"{path.name}: there is no such file, or it cannot be read")
    sha256 = hashlib.sha256(data).hexdigest()
    loads = facts.read_loads(loading.workspace)
    if any((load.source_sha256, load.parser_version) == (sha256, PARSER_VERSION) for load in loads):
        return FileReport(path.name, is_known=True)
    mended = mended_file(loading.workspace, path.name, loads)
    try:
        if mended is None:
            _refuse_number_in_name(path.name)
        return _load(loading, path, data, sha256, mended)
    except CaringmonError as problem:
        return FileReport(path.name, refusal=str(problem))


def _refuse_number_in_name(name: str) -> None:
    """Refuse a file name with a long number that is no date: names stand in reports, and it may be a customer's."""
    for run in re.findall(r"\d{8,}", name):
        if not any(_reads_as(run, form) for form in _STAMPS):
            masked = name.replace(run, "…")
            raise DataBlockedError(
                f"{masked}: its name holds a number of {len(run)} digits that is no date; rename the file"
            )


def _reads_as(text: str, form: str) -> bool:
    """Tell whether the text is a date of this century in that form, every digit in its place."""
    try:
        stamp = dt.datetime.strptime(text, form)
    except ValueError:
        return False
    return stamp.strftime(form) == text and 2000 <= stamp.year < 2100


def _load(loading: Loading, path: Path, data: bytes, sha256: str, mended: Mended | None) -> FileReport:
    """Load a file. Rows mended in quarantine count as exported with the file they come from, and cover its days."""
    rules = loading.rules
    origin = mended.origin if mended else None
    named = path.with_name(mended.name) if mended else path

    def count_known(cells: Sequence[Cell]) -> int:
        return aliases.count_known(cells, rules.known_headers)

    sheets = read_sheets(named, data, count_known)
    recognised = [(sheet, headers.recognise(sheet, rules.aliases, rules.mappings, rules.sources)) for sheet in sheets]
    other_issues = [issue for _, found in recognised if not found.feeds for issue in found.issues]
    if not any(found.feeds for _, found in recognised):
        _refuse_near_miss(path.name, [found for _, found in recognised])
        return FileReport(path.name, issues=tuple(other_issues))
    stated = window.stated_export(named.name) if origin or not mended else None
    typing = _Typing(rules.vocabulary, stated, _month_first(loading.workspace, origin))
    parts = [_part(sheet, feed, found, typing) for sheet, found in recognised for feed in found.feeds]
    _refuse_blocked(path.name, parts)
    parts[0] = replace(parts[0], issues=(*parts[0].issues, *other_issues))
    exported_at = origin.exported_at if origin else stated or _latest_event(parts)
    if exported_at is None and any(part.count.loaded for part in parts):
        raise DataBlockedError(
            f"{path.name}: EXPORT_TIME_UNKNOWN: neither its name nor its rows tell when it was exported; "
            "put the date into its name, like Data 2022-10-31.xlsx"
        )
    if exported_at is None:
        empty = parts[0].sheet.place.issue("NO_ROWS", Severity.WARN, count=0)
        parts[0] = replace(parts[0], issues=(*parts[0].issues, empty))
        _set_aside(loading.workspace, parts, sha256)
    else:
        restricted.keep_raw(loading.workspace, sha256, data)
        _store(loading, parts, sha256, exported_at, origin)
    return FileReport(path.name, tuple(part.count for part in parts), _issues_of(parts))


def _month_first(workspace: Path, origin: Load | None) -> frozenset[tuple[str, str]]:
    """Return the table and column of the dates that were read month first in the file that mended rows come from.

    A few rows alone no longer show it.
    """
    found = facts.read_issues(workspace, (origin,) if origin else ())
    return frozenset((one.table, one.detail.split(":")[0]) for one in found if one.code == "DATES_MONTH_FIRST")


def _part(sheet: RawSheet, feed: Feed, found: Recognition, typing: _Typing) -> _Part:
    counted = without_totals(sheet, feed)
    rows = unfolded(counted.sheet, feed)
    month_first = frozenset(column for table, column in typing.month_first if table == feed.table.name)
    typed = typed_rows(rows.sheet, rows.feed, typing.vocabulary, typing.stated, month_first)
    kept = validated(typed, typing.stated)
    count = TableCount(
        table=feed.table.name,
        sheet=sheet.place.sheet,
        read=sheet.rows_read,
        loaded=kept.rows.num_rows,
        set_aside=kept.dropped + len(sheet.ragged),
        repeats=kept.repeats,
        skipped=typed.skipped + rows.idle,
        totals=counted.totals,
        unfolded=rows.extra,
    )
    ragged = [row.source_row for row in sheet.ragged]
    lines = [row.source_line for row in sheet.ragged if row.source_line is not None]
    issues = [*sheet.issues, *found.issues, *counted.issues, *rows.issues(), *typed.issues, *kept.issues]
    if ragged:
        issues.append(typed.place.issue(_RAGGED, Severity.QUARANTINE, rows=ragged, lines=lines))
    return _Part(sheet, feed, kept, count, tuple(issues))


def _refuse_near_miss(file: str, found: Iterable[Recognition]) -> None:
    for recognition in found:
        if recognition.nearest:
            table, columns = recognition.nearest
            raise DataBlockedError(
                f"{file}: COLUMNS_MISSING: it looks like {table}, but has no column for {', '.join(columns)}; "
                "export it with that column, or name its header in params/header_aliases.yml"
            )


def _refuse_blocked(file: str, parts: Iterable[_Part]) -> None:
    blocks = [issue for part in parts for issue in part.issues if issue.severity == Severity.BLOCK]
    if blocks:
        problems = "; ".join(dict.fromkeys(issue_line(issue).split(maxsplit=1)[1] for issue in blocks))
        raise DataBlockedError(f"{file}: {problems}. Mend the file and load it again")


def _issues_of(parts: Iterable[_Part]) -> tuple[Issue, ...]:
    return tuple(dict.fromkeys(issue for part in parts for issue in part.issues))


def _latest_event(parts: Iterable[_Part]) -> dt.datetime | None:
    """Return the latest instant that the rows tell; of a date, the end of the day."""
    latest = [instants[1] for part in parts if (instants := _event_span(part)) is not None]
    return max(latest, default=None)


def _event_span(part: _Part) -> tuple[dt.datetime, dt.datetime] | None:
    """Return the first and the last event of the rows kept; without any: None."""
    moments = _moments(part)
    span = pc.min_max(moments).as_py()
    if span["min"] is None:
        return None
    first, last = (
        value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time()) for value in span.values()
    )
    # Attempts of one line stand seconds behind the midnight of a date that tells no hour.
    turns = max((turn for places in part.feed.groups.values() for turn in places), default=1)
    is_date = pa.types.is_date(moments.type) or last - dt.datetime.combine(last, dt.time()) < turns * _ONE_SECOND
    return first, end_of_day(last.date()) if is_date else last


def _moments(part: _Part) -> pa.ChunkedArray:
    """Return when the rows happened: an order when it was received, a month's figure on the month's last day."""
    table, rows = part.feed.table, part.kept.rows
    if table.name == "assignments":
        return rows["received_at"]
    if table.event == "period":
        months = pc.strptime(pc.binary_join_element_wise(rows["period"], "01", "-"), "%Y-%m-%d", "us")
        return pc.subtract(pc.ceil_temporal(pc.add(months, pa.scalar(1, pa.duration("us"))), unit="month"), _SECOND)
    return rows[table.event or "called_at"] if table.event or "called_at" in rows.column_names else _NEVER


def _days(part: _Part, exported_at: dt.datetime) -> tuple[dt.date, dt.date]:
    """Return the first and last day that the rows cover: as stated in title or name, else of their events."""
    texts = (*part.sheet.titles, part.sheet.place.file)
    stated = None if part.feed.mapping else window.stated_range(texts)
    if stated:
        return stated
    table, rows = part.feed.table, part.kept.rows
    moments = rows["valid_from"] if table.name == "assignments" else _moments(part)
    span = pc.min_max(pc.cast(moments, pa.date32(), safe=False)).as_py()
    return (span["min"], span["max"]) if span["min"] else (exported_at.date(), exported_at.date())


def _store(
    loading: Loading, parts: Sequence[_Part], sha256: str, exported_at: dt.datetime, origin: Load | None
) -> None:
    """Write all that a file gives; the list of loads last, so that a run cut off before it loads nothing."""
    _set_aside(loading.workspace, parts, sha256)
    new = []
    for part in parts:
        rows, people = split_identities(part.feed.table, part.kept.rows, part.feed.source_system, loading.key)
        days = (origin.first_day, origin.last_day) if origin else _days(part, exported_at)
        load = _load_record(part, sha256, exported_at, days)
        loading.identities.save(load.load_id, people)
        new.append(facts.NewLoad(load, rows, part.issues))
    facts.append_all(loading.workspace, new)


def _set_aside(workspace: Path, parts: Sequence[_Part], sha256: str) -> None:
    """Write the rows set aside, one workbook per load."""
    for part in parts:
        if part.count.set_aside:
            restricted.save_quarantine(workspace, _load_id(part, sha256), part.sheet.headers, _quarantined(part))


def _load_id(part: _Part, sha256: str) -> str:
    named = "|".join((sha256, part.sheet.place.sheet, part.feed.table.name, PARSER_VERSION))
    return hashlib.sha256(named.encode()).hexdigest()[:12]


def _load_record(part: _Part, sha256: str, exported_at: dt.datetime, days: tuple[dt.date, dt.date]) -> Load:
    mapping = part.feed.mapping
    return Load(
        load_id=_load_id(part, sha256),
        order=-1,
        table=part.feed.table.name,
        digest="",
        source_file=part.sheet.place.file,
        source_sha256=sha256,
        source_system=part.feed.source_system,
        exported_at=exported_at,
        first_day=days[0],
        last_day=days[1],
        rows_read=part.count.read,
        rows_loaded=part.count.loaded,
        rows_quarantined=part.count.set_aside,
        mapping=mapping.name if mapping else "",
        parser_version=PARSER_VERSION,
        absent_by_design=tuple(mapping.absent_by_design) if mapping else (),
    )


def _quarantined(part: _Part) -> list[restricted.QuarantinedRow]:
    sentences = catalogue("id")
    aside = part.kept.aside
    cells = original_cells(part.sheet, {row.source_row for row in aside})
    rows = [(cells[row.source_row], row.code, row.column, row.source_row) for row in aside]
    rows += [(list(row.cells), _RAGGED, "", row.source_row) for row in part.sheet.ragged]
    return [
        restricted.QuarantinedRow(
            values, code, " · ".join(filter(None, (sentences.get(f"issue.{code}", code), column))), number
        )
        for values, code, column, number in sorted(rows, key=lambda row: row[3])
    ]
