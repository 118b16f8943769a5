"""Readiness: what the loaded files lack on a day, by accident or by design (8-interfaces, 8.2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from caringmon.errors import DataBlockedError, ParameterError, Reason
from caringmon.model.audience import LEADERS, Audience
from caringmon.model.calendar import WorkCalendar
from caringmon.model.codes import UNMAPPED_RESULT, Severity
from caringmon.model.findings import Issue, Load
from caringmon.model.period import ONE_DAY, Period, month_code
from caringmon.model.tables import TABLES

REQUIRED = ("calls", "assignments", "roster")
# What only some reports cannot do without.
ALSO_REQUIRED = {"w03": ("qc",)}
# Tables whose rows say from when they hold, and that have no event of their own.
REFERENCE = ("roster", "targets")
EVENTS = ("calls", "qc", "payments", "attendance")
# Tables of exported states, and whose events are told from them.
STATES = {"qc_states": "qc", "payment_states": "payments"}
# Tables whose rows may speak of a day long after it.
LATER = ("qc", "payments")
HELD = ("assignments", "roster")
MOST_UNMAPPED = 0.01


def missing_tables(
    tables: Mapping[str, pa.Table],
    loads: Sequence[Load],
    day: dt.date,
    segments: Iterable[str],
    calendar: WorkCalendar,
    absent: frozenset[str],
) -> frozenset[str]:
    """Return the tables that no loaded file covers on the day; on a free day none is needed.

    Events are covered by a file's window; holdings and roster by a row valid on the day; targets by a row of the month
    for every segment that has calls or holdings in it.
    """
    if not calendar.is_workday(day):
        return frozenset()
    missing = {name for name in EVENTS if not _is_covered(loads, name, day)}
    missing |= {name for name in HELD if not _valid_on(tables[name], day)}
    month = month_code(day)
    if not all(_has_target(tables["targets"], segment, month) for segment in segments):
        missing.add("targets")
    return frozenset(missing - absent)


def absent_by_design(loads: Sequence[Load], window: Period, declared: Iterable[str]) -> frozenset[str]:
    """Return what the files of the window lack by design: what all its call files lack, and what is `declared`.

    A table that is declared absent is so until the first day of the first file that feeds it.
    """
    touching = [set(load.absent_by_design) for load in loads if load.table == "calls" and _touches(load, window)]
    fed = {_fed_by(load) for load in loads if load.first_day < window.end}
    return frozenset(set.intersection(*touching) if touching else ()) | (frozenset(declared) - fed)


def missing_in(
    tables: Mapping[str, pa.Table], loads: Sequence[Load], window: Period, clock: dt.date, calendar: WorkCalendar
) -> frozenset[str]:
    """Return the tables that cover none of the window's working days; a window without any lacks nothing.

    Calls and attendance belong to the days of the window; what QC and payments say of it may come until the clock.
    Holdings and roster are missing when no row is in force on any of the days.
    """
    days = calendar.workdays(window)
    if not days:
        return frozenset()
    until = Period(window.start, max(window.last_day, clock) + ONE_DAY)
    missing = {
        name
        for name in EVENTS
        if not any(
            _fed_by(load) == name
            and (_touches(load, until) if name in LATER else any(day in _days_of(load) for day in days))
            for load in loads
        )
    }
    return frozenset(missing | {name for name in HELD if not any(_valid_on(tables[name], day) for day in days)})


def missing_of_month(
    tables: Mapping[str, pa.Table], loads: Sequence[Load], month: Period, clock: dt.date, segments: Iterable[str],
    calendar: WorkCalendar, absent: frozenset[str],
) -> tuple[frozenset[str], dict[str, tuple[dt.date, ...]]]:  # fmt: skip
    """Return the tables that a month lacks altogether, and the gaps of the others.

    Gaps: by table the working days of the month that no file covers, and on which nothing is held or rostered. What
    QC and payments say of a day comes later and on other days, so that they have none.
    """
    missing = set(missing_in(tables, loads, month, clock, calendar))
    code = month_code(month.start)
    if not all(_has_target(tables["targets"], segment, code) for segment in segments):
        missing.add("targets")
    days = calendar.workdays(month)
    of_day = [name for name in EVENTS if name not in LATER]
    gaps = {name: tuple(day for day in days if not _is_covered(loads, name, day)) for name in of_day}
    gaps |= {name: tuple(day for day in days if not _valid_on(tables[name], day)) for name in HELD}
    uncovered = {name: found for name, found in gaps.items() if found and name not in missing and name not in absent}
    return frozenset(missing - absent), uncovered


def files_received(
    tables: Mapping[str, pa.Table],
    loads: Sequence[Load],
    window: Period,
    segments: Sequence[str],
    calendar: WorkCalendar,
    absent: frozenset[str],
) -> tuple[int, int]:
    """Return how many of the window's pairs of a working day and a table are covered, and how many there are (K56).

    What the files lack by design is not expected.
    """
    expected = [name for name in (*EVENTS, *HELD, "targets") if name not in absent]
    days = calendar.workdays(window)
    covered = {name: sum(_is_covered(loads, name, day) for day in days) for name in EVENTS}
    covered |= {name: sum(_valid_on(tables[name], day) for day in days) for name in HELD}
    months = [month_code(day) for day in days]
    covered["targets"] = sum(all(_has_target(tables["targets"], one, month) for one in segments) for month in months)
    return sum(covered[name] for name in expected), len(days) * len(expected)


def active_segments(tables: Mapping[str, pa.Table], asked: Sequence[str]) -> tuple[str, ...]:
    """Return those of the segments asked for that have any call, holding or target, in the order asked."""
    seen = {
        segment
        for name in ("calls", "assignments", "targets")
        for segment in pc.unique(tables[name]["segment"]).to_pylist()
    }
    return tuple(segment for segment in asked if segment in seen)


def refuse_unready(missing: frozenset[str], period: str, report: str = "") -> None:
    """Refuse a day or month of which a table that the report requires is missing: DataBlockedError naming it."""
    required = [table for table in (*REQUIRED, *ALSO_REQUIRED.get(report, ())) if table in missing]
    if required:
        words = {"tables": _named(required), "optional": _named(sorted(missing.difference(required)))}
        raise DataBlockedError(
            f"{period}: no loaded file covers {', '.join(required)}; put the export into inbox/ and run "
            "caringmon ingest",
            Reason("REQUIRED_MISSING", words),
        )


def _named(tables: Iterable[str]) -> str:
    return "|".join(f"table.{table}" for table in tables)


def refuse_silent_record(
    tables: Mapping[str, pa.Table], others: Mapping[str, int], day: dt.date, sources: Mapping[str, str]
) -> None:
    """Refuse a day on which a table's system of record has no row while another system has: DataBlockedError.

    `others`: rows of the day that other systems have, by table.
    """
    for table, count in others.items():
        on_day = pc.equal(pc.cast(tables[table][TABLES[table].event], pa.date32(), safe=False), pa.scalar(day))
        if count and not pc.any(on_day).as_py():
            raise DataBlockedError(
                f"SOURCE_OF_RECORD_MISSING: on {day} {sources[table]} has no {table}, while another system has "
                f"{count:,}; load the export of {sources[table]}, or name another system in params/sources.yml",
                Reason(
                    "SOURCE_OF_RECORD_MISSING",
                    {"system": sources[table], "tables": _named([table]), "day": day.isoformat()},
                    {"count": count},
                ),
            )


def refuse_overlaps(roster: pa.Table) -> None:
    """Refuse a roster that has a person in two places at a time: DataBlockedError naming both rows."""
    rows = sorted(roster.to_pylist(), key=lambda row: (row["person_id"], row["role"], row["valid_from"]))
    for row, following in pairwise(rows):
        same = (row["person_id"], row["role"]) == (following["person_id"], following["role"])
        if same and (row["valid_to"] is None or row["valid_to"] > following["valid_from"]):
            who = f"{row['person_id']} as {row['role']}"
            raise DataBlockedError(
                f"ROSTER_OVERLAP: {who} is in the roster twice on {following['valid_from']}, by the rows valid from "
                f"{row['valid_from']} and from {following['valid_from']}; give the first an end in valid_to",
                Reason("ROSTER_OVERLAP"),
            )


def refuse_unknown_leader(roster: pa.Table, audience: Audience, day: dt.date) -> None:
    """Refuse a report for a leader whom the roster does not name in that role on the day: ParameterError."""
    if audience.kind not in LEADERS:
        return
    role = audience.kind.upper()
    known = sorted({row["person_id"] for row in roster.to_pylist() if row["role"] == role and _in_force(row, day)})
    if audience.person not in known:
        raise ParameterError(
            f"audience {audience}: the roster names no {role} of this code on {day}; "
            f"it knows {', '.join(known) or 'none'}"
        )


def _in_force(row: Mapping[str, Any], day: dt.date) -> bool:
    return row["valid_from"] <= day and (row["valid_to"] is None or row["valid_to"] > day)


def refuse_unmapped(calls: pa.Table, day: dt.date) -> None:
    """Refuse a month of which more than 1 % of the attempts have a result that no word list knows."""
    of_month = calls.filter(
        pc.greater_equal(calls["called_at"], pa.scalar(dt.datetime.combine(day.replace(day=1), dt.time())))
    )
    unmapped = pc.sum(pc.equal(of_month["result_code"], UNMAPPED_RESULT)).as_py() or 0
    if unmapped > MOST_UNMAPPED * len(of_month):
        raise DataBlockedError(
            f"UNMAPPED_RESULT: {unmapped:,} of {len(of_month):,} attempts of {month_code(day)} have a result that "
            "params/result_codes.csv does not know; add the words (caringmon ingest names the rows)",
            Reason("UNMAPPED_RESULT", counts={"count": unmapped, "whole": len(of_month)}),
        )


def silent_segments(tables: Mapping[str, pa.Table], day: dt.date, calendar: WorkCalendar) -> tuple[Issue, ...]:
    """Return a warning per segment that has holdings but no call on a working day on which another has calls."""
    if not calendar.is_workday(day):
        return ()
    calls = tables["calls"]
    today = calls.filter(pc.equal(pc.cast(calls["called_at"], pa.date32()), pa.scalar(day)))
    called = set(pc.unique(today["segment"]).to_pylist())
    held = tables["assignments"].filter(pc.equal(tables["assignments"]["period"], month_code(day)))
    expected = set(pc.unique(held["segment"]).to_pylist())
    quiet = sorted(expected - called) if called else []
    return tuple(Issue("SEGMENT_WITHOUT_CALLS", Severity.WARN, table="calls", detail=segment) for segment in quiet)


def calendar_issues(calendar: WorkCalendar, day: dt.date) -> tuple[Issue, ...]:
    """Return a warning when the calendar does not know the year: working days are then the week pattern alone."""
    if day.year in calendar.years:
        return ()
    return (Issue("CALENDAR_YEAR_UNKNOWN", Severity.WARN, detail=str(day.year)),)


def _fed_by(load: Load) -> str:
    return STATES.get(load.table, load.table)


def _days_of(load: Load) -> Period:
    """Return the days of which a load tells; an exported state tells of all up to its export."""
    last = max(load.last_day, load.exported_at.date()) if load.table in STATES else load.last_day
    return Period(load.first_day, last + ONE_DAY)


def _touches(load: Load, window: Period) -> bool:
    days = _days_of(load)
    return days.start < window.end and window.start < days.end


def _is_covered(loads: Iterable[Load], table: str, day: dt.date) -> bool:
    return any(_fed_by(load) == table and day in _days_of(load) for load in loads)


def _valid_on(table: pa.Table, day: dt.date) -> bool:
    """Tell whether a row is in force on the day; a holding without an end lasts to the end of its month."""
    started = pc.less_equal(table["valid_from"], pa.scalar(day))
    open_end = pc.fill_null(pc.greater(table["valid_to"], pa.scalar(day)), True)
    valid = pc.and_(started, open_end)
    if "period" in table.column_names:
        valid = pc.and_(valid, pc.equal(table["period"], month_code(day)))
    return bool(pc.any(valid).as_py())


def _has_target(targets: pa.Table, segment: str, month: str) -> bool:
    agree = pc.and_(pc.equal(targets["metric"], "agree"), pc.equal(targets["level"], "SITE"))
    mine = pc.and_(pc.equal(targets["segment"], segment), pc.equal(targets["period"], month))
    return bool(pc.any(pc.and_(agree, mine)).as_py())
