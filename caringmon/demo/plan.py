"""What the demo world is made of: its calendar, its sizes and the causes that are planted in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from caringmon.model.calendar import WorkCalendar
from caringmon.model.period import Period

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Days = npt.NDArray[np.datetime64]

MONTHS = (Period.month(dt.date(2022, 9, 1)), Period.month(dt.date(2022, 10, 1)))
# The target of the month after is set before it begins.
TARGET_MONTHS = (*MONTHS, Period.month(dt.date(2022, 11, 1)))
CALENDAR = WorkCalendar(frozenset(range(1, 7)), {dt.date(2022, 10, 8): "Maulid Nabi Muhammad SAW"})
# Calls end with October; the first days of November are there for the last taps.
WORKDAYS = tuple(CALENDAR.workdays(Period(MONTHS[0].start, dt.date(2022, 11, 6))))
CALL_DAYS = sum(day < MONTHS[-1].end for day in WORKDAYS)
DAYS: Days = np.array(WORKDAYS, dtype="datetime64[D]")
MONTH_OF_DAY: Ints = np.array([day.month - MONTHS[0].start.month for day in WORKDAYS], dtype=np.int64)

SITE = "SMG-1"
SEGMENTS = ("CT0", "PRANPC")
CT0, PRANPC = 0, 1
WITELS = ("Semarang", "Yogyakarta", "Solo", "Bandung", "Denpasar", "Makassar")


def day_no(date: dt.date) -> int:
    """Return the number of the first working day on or after `date`; 0 is the first of September 2022."""
    return int(np.searchsorted(DAYS, np.datetime64(date)))


def month_ends(days: Days) -> Days:
    """Return the last day of the month of each day."""
    ends: Days = (days.astype("datetime64[M]") + 1).astype("datetime64[D]") - 1
    return ends


def promise_limits(days: Days) -> Days:
    """Return the last day to which a CT0 agree of that day may be promised: the 20th, after it the month's end."""
    twentieth: Days = days.astype("datetime64[M]").astype("datetime64[D]") + 19
    limits: Days = np.where(days <= twentieth, twentieth, month_ends(days))
    return limits


@dataclass(frozen=True)
class Size:
    """How large a world is; rates and causes are the same in all sizes.

    `services` counts the list of a month, by segment: CT0 is what is left of PRANPC, and is called more often.
    `dials`: the calls of one agent on a middling day.
    """

    agents: int
    teams: int
    supervisors: int
    officers: int
    services: tuple[int, int]
    dials: float


SIZES = {
    "small": Size(agents=40, teams=6, supervisors=2, officers=4, services=(3_300, 6_200), dials=34.5),
    "full": Size(agents=320, teams=32, supervisors=8, officers=32, services=(53_000, 100_000), dials=70.3),
}

# The planted causes. Dates are days of October 2022, both ends included.
WEAK_WITEL, WEAK_WITEL_FROM, CONTACT_LOSS = 0, dt.date(2022, 10, 3), 0.22
WEAK_TEAM, WEAK_TEAM_DAYS, WEAK_TEAM_FACTOR = 4, (dt.date(2022, 10, 17), dt.date(2022, 10, 22)), 0.60
RETURN_TEAM, RETURN_TEAM_FROM, RETURN_FACTOR = 2, dt.date(2022, 10, 10), 2.0
ABSENT_TEAM, ABSENT_DAYS = 0, (dt.date(2022, 10, 10), dt.date(2022, 10, 12))
AWAY_TEAM, AWAY_DAY = 3, dt.date(2022, 10, 18)
UNTOUCHED_SHARE, UNTOUCHED_UNTIL = 0.06, dt.date(2022, 10, 24)
MOVE_FROM_TEAM, MOVE_TO_TEAM, MOVE_DATE = 1, 2, dt.date(2022, 10, 10)


@dataclass(frozen=True)
class Cause:
    """One thing that was made to go wrong, as the workspace README tells it."""

    code: str
    where: str
    when: str
    what: str
    effect: str


CAUSES = (
    Cause(
        "contact",
        "CT0, witel Semarang",
        "3 Oct 2022 to the end of the month",
        "contact rate of every dial falls by 22 points",
        "fewer RPC and agrees in CT0: contact in Semarang is the driver that the gap of 18 and of 31 October names",
    ),
    Cause(
        "agree",
        "PRANPC, TL05",
        "17 to 22 Oct 2022",
        "agree rate on RPC falls by two fifths, the other teams hold",
        "the agree factor of TL05 leads the gap of that week",
    ),
    Cause(
        "returns",
        "CT0, TL03",
        "10 Oct 2022 to the end of the month",
        "QC returns with RC03 (promise date not stated) double",
        "TL03 stands out in the return rate and the defect Pareto of F-18",
    ),
    Cause(
        "absence",
        "CT0, TL01",
        "10 to 12 Oct 2022",
        "two agents are ill and make no calls",
        "attendance of TL01 falls and part of its list waits; R13",
    ),
    Cause(
        "leader",
        "TL04",
        "18 Oct 2022",
        "the team leader is on leave",
        "named on the first page of the day",
    ),
    Cause(
        "untouched",
        "PRANPC, list of October",
        "1 to 23 Oct 2022",
        "6 % of the list is not called by anyone before 24 Oct",
        "untouched data older than 7 working days and a lower penetration; R03, R04",
    ),
)
