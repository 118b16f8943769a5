"""The working-day calendar: which days count when a target is spread and a month is projected."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from caringmon.model.period import ONE_DAY, Period

# 1 Syawal by its name in the calendar file; its second day and the collective leave around it begin otherwise.
_IDUL_FITRI = "Hari Raya Idul Fitri"


class LebaranPhase(StrEnum):
    """The days around Idul Fitri, H being 1 Syawal."""

    PRE = "pre"  # H-10 to H-4: holiday pay, payments spike
    CORE = "core"  # H-3 to H+5: people are away, contact rates collapse
    POST = "post"  # H+6 to H+12


_PHASES = ((-10, LebaranPhase.PRE), (-3, LebaranPhase.CORE), (6, LebaranPhase.POST))
_LAST_OF_LEBARAN = 12


@dataclass(frozen=True)
class WorkCalendar:
    """Working days by week pattern and free days; all questions are answered from what it holds.

    `free_days` maps each free date to its name; `workweek` holds ISO weekdays (1 = Monday);
    `years` are those that the calendar file covers: outside them only the week pattern is known. `collective_leave`:
    those of the free days on which customers may be called all the same.
    """

    workweek: frozenset[int]
    free_days: dict[dt.date, str] = field(default_factory=dict)
    years: frozenset[int] = frozenset()
    version: str = ""
    opens: dt.time = dt.time(8)
    closes: dt.time = dt.time(17)
    collective_leave: frozenset[dt.date] = frozenset()

    @property
    def public_holidays(self) -> frozenset[dt.date]:
        """The free days that are holidays for everybody: all but collective leave."""
        return frozenset(self.free_days) - self.collective_leave

    def is_workday(self, date: dt.date) -> bool:
        """Tell whether `date` is in the week pattern and not free."""
        return date.isoweekday() in self.workweek and date not in self.free_days

    def workdays(self, period: Period) -> list[dt.date]:
        """Return the working days of the period in order; none: an empty list."""
        return [day for day in period.days if self.is_workday(day)]

    def next_workday(self, date: dt.date) -> dt.date:
        """Return the first working day after `date`."""
        day = date + ONE_DAY
        while not self.is_workday(day):
            day += ONE_DAY
        return day

    def previous_workday(self, date: dt.date) -> dt.date:
        """Return the last working day before `date`."""
        day = date - ONE_DAY
        while not self.is_workday(day):
            day -= ONE_DAY
        return day

    def last_workdays(self, date: dt.date, count: int) -> list[dt.date]:
        """Return `count` days in order: the last working days before `date`, and `date` itself, free or not."""
        days = [date]
        while len(days) < count:
            days.append(self.previous_workday(days[-1]))
        return days[::-1]

    def nth_workday(self, month: Period, number: int) -> dt.date | None:
        """Return the `number`-th working day of the month (1 = first), its last when it has fewer.

        `number` 0, or a month without working days: None.
        """
        days = self.workdays(month)
        return days[min(number, len(days)) - 1] if number and days else None

    def lebaran_phase(self, date: dt.date) -> LebaranPhase | None:
        """Return in which days around Idul Fitri `date` lies; in none, or in a year that the file lacks: None."""
        for day, name in self.free_days.items():
            away = (date - day).days
            if name.startswith(_IDUL_FITRI) and _PHASES[0][0] <= away <= _LAST_OF_LEBARAN:
                return [phase for first, phase in _PHASES if away >= first][-1]
        return None

    def share_of_day(self, clock: dt.time) -> float:
        """Return the share 0-1 of the working hours that have passed at `clock` on a working day."""
        minutes = [t.hour * 60 + t.minute + t.second / 60 for t in (self.opens, clock, self.closes)]
        return min(1.0, max(0.0, (minutes[1] - minutes[0]) / (minutes[2] - minutes[0])))
