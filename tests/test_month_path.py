"""The way to the projected end of the month: along the weekdays where eight weeks tell them apart, else none."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import pytest

from caringmon.analysis.month_path import history_days, path_values
from caringmon.model.calendar import WorkCalendar

CALENDAR = WorkCalendar(frozenset(range(1, 7)), {})
FRIDAY = dt.date(2022, 10, 28)
# Saturdays bring half of what the other days bring; chance moves every day by one at most.
MONDAY_TO_FRIDAY, SATURDAY = 22, 11


def history(weeks: int) -> pd.DataFrame:
    dates = [FRIDAY - dt.timedelta(days=number) for number in range(1, 7 * weeks + 1)]
    dates = [day for day in dates if day.isoweekday() < 7]
    usual = [SATURDAY if day.isoweekday() == 6 else MONDAY_TO_FRIDAY for day in dates]
    return pd.DataFrame({"date": dates, "agrees": [n + day.day % 3 - 1 for n, day in zip(usual, dates, strict=True)]})


def path_of(weeks: int, ends: tuple[float, float] = (400.0, 433.0), share: float = 1.0) -> pd.DataFrame:
    return path_values(history(weeks), ("CT0", ""), ends, (FRIDAY, share), CALENDAR)


def test_the_path_ends_at_the_projection_and_a_saturday_brings_half_a_monday() -> None:
    values = path_of(10).set_index("window")["value"]
    # Left are Saturday 29 and Monday 31 October: 33 agrees, of which about a third on the Saturday.
    assert values["c2022-10-31"] == pytest.approx(433)
    assert values["c2022-10-29"] - 400 == pytest.approx(11, abs=1)
    weights = path_of(10).query("kpi == 'K45.weekday'").set_index("part")["value"]
    assert list(weights.index) == ["weekday:2022-10-31", "weekday:2022-10-29"]
    assert weights.iloc[1] / weights.iloc[0] == pytest.approx(0.5, abs=0.05)


def test_what_is_left_of_today_comes_before_the_days_to_come() -> None:
    whole, half = (path_of(10, share=share).set_index("window")["value"] for share in (1.0, 0.5))
    # Half a Friday more to share the same 33 agrees with: 0.5, 0.5 and 1 usual days.
    assert half["c2022-10-29"] - 400 == pytest.approx(33 / 2, abs=1)
    assert half["c2022-10-31"] == whole["c2022-10-31"]


@pytest.mark.parametrize("weeks", [0, 6])
def test_fewer_than_eight_weeks_tell_no_path(weeks: int) -> None:
    assert path_of(weeks).empty


def test_without_a_projection_or_on_the_last_day_there_is_no_path() -> None:
    assert path_of(10, ends=(400.0, math.nan)).empty
    last = (dt.date(2022, 10, 31), 1.0)
    assert path_values(history(10), ("CT0", ""), (433.0, 433.0), last, CALENDAR).empty


def test_the_history_are_the_working_days_of_thirteen_weeks_before_today() -> None:
    days = history_days(FRIDAY, CALENDAR)
    assert (days[0], days[-1], len(days)) == (dt.date(2022, 7, 29), dt.date(2022, 10, 27), 13 * 6)
