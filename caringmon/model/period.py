"""Periods: a day, an ISO week or a month. People write inclusive days; inside, a period is half-open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

ONE_DAY = dt.timedelta(days=1)
# The clock on the wall of the site.
WIB = dt.timezone(dt.timedelta(hours=7), "WIB")


@dataclass(frozen=True, order=True)
class Period:
    """The days from `start` to the day before `end`."""

    start: dt.date
    end: dt.date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"a period ends after it starts: {self.start} to {self.end}")

    @classmethod
    def day(cls, date: dt.date) -> Period:
        """Return the period of that one day."""
        return cls(date, date + ONE_DAY)

    @classmethod
    def month(cls, date: dt.date) -> Period:
        """Return the calendar month that holds `date`."""
        first = date.replace(day=1)
        return cls(first, (first + dt.timedelta(days=32)).replace(day=1))

    @classmethod
    def month_to_date(cls, date: dt.date) -> Period:
        """Return the days from the 1st of the month of `date` to `date`, which itself counts."""
        return cls(date.replace(day=1), date + ONE_DAY)

    @classmethod
    def named(cls, name: str) -> Period:
        """Return the day or the month that folders name (`2022-10-18`, `2022-10`); anything else: ValueError."""
        if len(name) == len("2022-10"):
            return cls.month(dt.date.fromisoformat(f"{name}-01"))
        return cls.day(dt.date.fromisoformat(name))

    @property
    def last_day(self) -> dt.date:
        """The last day that belongs to the period."""
        return self.end - ONE_DAY

    @property
    def days(self) -> Iterator[dt.date]:
        """Each day of the period, in order."""
        return (self.start + dt.timedelta(days=i) for i in range((self.end - self.start).days))

    def __contains__(self, date: dt.date) -> bool:
        return self.start <= date < self.end


def month_before(date: dt.date) -> Period:
    """Return the calendar month before the one that holds `date`."""
    return Period.month(date.replace(day=1) - ONE_DAY)


def end_of_day(date: dt.date) -> dt.datetime:
    """Return the last second of the day."""
    return dt.datetime.combine(date, dt.time(23, 59, 59))


def month_code(date: dt.date) -> str:
    """Return `YYYY-MM`, the code of the month in files and keys."""
    return f"{date:%Y-%m}"


@dataclass(frozen=True)
class Window:
    """A named period over which figures are counted: `day`, `mtd`, `d2022-10-18`."""

    name: str
    period: Period
