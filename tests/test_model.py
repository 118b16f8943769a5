"""Periods, the calendar, the catalogue and the codes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from caringmon.model.codes import RESULT_CODES
from caringmon.model.counts import COUNTS
from caringmon.model.kpi import CATALOGUE
from caringmon.model.period import Period, month_before
from caringmon.params import CalendarSettings
from caringmon.settings import workspace_calendar
from tests.tiny import OCTOBER, date

# Working days computed by hand from the decrees: weekdays Mon-Sat or Mon-Fri, collective leave worked or off.
WORKDAYS = {
    "2022-10": (21, 21, 25, 25), "2022-11": (22, 22, 26, 26), "2022-12": (22, 22, 27, 27), "2023-01": (21, 22, 25, 26),
    "2023-04": (14, 19, 18, 23), "2023-06": (17, 20, 21, 24), "2023-12": (19, 20, 24, 25),
}  # fmt: skip


@pytest.mark.parametrize("month", WORKDAYS)
def test_working_days_of_a_month_follow_the_week_and_the_collective_leave(month, tmp_path: Path):
    counts = []
    for workweek in ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6]):
        for leave in ("off", "work"):
            calendar = workspace_calendar(tmp_path, CalendarSettings(workweek=workweek, cuti_bersama=leave))
            counts.append(len(calendar.workdays(Period.month(date(f"{month}-01")))))
    assert tuple(counts) == WORKDAYS[month]


def test_the_calendar_names_its_holidays_in_indonesian(tmp_path: Path):
    calendar = workspace_calendar(tmp_path, CalendarSettings())
    assert calendar.free_days[date("2022-10-08")] == "Maulid Nabi Muhammad"


def test_the_day_before_monday_with_a_free_saturday_is_friday():
    assert OCTOBER.previous_workday(date("2022-10-10")) == date("2022-10-07")
    assert OCTOBER.next_workday(date("2022-10-07")) == date("2022-10-10")


def test_the_last_ten_days_end_with_the_report_date_even_when_it_is_free():
    days = OCTOBER.last_workdays(date("2022-10-09"), 10)
    assert (len(days), days[-1], days[-2]) == (10, date("2022-10-09"), date("2022-10-07"))


def test_the_same_working_day_of_a_shorter_month_is_its_last():
    september = month_before(date("2022-10-18"))
    assert OCTOBER.nth_workday(september, 14) == date("2022-09-16")
    assert OCTOBER.nth_workday(september, 99) == date("2022-09-30")
    assert OCTOBER.nth_workday(september, 0) is None


@pytest.mark.parametrize(("clock", "share"), [("07:00", 0), ("08:00", 0), ("12:30", 0.5), ("17:00", 1), ("23:59", 1)])
def test_the_share_of_a_day_counts_working_hours(clock, share):
    assert OCTOBER.share_of_day(dt.time.fromisoformat(clock)) == share


def test_a_period_ends_after_it_starts():
    with pytest.raises(ValueError, match="ends after it starts"):
        Period(date("2022-10-02"), date("2022-10-02"))


def test_a_month_knows_its_last_day():
    assert Period.month(date("2024-02-10")).last_day == date("2024-02-29")
    assert Period.month(date("2022-12-31")).end == date("2023-01-01")


def test_every_result_code_is_monotone():
    assert all(code.rpc <= code.contacted <= code.connected for code in RESULT_CODES)
    assert len({code.code for code in RESULT_CODES}) == len(RESULT_CODES) == 24


def test_every_indicator_has_names_in_both_languages_and_a_clause():
    assert all(kpi.name_id and kpi.name_en and kpi.clause for kpi in CATALOGUE.values())


def test_the_catalogue_holds_every_indicator_once_and_explains_every_count():
    assert {kpi.parent for kpi in CATALOGUE.values() if kpi.id.startswith("K")} == {
        *(f"K{number:02}" for number in range(1, 57)), "K19M",
    }  # fmt: skip
    named = {name for kpi in CATALOGUE.values() for name in (kpi.numerator, kpi.denominator) if name}
    assert named <= COUNTS.keys()


def test_only_rates_need_a_number_of_cases():
    assert (CATALOGUE["K14"].min_n, CATALOGUE["K17"].min_n, CATALOGUE["K41"].min_n) == (20, 0, 0)
