"""Readiness: what the loaded files lack on a day, by accident or by design (8-interfaces, 8.2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from caringmon.errors import DataBlockedError, ParameterError
from caringmon.model.audience import LEADERS, Audience
from caringmon.model.calendar import WorkCalendar
from caringmon.model.codes import UNMAPPED_RESULT, Severity
from caringmon.model.findings import Issue, Load
from caringmon.model.period import ONE_DAY, Period, month_code
from caringmon.model.tables import TABLES

REQUIRED = ("calls", "assignments", "roster")
# Tables whose rows say from when they hold, and that have no event of their own.
REFERENCE = ("roster", "targets")
EVENTS = ("calls", "qc", "payments", "attendance")
# Tables whose rows may speak of a day long after it.
LATER = ("qc", "payments")
HELD = ("assignments", "roster")
MOST_UNMAPPED = 0.01


def absent_by_design(loads: Iterable[Load], day: dt.date) -> frozenset[str]:
    """Return what every call file whose window covers the day lacks by design; no such file: nothing."""
    covering = [set(load.absent_by_design) for load in loads if load.table == "calls" and _covers(load, day)]
    return frozenset(set.intersection(*covering)) if covering else frozenset()


def missing_tables(
    tables: Mapping[str, pa.Table],
    loads: Sequence[Load],
    day: dt.date,
    segments: Iterable[str],
    calendar: WorkCalendar,
    absent: frozenset[str],
) -> frozenset[str]:
    """Return the tables that no loaded file covers on the day; on a free day calls and QC are not needed.

    Calls and QC are covered by a file's window; holdings and roster by a row valid on the day; targets by a row of
    the month for every segment that has calls or holdings in it.
    """
    missing = set()
    if calendar.is_workday(day):
        missing |= {t for t in ("calls", "qc") if not any(load.table == t and _covers(load, day) for load in loads)}
        missing |= {t for t in ("assignments", "roster") if not _valid_on(tables[t], day)}
    month = month_code(day)
    if not all(_has_target(tables["targets"], segment, month) for segment in segments):
        missing.add("targets")
    return frozenset(missing - absent)


def absent_in(loads: Iterable[Load], window: Period) -> frozenset[str]:
    """Return what every call file whose days touch the window lacks by design; no such file: nothing."""
    touching = [set(load.absent_by_design) for load in loads if load.table == "calls" and _touches(load, window)]
    return frozenset(set.intersection(*touching)) if touching else frozenset()


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
            load.table == name and (_touches(load, until) if name in LATER else any(_covers(load, day) for day in days))
            for load in loads
        )
    }
    return frozenset(missing | {name for name in HELD if not any(_valid_on(tables[name], day) for day in days)})


def files_received(
    tables: Mapping[str, pa.Table],
    loads: Sequence[Load],
    window: Period,
    segments: Sequence[str],
    calendar: WorkCalendar,
) -> tuple[int, int]:
    """Return how many of the window's pairs of a working day and a table are covered, and how many there are (K56).

    What the files lack by design is not expected.
    """
    expected = [name for name in (*EVENTS, *HELD, "targets") if name not in absent_in(loads, window)]
    days = calendar.workdays(window)
    covered = {
        name: sum(any(load.table == name and _covers(load, day) for load in loads) for day in days) for name in EVENTS
    }
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


def refuse_unready(missing: frozenset[str], day: dt.date) -> None:
    """Refuse a day on which a required table is missing: DataBlockedError naming it."""
    required = [table for table in REQUIRED if table in missing]
    if required:
        raise DataBlockedError(
            f"{day}: no loaded file covers {', '.join(required)}; put the export into inbox/ and run caringmon ingest"
        )


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
                f"{count:,}; load the export of {sources[table]}, or name another system in params/sources.yml"
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
                f"{row['valid_from']} and from {following['valid_from']}; give the first an end in valid_to"
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
            "params/result_codes.csv does not know; add the words (caringmon ingest names the rows)"
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


def _touches(load: Load, window: Period) -> bool:
    return load.first_day < window.end and window.start <= load.last_day


def _covers(load: Load, day: dt.date) -> bool:
    return load.first_day <= day <= load.last_day


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
