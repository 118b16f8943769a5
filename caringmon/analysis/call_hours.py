"""Calls outside the allowed hours, by the customer's own clock (K50)."""

from __future__ import annotations

import datetime as dt

import ibis
from ibis import _
from ibis.expr.types import Table

from caringmon.analysis.holdings import by_month_of_call
from caringmon.analysis.relations import Relations
from caringmon.model.period import ONE_DAY, Period

SUNDAY = 6


def outside_hours(calls: Table, relations: Relations, days: Period) -> Table:
    """Return the calls of the days with `outside`: 1 before or after the allowed hours, on a Sunday or public holiday.

    The customer's clock is that of the service's witel; a service without one has the default zone. Collective leave
    is allowed.
    """
    hours = relations.hours
    # By the customer's clock a call may be one of the day before or after.
    first, last = days.start - ONE_DAY, days.end
    holidays = [day for day in sorted(relations.calendar.public_holidays) if first <= day <= last]
    timed = _with_zone(calls, relations).mutate(local=_.called_at + _.zone * ibis.interval(hours=1))
    of_day = _.local.hour().cast("int64") * 3600 + _.local.minute() * 60 + _.local.second()
    early, late = of_day < _seconds(hours.opens), of_day > _seconds(hours.closes)
    free = _.local.day_of_week.index() == SUNDAY
    if holidays:
        free = free | _.local.date().isin(holidays)
    return timed.mutate(outside=(early | late | free).cast("int64")).drop("local", "zone")


def _seconds(time: dt.time) -> int:
    return time.hour * 3600 + time.minute * 60 + time.second


def _with_zone(calls: Table, relations: Relations) -> Table:
    """Return the calls with `zone`, the hours that the customer's clock is ahead of WIB."""
    hours = relations.hours
    other = {witel: ahead for witel, ahead in hours.zone_hours.items() if ahead != hours.default_hours}
    if not other:
        return calls.mutate(zone=hours.default_hours)
    ahead = ibis.cases(
        *((_.witel.upper() == witel, zone) for witel, zone in sorted(other.items())), else_=hours.default_hours
    )
    services = relations.witels.filter(_.witel.upper().isin(sorted(other))).mutate(zone=ahead).drop("witel")
    dated = calls.mutate(month=_.called_at.truncate("M").cast("date"))
    zoned = dated.left_join(by_month_of_call(services), ["month", "segment", "service_no"])
    return zoned.mutate(zone=ibis.coalesce(_.zone, hours.default_hours)).select(*calls.columns, "zone")
