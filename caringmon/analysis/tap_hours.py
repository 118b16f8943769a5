"""Working hours from the agree to its first tapping (K41)."""

from __future__ import annotations

import datetime as dt

import ibis
from ibis import _
from ibis.expr.types import Table, Value

from caringmon.analysis.relations import workday_numbers
from caringmon.model.calendar import WorkCalendar
from caringmon.model.period import ONE_DAY, Period

# Facts are kept for two years.
_KEPT = dt.timedelta(days=800)


def with_tap_hours(claims: Table, calendar: WorkCalendar, clock: dt.datetime) -> Table:
    """Return the claims with `tap_hours`: hours of the working day, on working days, up to the first tapping.

    Untapped: null.
    """
    numbers = workday_numbers(calendar, Period(clock.date() - _KEPT, clock.date() + ONE_DAY))
    agreed = numbers.select(agree_day="day", agree_number="number", agree_workday="is_workday")
    tapped = numbers.select(tap_day="day", tap_number="number", tap_workday="is_workday")
    dated = claims.mutate(agree_day=_.agree_at.date(), tap_day=_.first_tap_at.date())
    joined = dated.left_join(agreed, "agree_day").drop("agree_day_right").left_join(tapped, "tap_day")
    passed = _worked(calendar, "tap", _.first_tap_at) - _worked(calendar, "agree", _.agree_at)
    return joined.mutate(tap_hours=passed.cast("float64") / 3600).select(*claims.columns, "tap_hours")


def _worked(calendar: WorkCalendar, what: str, instant: Value) -> Value:
    """Return the working seconds from the first numbered day to the instant."""
    opens, closes = (time.hour * 3600 + time.minute * 60 for time in (calendar.opens, calendar.closes))
    today = _[f"{what}_workday"].cast("int64")
    of_day = instant.hour().cast("int64") * 3600 + instant.minute() * 60 + instant.second()
    return (_[f"{what}_number"] - today) * (closes - opens) + today * (
        ibis.least(ibis.greatest(of_day, opens), closes) - opens
    )
