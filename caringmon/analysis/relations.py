"""What KPIs are counted from: the tables of a store as known at one instant, all on one connection."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import ibis
import pandas as pd
import pyarrow as pa
from ibis import _
from ibis.expr.types import Table

from caringmon.analysis.holdings import small_table
from caringmon.model.calendar import WorkCalendar
from caringmon.model.call_hours import CallHours
from caringmon.model.period import Period, Window

KEY = ["window", "segment", "entity"]
ALL = "ALL"


@dataclass(frozen=True)
class Relations:
    """The Ibis tables that KPIs are counted from, already cut at the clocks.

    `holdings`: see there. `claims`: the agree ledger. `payments`: service_no, paid_day, amount, reversals taken off.
    `witels`: period, segment, service_no, witel. `counted_as`: the segment under which the rows of all segments are
    taken together, empty for each under its own. `clock`: the instant that "at the clock" means.
    `drop_talk_is_rpc`: whether a call cut off while talking reached the right party.
    """

    calls: Table
    holdings: Table
    claims: Table
    qc: Table
    payments: Table
    attendance: Table
    witels: Table
    roster: pa.Table
    calendar: WorkCalendar
    clock: dt.datetime
    hours: CallHours = field(default_factory=CallHours)
    counted_as: str = ""
    drop_talk_is_rpc: bool = False

    def of(self, segments: Iterable[str]) -> Relations:
        """Return the same with the rows of these segments alone; ALL: the rows of both, taken together."""
        wanted = list(segments)
        if wanted == [ALL]:
            return replace(self, counted_as=ALL)
        kept = {name: getattr(self, name).filter(_.segment.isin(wanted)) for name in ("calls", "holdings", "claims")}
        return replace(self, **kept)

    def segment(self) -> ibis.Value:
        """Return the segment under which a row counts."""
        return ibis.literal(self.counted_as) if self.counted_as else _.segment


def span_table(windows: Iterable[Window]) -> Table:
    """Return the windows as rows: window, first, after (dates, half-open), month_first (of the last day's month)."""
    columns = {
        "window": pa.string(), "first": pa.date32(), "after": pa.date32(), "month_first": pa.date32(),
    }  # fmt: skip
    return small_table(
        columns, ((w.name, w.period.start, w.period.end, w.period.last_day.replace(day=1)) for w in windows)
    )


def in_windows(events: Table, windows: list[Window], day: str = "day") -> Table:
    """Return the events with the `window` they fall into, once per window; `day` is the column of their day."""
    if len(windows) == 1:
        (only,) = windows
        dated = events.filter(events[day] >= only.period.start, events[day] < only.period.end)
        return dated.mutate(window=ibis.literal(only.name))
    spans = span_table(windows)
    return events.join(spans, [events[day] >= spans["first"], events[day] < spans["after"]])


def between(events: Table, column: str, windows: Iterable[Window]) -> Table:
    """Return the events whose instant lies between the first and the last day of the windows, as a half-open range."""
    days = whole(windows)
    start, end = (dt.datetime.combine(day, dt.time()) for day in (days.start, days.end))
    return events.filter(events[column] >= start, events[column] < end)


def whole(windows: Iterable[Window]) -> Period:
    """Return the period from the first day of the earliest window to the last day of the latest."""
    periods = [window.period for window in windows]
    return Period(min(p.start for p in periods), max(p.end for p in periods))


def workday_numbers(calendar: WorkCalendar, days: Period) -> Table:
    """Return, per day, how many working days there were from the first day to it (`number`), and `is_workday`."""
    rows, number = [], 0
    for day in days.days:
        number += calendar.is_workday(day)
        rows.append((day, number, calendar.is_workday(day)))
    return small_table({"day": pa.date32(), "number": pa.int64(), "is_workday": pa.bool_()}, rows)


def side_by_side(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return the counts of several frames in one row per (window, segment, entity); where one has none, NaN."""
    joined = pd.DataFrame(columns=KEY, dtype="object")
    for frame in frames:
        keyed = frame.astype(dict.fromkeys(KEY, "object"))
        joined = joined.merge(keyed, on=KEY, how="outer", validate="one_to_one")
    return joined
