"""What a gap is compared with: the month before, the working days before, or the plan of T3 (7-methods, 7.1)."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from caringmon.analysis.contributions import Numbers
from caringmon.analysis.day_blocks import Lineage
from caringmon.analysis.shares import shared_down
from caringmon.errors import DataBlockedError, Reason
from caringmon.model.calendar import WorkCalendar
from caringmon.model.gap import STEPS
from caringmon.model.period import ONE_DAY, Period, month_before, month_code

LAST_MONTH, BASELINE, PLAN = "last_month", "baseline", "plan"
REFERENCES = (PLAN, LAST_MONTH, BASELINE)
ASSIGNED = "assigned"
RATES = ("penetration", "contact_rate", "rpc_rate", "agree_rate", "valid_share")
_SITE = "SITE"


def last_month_window(window: Period, calendar: WorkCalendar) -> Period:
    """Return the days of the month before between the same working-day numbers as those of the window.

    A window that begins with its month's first working day or before it begins with the month there too. A month with
    fewer working days ends at its last. No such day: the month's first.
    """
    first, last = window.start, window.last_day
    before = len(calendar.workdays(Period.month_to_date(first))) - calendar.is_workday(first)
    until = len(calendar.workdays(Period.month_to_date(last)))
    there, end_there = month_before(first), month_before(last)
    start = calendar.nth_workday(there, before + 1) if before else there.start
    end = calendar.nth_workday(end_there, until) or end_there.start
    return Period(min(start or there.start, end), end + ONE_DAY)


def baseline_window(window: Period, days: int, calendar: WorkCalendar) -> Period:
    """Return the days from the `days`-th working day before the window to the day before it."""
    first = window.start
    for _ in range(days):
        first = calendar.previous_workday(first)
    return Period(first, window.start)


def plan_rows(targets: pd.DataFrame, segment: str, month: str) -> pd.DataFrame:
    """Return the plan of a month in the version in force, a row per metric and entity; `targets`: visible rows of T3.

    One of the six metrics without any row: DataBlockedError naming it.
    """
    wanted = (ASSIGNED, *RATES)
    mine = targets[(targets["segment"] == segment) & (targets["period"] == month) & targets["metric"].isin(wanted)]
    mine = mine.assign(entity_id=mine["entity_id"].where(mine["level"] != _SITE, _SITE))
    key = ["level", "entity_id", "metric"]
    mine = mine.sort_values(["effective_from", "version"], kind="stable")
    newest = mine.groupby(key)["version"].transform("last")
    _refuse_missing([metric for metric in wanted if metric not in set(mine["metric"])], segment, month)
    return mine[mine["version"] == newest]


def plan_counts(
    rows: pd.DataFrame, window: Period, calendar: WorkCalendar, levels: Sequence[str], paths: Sequence[Lineage],
    weights: Sequence[Sequence[float]],
) -> tuple[Numbers, bool]:  # fmt: skip
    """Return the planned counts (entities, steps) for the window, and whether the plan of each level fits the others.

    The nearest row above an entity tells a rate. What is assigned is shared down to those who have no row of their
    own in proportion to `weights`. Of a window that is a part of its month the plan asks its share of working days, of
    the penetration: the list is there from the first day on. Where the list is planned day by day, its days in the
    window are summed and the penetration is asked whole.
    """
    places = [_SITE, *(level.upper() for level in levels)]
    share = _share_of_month(window, calendar)
    assigned = rows[rows["metric"] == ASSIGNED]
    is_daily = bool((assigned["grain"] == "DAY").any())
    units, fits = _assigned(_of_window(assigned, window), places, paths, weights)
    rates = []
    for metric in RATES:
        told = _by_place(rows[rows["metric"] == metric], places)
        rates.append([_nearest(told, path) for path in paths])
        if any(math.isnan(rate) for rate in rates[-1]):
            _refuse_missing([metric], str(rows["segment"].iloc[0]), month_code(window.start))
    if not is_daily:
        rates[0] = [rate * share for rate in rates[0]]
    return np.cumprod([units, *rates], axis=0).T.reshape(len(paths), len(STEPS)), fits


def _assigned(
    rows: pd.DataFrame, places: Sequence[str], paths: Sequence[Lineage], weights: Sequence[Sequence[float]]
) -> tuple[list[float], bool]:
    """Return the planned units of each entity; without a row of the site, those of the highest level that has any."""
    told = _by_place(rows, places)
    site = told[0].get(_SITE, math.nan)
    if math.isnan(site):
        site = math.fsum(next((own.values() for own in told[1:] if own), ()))
    return shared_down(site, paths, told[1:], weights)


def _by_place(rows: pd.DataFrame, places: Sequence[str]) -> list[Mapping[str, float]]:
    """Return, per place of a path and for the site before them, the value of each entity."""
    return [
        {str(entity): float(value) for entity, value in zip(own["entity_id"], own["value"], strict=True)}
        for own in (rows[rows["level"] == place] for place in places)
    ]


def _nearest(told: Sequence[Mapping[str, float]], path: Lineage) -> float:
    """Return the value of the lowest entity of the path that has one, else the site's; none: NaN."""
    return next(
        (own[entity] for own, entity in zip(reversed(told), reversed((_SITE, *path)), strict=True) if entity in own),
        math.nan,
    )


def _of_window(rows: pd.DataFrame, window: Period) -> pd.DataFrame:
    """Return what is assigned in the window per entity: daily rows of the window summed, monthly rows whole."""
    outside = [
        grain == "DAY" and _day(day) not in window for grain, day in zip(rows["grain"], rows["date"], strict=True)
    ]
    inside = rows[~np.array(outside, dtype=bool)]
    return inside.groupby(["level", "entity_id"], as_index=False)[["value"]].sum()


def _share_of_month(window: Period, calendar: WorkCalendar) -> float:
    whole = len(calendar.workdays(Period.month(window.start)))
    return len(calendar.workdays(window)) / whole if whole else 0.0


def _day(day: dt.date) -> dt.date:
    return day.date() if isinstance(day, dt.datetime) else day


def _refuse_missing(metrics: Sequence[str], segment: str, month: str) -> None:
    if metrics:
        raise DataBlockedError(
            f"{segment} {month}: the plan has no target for {', '.join(metrics)}; add the rows to target.xlsx, "
            "or compare with --reference last_month",
            Reason("PLAN_INCOMPLETE", {"segment": f"segment.{segment}", "metrics": "|".join(metrics)}),
        )
