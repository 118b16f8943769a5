"""Services of the list that nobody dialled since the 1st of the month, by working days since their receipt (K07).

Of a window over two months it is the 1st of its first month: what was worked in the window is never untouched.
"""

from __future__ import annotations

import datetime as dt

import ibis
from ibis import _
from ibis.expr.types import Table

from caringmon.analysis.relations import Relations, between, in_windows, span_table, whole, workday_numbers
from caringmon.model.codes import RESULT_CODES
from caringmon.model.period import Period, Window

AGES = {"0-1": (0, 1), "2-3": (2, 3), "4-7": (4, 7), ">7": (8, 10**6)}
LONG_AGO = dt.timedelta(days=100)
_NOT_A_DIAL = [code.code for code in RESULT_CODES if not code.is_dial]


def untouched_flags(services: Table, relations: Relations, windows: list[Window]) -> Table:
    """Return the services of the windows with 0/1 flags `untouched` and `untouched_<age>`.

    `services`: window, segment, service_no, on_list, received_day. A dial by anyone of the segment counts; what was
    received on the last day is not waited for yet. Age: working days after the receipt, the last day included.
    """
    dialled = _dialled_since_the_first(relations, windows)
    dated = services.inner_join(span_table(windows).select("window", "after"), "window")
    flagged = dated.left_join(dialled, ["window", "segment", "service_no"])
    waits = (_.on_list > 0) & _.touched.isnull() & (_.received_day < _.last_day)
    aged = _aged(flagged.mutate(last_day=(_.after - ibis.interval(days=1)).cast("date")), relations, windows)
    aged = aged.mutate(untouched=waits.cast("int64"))
    ages = {
        f"untouched_{name}": _.untouched * _.age.between(low, high).cast("int64") for name, (low, high) in AGES.items()
    }
    return aged.mutate(**ages).select(*services.columns, "untouched", *ages)


def _dialled_since_the_first(relations: Relations, windows: list[Window]) -> Table:
    """Return window, segment and service_no of what was dialled from the 1st of the first day's month to the end."""
    months = [Window(w.name, Period(w.period.start.replace(day=1), w.period.end)) for w in windows]
    calls = between(relations.calls, "called_at", months).filter(_.result_code.notin(_NOT_A_DIAL))
    calls = calls.filter(ibis.coalesce(_.channel, "VOICE") == "VOICE").mutate(segment=relations.segment())
    dated = in_windows(calls.mutate(day=_.called_at.date()), months)
    return dated.select("window", "segment", "service_no").distinct().mutate(touched=1)


def _aged(services: Table, relations: Relations, windows: list[Window]) -> Table:
    """Return the services with `age`, the working days after the receipt up to and including the last day."""
    days = whole(windows)
    numbers = workday_numbers(relations.calendar, Period(days.start - LONG_AGO, days.end))
    received = numbers.select(received_day="day", received_number="number")
    last = numbers.select(last_day="day", last_number="number")
    joined = services.left_join(received, "received_day").drop("received_day_right").inner_join(last, "last_day")
    # What was received before the first numbered day is older than any bound.
    return joined.mutate(age=_.last_number - ibis.coalesce(_.received_number, 0))
