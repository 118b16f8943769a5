"""The clocks of a report: the instants up to which its rows are visible (8-interfaces, 8.3)."""

from __future__ import annotations

import datetime as dt

from caringmon.analysis.snapshot import qc_cutoff
from caringmon.model.calendar import WorkCalendar
from caringmon.model.findings import Clocks, Request
from caringmon.model.period import Period, month_before, month_code


def clocks_at(request: Request, calendar: WorkCalendar) -> Clocks:
    """Return the clocks of a report: those of its day; of a month its QC cut-off."""
    if request.is_month:
        return clocks_of_month(request.window, request, calendar)
    return clocks_of(request.report_date, request.cut_time, request, calendar)


def clocks_of_month(month: Period, request: Request, calendar: WorkCalendar) -> Clocks:
    """Return the clocks of a month: its QC cut-off, at which it is closed.

    Calls are counted to its end; those after it are seen because a recall decides a return until the cut-off.
    """
    cutoff = qc_cutoff(month_code(month.start), calendar, request.qc_cutoff_workday, request.qc_cutoff_time)
    return Clocks(calls=cutoff, qc=cutoff)


def rows_since(day: dt.date) -> dt.date:
    """Return the first day whose rows a report of the day reads: the 1st of the month before last."""
    return month_before(month_before(day).start).start


def clocks_of(day: dt.date, cut_time: dt.time, request: Request, calendar: WorkCalendar) -> Clocks:
    """Return the clocks of a day: calls to its cut time, QC to the next working day's data deadline."""
    return Clocks(
        calls=dt.datetime.combine(day, cut_time),
        qc=dt.datetime.combine(calendar.next_workday(day), request.data_deadline),
    )


def read_on(request: Request, clocks: Clocks, calendar: WorkCalendar) -> dt.date:
    """Return the day on which a report is read: after its last clock; of a day under way that day itself."""
    if request.is_month:
        return calendar.next_workday(clocks.qc.date())
    is_over = calendar.share_of_day(request.cut_time) == 1.0
    return calendar.next_workday(request.report_date) if is_over else request.report_date
