"""Who held which service when, and what is known of the service: the populations A0 and A (3-kpis, 3.1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import ibis
import pandas as pd
import pyarrow as pa
from ibis import _
from ibis.expr.types import Table

from caringmon.model.calendar import WorkCalendar
from caringmon.model.codes import Segment
from caringmon.model.period import Period, month_code

SUPPRESSED = "SUPPRESSED"
KEY = ["period", "segment", "service_no"]


def holdings(assignments: Table, calendar: WorkCalendar) -> Table:
    """Return who held which service when: half-open days, up to the next holder or the end of the caring month.

    Beside segment, service_no, agent_id, start, end, of the service in its month: `on_list`, 0 for a service closed
    before 08:00 of the first working day on or after its receipt, its first possible dial (it counts in K01 but is in
    no list); `arrears` and `since` of its earliest row; `received_day`, `witel` (null: none told), `could_roll` and
    `rolled` (K34; null where nothing tells of the next month). Services suppressed by their status are left out.
    """
    kept = assignments.anti_join(suppressed(assignments), "service_no").mutate(received_day=_.received_at.date())
    months, first_dials = _calendar_tables(assignments, calendar)
    next_start = _.valid_from.lead().over(ibis.window(group_by=KEY, order_by=["valid_from", "received_at"]))
    held = (
        kept.mutate(next_start=next_start)
        .join(months.select("period", "month_end"), "period")
        .mutate(start=_.valid_from, end=ibis.coalesce(_.valid_to, _.next_start, _.month_end))
    )
    services = _services(held, months, first_dials)
    rows = held.select(*KEY, "agent_id", "start", "end").join(services, KEY)
    return rows.select(
        *KEY, "agent_id", "start", "end", "on_list", "arrears", "since", "received_day", "witel", "could_roll", "rolled"
    )


def suppressed(assignments: Table) -> Table:
    """Return the services that a visible row calls suppressed, whatever their other rows say."""
    return assignments.filter(_.status == SUPPRESSED).select("service_no").distinct()


def witels(assignments: Table) -> Table:
    """Return the witel of every service in its month, as its earliest row that names one tells it."""
    named = assignments.filter(_.witel.notnull())
    return named.group_by(KEY).agg(witel=_.witel.argmin(_.valid_from))


def by_month_of_call(services: Table) -> Table:
    """Return a table by period, segment and service with `month`, the first day of the period, in place of it."""
    return services.mutate(month=(_.period + "-01").cast("date")).drop("period")


def small_table(columns: Mapping[str, pa.DataType], rows: Iterable[tuple[object, ...]]) -> Table:
    """Return a handful of rows as a typed table, also when there are none."""
    records = [dict(zip(columns, row, strict=True)) for row in rows]
    return ibis.memtable(pa.Table.from_pylist(records, schema=pa.schema(list(columns.items()))))


def _services(held: Table, months: Table, first_dials: Table) -> Table:
    """Return one row per service and month with what its rows together say."""
    services = held.group_by(KEY).agg(
        closed=_.end.max(),
        received_day=_.received_day.min(),
        since=_.valid_from.min(),
        arrears=_.arrears_amount.argmin(_.valid_from),
        witel=_.witel.argmin(_.valid_from, where=_.witel.notnull()),
    )
    next_month = held.filter(_.segment == Segment.CT0.value).select("service_no", next_period="period").distinct()
    dated = services.join(first_dials, "received_day").join(months.drop("month_end"), "period")
    joined = dated.left_join(next_month.mutate(is_next=True), ["service_no", "next_period"])
    could_roll = (_.segment == Segment.PRANPC.value) & (_.since <= _.first_workday) & _.has_next
    return joined.mutate(
        on_list=(_.closed > _.first_dial).cast("int64"),
        could_roll=could_roll.cast("int64"),
        rolled=(could_roll & _.is_next.notnull()).cast("int64"),
    )


def _calendar_tables(assignments: Table, calendar: WorkCalendar) -> tuple[Table, Table]:
    """Return what the calendar says of each month and of each day of receipt.

    Of a month its end, its first working day, the next month and whether that has a CT-0 holding; of a day of receipt
    the first possible dial.
    """
    seen = (
        assignments.group_by(["period", _.received_at.date().name("day")])
        .agg(ct0=(_.segment == Segment.CT0.value).any())
        .execute()
    )
    with_ct0 = set(seen["period"][seen["ct0"]])
    months = small_table(
        {"period": pa.string(), "month_end": pa.date32(), "first_workday": pa.date32(), "next_period": pa.string(),
         "has_next": pa.bool_()},
        (_month(month, with_ct0, calendar) for month in sorted(set(seen["period"]))),
    )  # fmt: skip
    days = sorted(set(pd.to_datetime(seen["day"]).dt.date))
    first_dials = small_table(
        {"received_day": pa.date32(), "first_dial": pa.date32()}, ((day, _first_workday(day, calendar)) for day in days)
    )
    return months, first_dials


def _month(month: str, with_ct0: set[str], calendar: WorkCalendar) -> tuple[object, ...]:
    days = Period.month(dt.date.fromisoformat(f"{month}-01"))
    following = month_code(days.end)
    return month, days.end, calendar.nth_workday(days, 1), following, following in with_ct0


def _first_workday(day: dt.date, calendar: WorkCalendar) -> dt.date:
    return day if calendar.is_workday(day) else calendar.next_workday(day)
