"""The state of a workspace without a report: what is loaded, what is wrong with it, what is missing or waiting."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from caringmon.analysis.provenance import issue_summary, issues_table
from caringmon.analysis.readiness import REQUIRED, absent_by_design, active_segments, missing_tables
from caringmon.analysis.targets import Progress, Targets
from caringmon.errors import DataBlockedError
from caringmon.inbox import examine_file, inbox_members, is_current, loads_of
from caringmon.intake.archives import Member
from caringmon.intake.labels import without_numbers
from caringmon.model.calendar import WorkCalendar
from caringmon.model.findings import Clocks, Load
from caringmon.model.period import ONE_DAY, Period, end_of_day
from caringmon.model.tables import SEGMENTS, TABLES
from caringmon.params import report_parameters
from caringmon.pipeline import gather
from caringmon.report.wording import catalogue
from caringmon.settings import workspace_calendar, workspace_settings
from caringmon.store import facts
from caringmon.store.visible import visible_tables
from caringmon.vocabulary import Rules, read_rules

NOTHING_LOADED = "nothing is loaded: put the exports into inbox/ and run caringmon ingest"
# The columns of the CSV form; a row fills those that its kind has.
CSV_COLUMNS = (
    "kind", "severity", "code", "table", "file", "first_day", "last_day", "days", "rows_read", "rows_loaded",
    "rows_set_aside", "count", "text",
)  # fmt: skip
_LISTED_DAYS = 6
# The events of tables whose rows happen on a day; those of the others hold from a day on.
_HAPPENS = ("called_at", "tapped_at", "paid_at", "date", "")
_OUTDATED = "read by other aliases, mappings or word lists; caringmon ingest reads it anew"
_NEW = "caringmon ingest loads it"
_NEVER_COMES = "a table that this operation never gets: name it under absent_by_design in params/settings.yml"
_STRANGER = "feeds no table; caringmon check --suggest proposes what its columns may be"


@dataclass(frozen=True)
class Finding:
    """One line of an inspection. `kind`: block, missing, file, days, issue or inbox; what a kind lacks is empty.

    block: why nothing can be published on the latest day. missing: a table that no file covers on `first_day`
    (`code`: required or optional). file: a sheet as it was loaded. days: per table how many `days` its `count` sheets
    cover; for what holds rather than happens (roster, targets, orders) only from when to when its rows begin.
    issue: one code in one table, `count` times, `text` says what it means. inbox: a file there; `code`: loaded,
    outdated, new, refused or stranger.
    """

    kind: str
    severity: str = ""
    code: str = ""
    table: str = ""
    file: str = ""
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    days: int | None = None
    rows_read: int | None = None
    rows_loaded: int | None = None
    rows_set_aside: int | None = None
    count: int | None = None
    text: str = ""


@dataclass(frozen=True)
class Inspection:
    """What was found; `day` is that of the latest call loaded, None without any."""

    day: dt.date | None
    findings: tuple[Finding, ...]

    @property
    def is_blocked(self) -> bool:
        """Tell whether a report of the latest day would be refused."""
        return any(finding.kind == "block" for finding in self.findings)

    def of(self, kind: str) -> list[Finding]:
        """Return the findings of one kind, in their order."""
        return [finding for finding in self.findings if finding.kind == kind]


def inspect(workspace: Path) -> Inspection:
    """Return the state of the workspace. Reads inbox, store and parameters, writes nothing.

    Files in the inbox that are not loaded yet are read as `ingest` would. A mistake in the parameter files:
    ParameterError.
    """
    rules = read_rules(workspace)
    loads = facts.read_loads(workspace)
    waiting = _inbox(workspace, loads, rules)
    if not loads:
        return Inspection(None, (Finding("block", "BLOCK", text=NOTHING_LOADED), *waiting))
    day = _latest_day(workspace, loads)
    found = (*_blocks(workspace, day), *_missing(workspace, loads, day), *_loaded(workspace, loads), *waiting)
    return Inspection(day, found)


def _latest_day(workspace: Path, loads: Sequence[Load]) -> dt.date:
    """Return the day of the latest call; without calls the last day that any file covers."""
    with facts.connection() as con:
        calls = facts.current_rows(con, workspace, TABLES["calls"], loads)
        latest = calls["called_at"].max().to_pyarrow().as_py()
    return latest.date() if latest else max(load.last_day for load in loads)


def _blocks(workspace: Path, day: dt.date) -> Iterator[Finding]:
    """Yield why the daily report of the day would be refused: what `run` itself would answer.

    A report is refused when its rows are gathered, or by targets that contradict each other; nothing else is counted.
    """
    parameters = report_parameters("daily", ("check", {"report_date": day.isoformat()}))
    try:
        evidence = gather(parameters, workspace)
        known = evidence.tables["targets"].to_pandas()
        Targets.in_force(known[known["effective_from"] <= day], Progress(evidence.calendar, day))
    except DataBlockedError as problem:
        yield Finding("block", "BLOCK", first_day=day, last_day=day, text=str(problem))


def _missing(workspace: Path, loads: Sequence[Load], latest: dt.date) -> Iterator[Finding]:
    """Yield what is missing on the latest day and on each working day of its month before it, by table and day."""
    settings = workspace_settings(workspace)
    calendar = workspace_calendar(workspace, settings.calendar)
    clocks = Clocks(end_of_day(latest), end_of_day(calendar.next_workday(latest)))
    with facts.connection() as con:
        tables = visible_tables(con, workspace, loads, clocks, latest.replace(day=1))
    segments, declared = active_segments(tables, SEGMENTS), settings.absent_by_design
    found = []
    for day in _asked_days(latest, calendar):
        absent = absent_by_design(loads, Period.day(day), declared)
        found += [(table, day) for table in missing_tables(tables, loads, day, segments, calendar, absent)]
    for table, day in sorted(found, key=lambda pair: (pair[0] not in REQUIRED, pair)):
        need = "required" if table in REQUIRED else "optional"
        yield Finding("missing", "BLOCK" if need == "required" else "WARN", need, table, first_day=day, last_day=day)


def _asked_days(latest: dt.date, calendar: WorkCalendar) -> list[dt.date]:
    return [day for day in Period.month_to_date(latest).days if calendar.is_workday(day) or day == latest]


def _loaded(workspace: Path, loads: Sequence[Load]) -> Iterator[Finding]:
    """Yield the loaded sheets by table and file, the days that each table covers, and the issues, gravest first."""
    ordered = sorted(loads, key=attrgetter("table", "source_file", "order"))
    for load in ordered:
        yield Finding(
            "file", table=load.table, file=load.source_file, first_day=load.first_day, last_day=load.last_day,
            rows_read=load.rows_read, rows_loaded=load.rows_loaded, rows_set_aside=load.rows_quarantined,
        )  # fmt: skip
    for table, group in groupby(ordered, key=attrgetter("table")):
        own = list(group)
        covered = {day for load in own for day in Period(load.first_day, load.last_day + ONE_DAY).days}
        days = len(covered) if TABLES[table].event in _HAPPENS else None
        yield Finding("days", table=table, first_day=min(covered), last_day=max(covered), days=days, count=len(own))
    sentences = catalogue("en")
    for row in issue_summary(issues_table(facts.read_issues(workspace, loads))).to_dict("records"):
        text = sentences.get(f"issue.{row['code']}", sentences["issue.other"])
        yield Finding("issue", row["severity"], row["code"], row["table"], count=int(row["count"]), text=text)


def _inbox(workspace: Path, loads: Sequence[Load], rules: Rules) -> list[Finding]:
    """Return each file of the inbox with what became of it, or would."""
    found = []
    for member in inbox_members(workspace):
        own = loads_of(workspace, member, loads)
        if not own:
            found.append(_unloaded(workspace, member, rules))
        else:
            is_loaded = all(is_current(load, rules) for load in own)
            code, text = ("loaded", "") if is_loaded else ("outdated", _OUTDATED)
            found.append(
                Finding("inbox", "" if is_loaded else "WARN", code, file=without_numbers(member.name), text=text)
            )
    return found


def _unloaded(workspace: Path, member: Member, rules: Rules) -> Finding:
    report, name = examine_file(workspace, rules, member), without_numbers(member.name)
    if report.refused:
        return Finding("inbox", "WARN", "refused", file=name, text=report.refusal.removeprefix(f"{name}: "))
    if not report.counts:
        return Finding("inbox", "WARN", "stranger", file=name, text=_STRANGER)
    tables = ", ".join(dict.fromkeys(count.table for count in report.counts))
    return Finding("inbox", "WARN", "new", table=tables, file=name, text=_NEW)


def as_json(inspection: Inspection) -> str:
    """Return the inspection as JSON: `{"day", "blocked", "findings": [one object per finding]}`.

    Every finding has all columns of the CSV form; what its kind lacks is null.
    """
    rows = [{name: _plain(value) for name, value in _row(finding).items()} for finding in inspection.findings]
    head = {"day": _plain(inspection.day), "blocked": inspection.is_blocked, "findings": rows}
    return json.dumps(head, ensure_ascii=False, indent=1)


def as_csv(inspection: Inspection) -> str:
    """Return the inspection as CSV with the columns `CSV_COLUMNS`, a row per finding."""
    text = io.StringIO()
    writer = csv.DictWriter(text, CSV_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_row(finding) for finding in inspection.findings)
    return text.getvalue().rstrip("\n")


def as_text(inspection: Inspection) -> str:
    """Return the inspection for people: what blocks first, then what is missing, issues, files, inbox."""
    if inspection.is_blocked:
        head = [f"blocked: {finding.text}" for finding in inspection.of("block")]
    else:
        head = [f"ready: nothing stops the daily report of {inspection.day}"]
    sections = (
        (f"missing on working days of the month up to {inspection.day}", _missing_lines(inspection.of("missing"))),
        ("issues, gravest first", [_issue_line(finding) for finding in inspection.of("issue")]),
        ("inbox", _inbox_lines(inspection.of("inbox"))),
        ("tables", [_days_line(finding) for finding in inspection.of("days")]),
        ("loaded files", [_file_line(finding) for finding in inspection.of("file")]),
    )
    shown = [["", f"{title}:", *lines] for title, lines in sections if lines]
    return "\n".join([*head, *(line for section in shown for line in section)])


def _missing_lines(missing: Sequence[Finding]) -> list[str]:
    lines = []
    for (need, table), group in groupby(missing, key=attrgetter("code", "table")):
        days = [str(finding.first_day) for finding in group]
        more = f", … ({len(days)} days)" if len(days) > _LISTED_DAYS else ""
        lines.append(f"  {need:<10} {table:<15} {', '.join(days[:_LISTED_DAYS])}{more}")
    return [*lines, f"  {_NEVER_COMES}"] if any(finding.code == "optional" for finding in missing) else lines


def _days_line(found: Finding) -> str:
    days = f"{found.days} days covered" if found.days is not None else "first days of its rows"
    return f"  {found.table:<15} {found.first_day} to {found.last_day}: {days}, sheets loaded: {found.count}"


def _issue_line(found: Finding) -> str:
    return f"  {found.severity:<10} {found.code} × {found.count:,} {found.table}: {found.text}"


def _file_line(found: Finding) -> str:
    return (
        f"  {found.table:<15} {found.file}: {found.rows_read:,} read, {found.rows_loaded:,} loaded, "
        f"{found.rows_set_aside:,} set aside"
    )


def _inbox_lines(inbox: Sequence[Finding]) -> list[str]:
    loaded = sum(found.code == "loaded" for found in inbox)
    lines = [f"  loaded     {loaded} of {len(inbox)} files"] if inbox else []
    return lines + [f"  {found.code:<10} {found.file}: {found.text}" for found in inbox if found.code != "loaded"]


def _row(finding: Finding) -> dict[str, object]:
    return {name: getattr(finding, name) for name in CSV_COLUMNS}


def _plain(value: object) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    return None if value == "" else value
