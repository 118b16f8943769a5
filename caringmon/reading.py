"""One file from its bytes to typed, checked rows, table by table: read, headers, totals, unfold, clean, validate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from caringmon.errors import DataBlockedError
from caringmon.intake import aliases, headers, window
from caringmon.intake.account import FileReport, TableCount, issue_line
from caringmon.intake.clean import Vocabulary, typed_rows
from caringmon.intake.headers import Feed, Recognition
from caringmon.intake.labels import without_numbers
from caringmon.intake.read import read_sheets
from caringmon.intake.sheets import Cell, RawSheet
from caringmon.intake.totals import without_totals
from caringmon.intake.unfold import unfolded
from caringmon.intake.validate import Validated, validated
from caringmon.model.codes import Severity
from caringmon.model.contracts import GUIDE_SHEET
from caringmon.model.findings import Issue, Load
from caringmon.model.period import end_of_day
from caringmon.vocabulary import Rules, header_mark

RAGGED = "RAGGED_ROW"
_ONE_SECOND = dt.timedelta(seconds=1)
_SECOND = pa.scalar(_ONE_SECOND, pa.duration("us"))
_NEVER = pa.chunked_array([pa.array([], pa.timestamp("us"))])


@dataclass(frozen=True)
class Source:
    """A file to be read: the name under which it is told of, its bytes, and what is known of rows that come back.

    `origin`: the load whose rows set aside were mended here; they count as exported with it. `is_mended` without one:
    nothing of the original file could be loaded. `month_first`: tables and columns whose dates are known to be so.
    """

    name: str
    data: bytes
    is_mended: bool = False
    origin: Load | None = None
    month_first: frozenset[tuple[str, str]] = frozenset()

    @property
    def stated(self) -> dt.datetime | None:
        """The export time that the name states; of mended rows without a load none."""
        return window.stated_export(self.name) if self.origin or not self.is_mended else None


@dataclass(frozen=True)
class Part:
    """A sheet as one table: what is kept and what is set aside. `days`: the first and the last that it covers."""

    sheet: RawSheet
    feed: Feed
    kept: Validated
    count: TableCount
    issues: tuple[Issue, ...]


@dataclass(frozen=True)
class Reading:
    """What a file says: its parts, none for a stranger; `exported_at` is None where no part has a row.

    `marks`: of the headers of all its sheets, those that feed nothing among them.
    """

    report: FileReport
    parts: tuple[Part, ...] = ()
    exported_at: dt.datetime | None = None
    marks: tuple[str, ...] = ()


def read_source(rules: Rules, source: Source) -> Reading:
    """Return what a file says. One that is refused as a whole: CaringmonError naming it and what to do."""
    file = source.name

    def count_known(cells: Sequence[Cell]) -> int:
        return aliases.count_known(cells, rules.known_headers)

    sheets = read_sheets(file, source.data, count_known)
    recognised = [(sheet, headers.recognise(sheet, rules.aliases, rules.mappings, rules.sources)) for sheet in sheets]
    strangers = [found for sheet, found in recognised if not found.feeds and sheet.place.sheet != GUIDE_SHEET]
    other_issues = _printable(issue for found in strangers for issue in found.issues)
    if not any(found.feeds for _, found in recognised):
        _refuse_near_miss(file, [found for _, found in recognised])
        return Reading(FileReport(file, issues=other_issues))
    parts = [_part(sheet, feed, found, source, rules.vocabulary) for sheet, found in recognised for feed in found.feeds]
    _refuse_blocked(file, parts)
    parts[0] = replace(parts[0], issues=(*parts[0].issues, *other_issues))
    exported_at = source.origin.exported_at if source.origin else source.stated or _latest_event(parts)
    if exported_at is None and any(part.count.loaded for part in parts):
        raise DataBlockedError(
            f"{file}: EXPORT_TIME_UNKNOWN: neither its name nor its rows tell when it was exported; "
            "put the date into its name, like Data 2022-10-31.xlsx"
        )
    if exported_at is None:
        empty = parts[0].sheet.place.issue("NO_ROWS", Severity.WARN, count=0)
        parts[0] = replace(parts[0], issues=(*parts[0].issues, empty))
    issues = tuple(dict.fromkeys(issue for part in parts for issue in part.issues))
    marks = sorted({header_mark(header) for sheet in sheets for header in sheet.headers})
    report = FileReport(file, tuple(part.count for part in parts), issues)
    return Reading(report, tuple(parts), exported_at, tuple(marks))


def _part(sheet: RawSheet, feed: Feed, found: Recognition, source: Source, vocabulary: Vocabulary) -> Part:
    counted = without_totals(sheet, feed)
    rows = unfolded(counted.sheet, feed)
    month_first = frozenset(column for table, column in source.month_first if table == feed.table.name)
    typed = typed_rows(rows.sheet, rows.feed, vocabulary, source.stated, month_first)
    kept = validated(typed, source.stated)
    count = TableCount(
        table=feed.table.name,
        sheet=without_numbers(sheet.place.sheet),
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
    issues += sheet.formula_issues(feed.table.name, feed.positions)
    if ragged:
        issues.append(typed.place.issue(RAGGED, Severity.QUARANTINE, rows=ragged, lines=lines))
    return Part(sheet, feed, kept, count, _printable(issues))


def _printable(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """Return the issues with a long number in the name of their sheet hidden: it may be a customer's."""
    return tuple(replace(issue, sheet=without_numbers(issue.sheet)) for issue in issues)


