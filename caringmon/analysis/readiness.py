"""Readiness: what the loaded files lack on a day, by accident or by design (8-interfaces, 8.2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from caringmon.model.calendar import WorkCalendar
from caringmon.model.codes import Severity
from caringmon.model.findings import Issue, Load
from caringmon.model.period import month_code

REQUIRED = ("calls", "assignments", "roster")
OPTIONAL = ("targets", "qc")


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


def active_segments(tables: Mapping[str, pa.Table], asked: Sequence[str]) -> tuple[str, ...]:
    """Return those of the segments asked for that have any call, holding or target, in the order asked."""
    seen = {
        segment
        for name in ("calls", "assignments", "targets")
        for segment in pc.unique(tables[name]["segment"]).to_pylist()
    }
    return tuple(segment for segment in asked if segment in seen)


def calendar_issues(calendar: WorkCalendar, day: dt.date) -> tuple[Issue, ...]:
    """Return a warning when the calendar does not know the year: working days are then the week pattern alone."""
    if day.year in calendar.years:
        return ()
    return (Issue("CALENDAR_YEAR_UNKNOWN", Severity.WARN, detail=str(day.year)),)


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
