"""The walk of one file from the inbox to the store: read, headers, clean, validate, pseudonyms, facts."""

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
from caringmon.intake import headers, window
from caringmon.intake.archives import Member, files_in
from caringmon.intake.clean import Vocabulary, original_cells, typed_rows
from caringmon.intake.headers import Feed, Recognition
from caringmon.intake.pseudonyms import split_identities
from caringmon.intake.read import read_sheets
from caringmon.intake.sheets import Cell, RawSheet
from caringmon.intake.validate import Validated, validated
from caringmon.model.codes import Severity
from caringmon.model.findings import Issue, Load
from caringmon.model.period import end_of_day
from caringmon.report.wording import catalogue
from caringmon.store import facts, restricted
from caringmon.store.identities import IdentityStore
from caringmon.vocabulary import Rules, read_rules

# Part of every load_id: raise it when the same file must be read anew because reading has changed.
PARSER_VERSION = "1"
_RAGGED = "RAGGED_ROW"
_SECOND = pa.scalar(1_000_000, pa.duration("us"))
_NEVER = pa.chunked_array([pa.array([], pa.timestamp("us"))])
_STAMPS = ("%Y%m%d", "%d%m%Y", "%Y%m%d%H%M", "%Y%m%d%H%M%S")


@dataclass(frozen=True)
class TableCount:
    """What became of the rows of a sheet as rows of one table; read = loaded + set aside + repeats + skipped."""

    table: str
    sheet: str
    read: int
    loaded: int
    set_aside: int
    repeats: int
    skipped: int


@dataclass(frozen=True)
class FileReport:
    """What became of a file. `refusal`: why nothing of it was loaded; `is_known`: it had been loaded before."""

    file: str
    counts: tuple[TableCount, ...] = ()
    issues: tuple[Issue, ...] = ()
    refusal: str = ""
    is_known: bool = False

    @property
    def refused(self) -> bool:
        """Tell whether the file was refused as a whole."""
        return bool(self.refusal)

    @property
    def rows_loaded(self) -> int:
        """Rows that are in the store now, over all tables."""
        return sum(count.loaded for count in self.counts)

    def lines(self) -> list[str]:
        """Return the report as lines of text, without any value of the file."""
        if self.refused:
            return [f"refused  {self.refusal}"]
        if self.is_known:
            return [f"known    {self.file}: already loaded, nothing added"]
        head = [
            f"loaded   {self.file}{f' [{count.sheet}]' if count.sheet else ''}: {count.table} "
            f"{count.read:,} read = {count.loaded:,} loaded + {count.set_aside:,} set aside "
            f"+ {count.repeats:,} repeated + {count.skipped:,} no attempt"
            for count in self.counts
        ]
        ignored = f"ignored  {self.file}: its headers fit no table; name them in params/header_aliases.yml or a mapping"
        return [*(head or [ignored]), *map(_issue_line, self.issues)]


@dataclass(frozen=True)
class Loading:
    """What taking in files needs: where they go, how they are read, under which key ids are hidden."""

    workspace: Path
    rules: Rules
    key: bytes
    identities: IdentityStore


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


def load_file(loading: Loading, path: Path) -> list[FileReport]:
    """Bring one file, or the files of one archive, into the store and return what became of each.

    A refusal is part of the report, not raised.
    """
    try:
        members = files_in(path.name, path.read_bytes())
        return [_load_member(loading, member) for member in members]
    except OSError:
        return [FileReport(path.name, refusal=f"{path.name}: there is no such file, or it cannot be read")]
    except CaringmonError as problem:
        return [FileReport(path.name, refusal=str(problem))]


def _load_member(loading: Loading, member: Member) -> FileReport:
    name, data = member.name, member.content
    sha256 = hashlib.sha256(data).hexdigest()
    loads = facts.read_loads(loading.workspace)
    if any((load.source_sha256, load.parser_version) == (sha256, PARSER_VERSION) for load in loads):
        return FileReport(name, is_known=True)
    try:
        _refuse_number_in_name(name)
        if member.problem:
            raise DataBlockedError(member.problem)
        return _load(loading, name, data, sha256)
    except CaringmonError as problem:
        return FileReport(name, refusal=str(problem))


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


