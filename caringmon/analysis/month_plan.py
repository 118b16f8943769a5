"""Which days a monthly report looks at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from caringmon.analysis.references import LAST_MONTH, PLAN
from caringmon.model.calendar import WorkCalendar
from caringmon.model.gap import against
from caringmon.model.period import Period, Window, month_before, month_code


@dataclass(frozen=True)
class MonthPlan:
    """Which days a monthly report looks at.

    `month`: the whole month, window `mtd`, so that whatever reads a month to date reads it too. `before`: the whole
    month before, window `last_month`. `half`: the first half of its working days, rounded down. `frozen`: the codes of
    the months of the year that are closed, this one included.
    """

    month: Period
    half: Period
    frozen: tuple[str, ...] = ()

    @classmethod
    def of(cls, month: Period, calendar: WorkCalendar, frozen: Sequence[str]) -> MonthPlan:
        """Return the plan of the month; without a working day its first half is its first day."""
        days = calendar.workdays(month)
        middle = days[len(days) // 2 - 1] if len(days) > 1 else month.start
        return cls(month, Period.month_to_date(middle), tuple(frozen))

    @property
    def today(self) -> dt.date:
        """The last day of the month, on which the report stands."""
        return self.month.last_day

    @property
    def before(self) -> Period:
        """The month before."""
        return month_before(self.month.start)

    @property
    def next(self) -> Period:
        """The month after."""
        return Period.month(self.month.end)

    @property
    def last_month(self) -> dt.date:
        """The last day of the month before."""
        return self.before.last_day

    @property
    def weeks(self) -> list[Window]:
        """The days of the month in each of its ISO weeks: `w2022-W40`."""
        found: dict[str, list[dt.date]] = {}
        for day in self.month.days:
            year, week, _ = day.isocalendar()
            found.setdefault(f"w{year}-W{week:02}", []).append(day)
        return [Window(name, Period(days[0], Period.day(days[-1]).end)) for name, days in found.items()]

    def windows(self) -> list[Window]:
        """Return all windows, those that are only derived included."""
        first = Period.named(min((*self.frozen, month_code(self.month.start)))).start
        return [
            Window("mtd", self.month),
            Window("month", self.month),
            Window("change", Period(self.before.start, self.month.end)),
            Window("last_month", self.before),
            Window("half", self.half),
            Window("next_month", self.next),
            Window("closed", self.month),
            *(Window(against(reference), self.month) for reference in (LAST_MONTH, PLAN)),
            Window("ytd", Period(first, self.month.end)),
            *(Window(f"m{code}", Period.named(code)) for code in self.frozen),
            *self.weeks,
            *(Window(f"d{day}", Period.day(day)) for day in self.month.days),
            *(Window(f"c{day}", Period.month_to_date(day)) for day in self.month.days),
        ]


def month_days(values: pd.DataFrame, plan: MonthPlan, segments: Sequence[str], calendar: WorkCalendar) -> pd.DataFrame:
    """Return the days of the month as charts and tables show them, in the columns of `shown_days`; all are recent."""
    dials = values[(values["kpi"] == "K05") & (values["level"] == "site") & (values["part"] == "")]
    made = dials.set_index(["segment", "window"])["numerator"]
    rows = []
    for segment in segments:
        number = 0
        for day in plan.month.days:
            is_workday = calendar.is_workday(day)
            number += is_workday
            rows.append(
                (segment, day, f"d{day}", number if is_workday else 0, is_workday, calendar.free_days.get(day, ""),
                 True, True, bool(made.loc[(segment, f"d{day}")] > 0))
            )  # fmt: skip
    names = ["segment", "date", "window", "number", "is_workday", "holiday", "recent", "in_month", "active"]
    return pd.DataFrame(rows, columns=names)
