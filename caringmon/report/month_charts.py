"""The charts of a month's first page: its course with what the first half pointed to, and every one of its days."""

from __future__ import annotations

from caringmon.report.charts import Chart, chart_of
from caringmon.report.days_chart import days_chart
from caringmon.report.headlines import days_title
from caringmon.report.month_chart import month_chart
from caringmon.report.month_reading import estimate
from caringmon.report.month_words import curve_title
from caringmon.report.own_counts import counts
from caringmon.report.reading import Reader
from caringmon.report.wording import say


def curve_charts(reader: Reader) -> tuple[Chart, ...]:
    """Return the month added up against its target, with the line of its first half; no attempt at all: none."""
    pace = reader.get("K44", "mtd")
    is_silent = pace is not None and pace.note == "no_activity"
    if is_silent:
        return ()
    legend = [say("f01.curve.legend")]
    found = estimate(reader)
    if found is not None:
        _, low, high = found
        legend.append(say("f01.curve.estimate", low=low, high=high))
    return (chart_of(curve_title(reader), month_chart, reader, tuple(legend)),)


def days_charts(reader: Reader) -> tuple[Chart, ...]:
    """Return the days of the month against their targets, free days shaded; no active day: none."""
    if not counts(reader)["days_drawn"].value:
        return ()
    return (chart_of(days_title(reader), days_chart, reader, (say("f01.days.legend"),)),)