def _load(loading: Loading, name: str, data: bytes, sha256: str) -> FileReport:
    rules = loading.rules

    def count_known(cells: Sequence[Cell]) -> int:
        return headers.count_known(cells, rules.known_headers)

    sheets = read_sheets(name, data, count_known)
    recognised = [(sheet, headers.recognise(sheet, rules.aliases, rules.mappings)) for sheet in sheets]
    other_issues = [issue for _, found in recognised if not found.feeds for issue in found.issues]
    if not any(found.feeds for _, found in recognised):
        _refuse_near_miss(name, [found for _, found in recognised])
        return FileReport(name, issues=tuple(other_issues))
    stated = window.stated_export(name)
    parts = [_part(sheet, feed, found, rules.vocabulary, stated) for sheet, found in recognised for feed in found.feeds]
    _refuse_blocked(name, parts)
    parts[0] = replace(parts[0], issues=(*parts[0].issues, *other_issues))
    exported_at = stated or _latest_event(parts)
    if exported_at is None and any(part.count.loaded for part in parts):
        raise DataBlockedError(
            f"{name}: EXPORT_TIME_UNKNOWN: neither its name nor its rows tell when it was exported; "
            "put the date into its name, like Data 2022-10-31.xlsx"
        )
    if exported_at is None:
        empty = parts[0].sheet.place.issue("NO_ROWS", Severity.WARN, count=0)
        parts[0] = replace(parts[0], issues=(*parts[0].issues, empty))
        _set_aside(loading.workspace, parts, sha256)
    else:
        restricted.keep_raw(loading.workspace, sha256, data)
        _store(loading, parts, sha256, exported_at)
    return FileReport(name, tuple(part.count for part in parts), _issues_of(parts))


def _part(sheet: RawSheet, feed: Feed, found: Recognition, vocabulary: Vocabulary, stated: dt.datetime | None) -> _Part:
    typed = typed_rows(sheet, feed, vocabulary)
    kept = validated(typed, stated)
    aside = len(kept.aside) + len(sheet.ragged)
    count = TableCount(
        feed.table.name, sheet.place.sheet, sheet.rows_read, kept.rows.num_rows, aside, kept.repeats, typed.skipped
    )
    if count.read != count.loaded + count.set_aside + count.repeats + count.skipped:
        raise RuntimeError(f"rows of {feed.table.name} do not add up: {count}")
    ragged = [row.source_row for row in sheet.ragged]
    lines = [row.source_line for row in sheet.ragged if row.source_line is not None]
    issues = [*sheet.issues, *found.issues, *typed.issues, *kept.issues]
    issues += sheet.formula_issues(feed.table.name, feed.positions)
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
        problems = "; ".join(dict.fromkeys(_issue_line(issue).split(maxsplit=1)[1] for issue in blocks))
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
    is_date = pa.types.is_date(moments.type) or last.time() == dt.time()
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


def _store(loading: Loading, parts: Sequence[_Part], sha256: str, exported_at: dt.datetime) -> None:
    """Write all that a file gives; the list of loads last, so that a run cut off before it loads nothing."""
    _set_aside(loading.workspace, parts, sha256)
    new = []
    for part in parts:
        rows, people = split_identities(part.feed.table, part.kept.rows, part.feed.source_system, loading.key)
        load = _load_record(part, sha256, exported_at)
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


def _load_record(part: _Part, sha256: str, exported_at: dt.datetime) -> Load:
    first_day, last_day = _days(part, exported_at)
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
        first_day=first_day,
        last_day=last_day,
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


def _issue_line(issue: Issue) -> str:
    place = " ".join(
        filter(
            None,
            (
                issue.table,
                f"[{issue.sheet}]" if issue.sheet else "",
                f"row {issue.row}" if issue.row else "",
                f"(line {issue.line})" if issue.line and issue.line != issue.row else "",
                issue.detail,
            ),
        )
    )
    return f"  {issue.severity:<10} {issue.code} × {issue.count:,} {place}".rstrip()
