"""The way from today to the projected end of the month, where the weekdays of the weeks before tell one (7.4)."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd

from caringmon.analysis.day_pattern import month_path, weekday_pattern
from caringmon.analysis.kpi_values import value_table
from caringmon.model.calendar import WorkCalendar
from caringmon.model.period import Period

HISTORY_WEEKS = 13
PATH_COLUMNS = ["window", "segment", "entity", "kpi", "value", "numerator", "denominator", "note", "part"]


def history_days(today: dt.date, calendar: WorkCalendar) -> list[dt.date]:
    """Return the working days of the weeks before today from which the pattern is read."""
    return calendar.workdays(Period(today - dt.timedelta(weeks=HISTORY_WEEKS), today))


def path_values(
    history: pd.DataFrame, owner: tuple[str, str], ends: tuple[float, float], today: tuple[dt.date, float],
    calendar: WorkCalendar,
) -> pd.DataFrame:  # fmt: skip
    """Return the path as values of one segment and entity (`owner`), `PATH_COLUMNS`; no pattern: no rows.

    `history`: `date` and `agrees` of past working days. `ends`: agrees of the month to date, and K45. `today`: the date
    and the share of it that has passed. `K45.path`, window `c<date>`: agrees to that day; `K45.weekday`, window `mtd`,
    part `weekday:<date>`: agrees of the weekday of that coming day over those of an average day.
    """
    date, share = today
    coming = [day for day in calendar.workdays(Period.month(date)) if day > date]
    pattern = weekday_pattern(history)
    if not coming or pattern.empty or not pattern["is_supported"].all() or any(math.isnan(end) for end in ends):
        return value_table([]).assign(part="")[PATH_COLUMNS]
    units = {date: 1 - share, **dict.fromkeys(coming, 1.0)} if calendar.is_workday(date) else dict.fromkeys(coming, 1.0)
    path = month_path(*ends, units, pattern)
    rows = [
        (f"c{row['date']}", *owner, "K45.path", row["cumulative_agrees"], row["cumulative_agrees"], math.nan, "", "")
        for row in path.to_dict("records")
        if row["date"] > date
    ]
    weights = dict(zip(pattern["weekday"], pattern["weight"], strict=True))
    first = {day.isoweekday(): day for day in reversed(coming)}
    rows += [
        ("mtd", *owner, "K45.weekday", weights[number], weights[number], math.nan, "", f"weekday:{day}")
        for number, day in sorted(first.items())
        if number in weights
    ]
    return pd.DataFrame(rows, columns=PATH_COLUMNS)