def _refuse_near_miss(file: str, found: Iterable[Recognition]) -> None:
    for recognition in found:
        if recognition.nearest:
            table, columns = recognition.nearest
            raise DataBlockedError(
                f"{file}: COLUMNS_MISSING: it looks like {table}, but has no column for {', '.join(columns)}; "
                "export it with that column, or name its header in params/header_aliases.yml"
            )


def _refuse_blocked(file: str, parts: Iterable[Part]) -> None:
    blocks = [issue for part in parts for issue in part.issues if issue.severity == Severity.BLOCK]
    if blocks:
        problems = "; ".join(dict.fromkeys(issue_line(issue).split(maxsplit=1)[1] for issue in blocks))
        raise DataBlockedError(f"{file}: {problems}. Mend the file and load it again")


def covered_days(part: Part, exported_at: dt.datetime) -> tuple[dt.date, dt.date]:
    """Return the first and last day that the rows cover: as stated in title or name, else of their events."""
    texts = (*part.sheet.titles, part.sheet.place.file)
    stated = None if part.feed.mapping else window.stated_range(texts)
    if stated:
        return stated
    table, rows = part.feed.table, part.kept.rows
    moments = rows["valid_from"] if table.name == "assignments" else _moments(part)
    span = pc.min_max(pc.cast(moments, pa.date32(), safe=False)).as_py()
    return (span["min"], span["max"]) if span["min"] else (exported_at.date(), exported_at.date())


def _latest_event(parts: Iterable[Part]) -> dt.datetime | None:
    """Return the latest instant that the rows tell; of a date, the end of the day."""
    latest = [last for part in parts if (last := _last_event(part)) is not None]
    return max(latest, default=None)


def _last_event(part: Part) -> dt.datetime | None:
    moments = _moments(part)
    last = pc.max(moments).as_py()
    if last is None:
        return None
    last = last if isinstance(last, dt.datetime) else dt.datetime.combine(last, dt.time())
    # Attempts of one line stand seconds behind the midnight of a date that tells no hour.
    turns = max((turn for places in part.feed.groups.values() for turn in places), default=1)
    is_date = pa.types.is_date(moments.type) or last - dt.datetime.combine(last, dt.time()) < turns * _ONE_SECOND
    return end_of_day(last.date()) if is_date else last


def _moments(part: Part) -> pa.ChunkedArray:
    """Return when the rows happened: an order when it was received, a month's figure on the month's last day."""
    table, rows = part.feed.table, part.kept.rows
    if table.name == "assignments":
        return rows["received_at"]
    if table.event == "period":
        months = pc.strptime(pc.binary_join_element_wise(rows["period"], "01", "-"), "%Y-%m-%d", "us")
        return pc.subtract(pc.ceil_temporal(pc.add(months, pa.scalar(1, pa.duration("us"))), unit="month"), _SECOND)
    return rows[table.event or "called_at"] if table.event or "called_at" in rows.column_names else _NEVER
