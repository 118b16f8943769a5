"""Guards of a gap: what a reader must know before he trusts its parts, each a code with its numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import pandas as pd

from caringmon.model.calendar import WorkCalendar
from caringmon.model.gap import Guard
from caringmon.model.period import Period

_NEAR_ZERO, _OFFSETTING, _VERDICTS = 0.01, 0.5, 0.1


def guards_of_parts(gap: float, parts: Sequence[float], total: float) -> Iterator[Guard]:
    """Yield what the size of the gap and of the site's parts forbids: percent shares, naive readings.

    `total`: what the gap is compared with.
    """
    if abs(gap) < max(1.0, _NEAR_ZERO * abs(total)):
        yield Guard("GAP_NEAR_ZERO", {"gap": gap})
    up = sum(part for part in parts if part > 0)
    down = -sum(part for part in parts if part < 0)
    if min(up, down) > max(1.0, _OFFSETTING * abs(gap)):
        yield Guard("OFFSETTING_PARTS", {"up": up, "down": down})


def guards_of_cells(actual: pd.DataFrame, reference: pd.DataFrame, basis: str) -> Iterator[Guard]:
    """Yield what is to be known of the units; `reference` may be empty, as that of a plan."""
    now, then = (cells.sum(numeric_only=True) for cells in (actual, reference))
    if now["duplicates"]:
        yield Guard("DUPLICATE_CALLS", {"calls": float(now["duplicates"])})
    if now["outside"] or then["outside"]:
        yield Guard(
            "CALLS_OUTSIDE_LIST",
            {"units": float(now["outside"]), "agrees": float(now["outside_gross"]), "before": float(then["outside"])},
        )
    if now["shared"]:
        yield Guard("NON_ADDITIVE_METRIC", {"units": float(now["shared"])})
    waiting = [float(side["open"] / side["gross"]) if side["gross"] else 0.0 for side in (now, then)]
    if basis != "gross" and abs(waiting[0] - waiting[1]) > _VERDICTS:
        yield Guard("VERDICTS_OUTSTANDING", {"share": waiting[0], "share_before": waiting[1]})


def guards_of_days(
    window: Period, reference: Period | None, clock: dt.datetime, calendar: WorkCalendar
) -> Iterator[Guard]:
    """Yield what is to be known of the days: windows of unequal length, a day that is not over at the clock.

    `reference`: None for a plan, which is that of the whole month.
    """
    days = len(calendar.workdays(window))
    there = len(calendar.workdays(reference or Period.month(window.start)))
    if days != there:
        yield Guard("UNEQUAL_WINDOWS", {"days": float(days), "before": float(there)})
    last = max(calendar.workdays(window), default=None)
    if last and clock < dt.datetime.combine(last, calendar.closes):
        passed = sum(dt.datetime.combine(day, calendar.closes) <= clock for day in calendar.workdays(window))
        yield Guard("INCOMPLETE_DAY", {"days": float(days - passed)})
