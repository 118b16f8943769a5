"""The shipped calendar against decrees of 2025, and the days around Idul Fitri."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from caringmon.model.calendar import WorkCalendar
from caringmon.params import Settings
from caringmon.settings import workspace_calendar
from tests.conftest import REPOSITORY

IDUL_FITRI = {dt.date(2022, 4, 29): "Cuti Bersama Hari Raya Idul Fitri", dt.date(2022, 5, 2): "Hari Raya Idul Fitri",
              dt.date(2022, 5, 3): "Hari kedua dari Hari Raya Idul Fitri"}  # fmt: skip


def test_the_holidays_of_2025_are_those_of_the_decrees(shared_data: Path):
    checks = json.loads((shared_data.parent / "vectors/calendar/id_2025_spot_checks.json").read_text(encoding="utf-8"))
    calendar = workspace_calendar(REPOSITORY, Settings().calendar)
    public = {day.isoformat() for day in calendar.public_holidays}
    leave = {day.isoformat() for day in calendar.collective_leave}
    assert set(checks["must_be_public_2025"]) <= public
    assert set(checks["must_be_cuti_2025"]) <= leave - public
    assert not set(checks["must_not_be_holiday"]) & (public | leave)


@pytest.mark.parametrize(("day", "phase"), [
    ("2022-04-21", None), ("2022-04-22", "pre"), ("2022-04-28", "pre"), ("2022-04-29", "core"), ("2022-05-02", "core"),
    ("2022-05-07", "core"), ("2022-05-08", "post"), ("2022-05-14", "post"), ("2022-05-15", None),
])  # fmt: skip
def test_lebaran_is_told_from_the_first_of_syawal(day, phase):
    calendar = WorkCalendar(workweek=frozenset(range(1, 7)), free_days=IDUL_FITRI)
    assert calendar.lebaran_phase(dt.date.fromisoformat(day)) == phase


def test_a_year_without_holidays_has_no_lebaran():
    assert WorkCalendar(workweek=frozenset({1})).lebaran_phase(dt.date(2022, 5, 2)) is None


def test_the_shipped_calendar_has_one_first_of_syawal_a_year():
    calendar = workspace_calendar(REPOSITORY, Settings().calendar)
    first = [day for day, name in calendar.free_days.items() if name.startswith("Hari Raya Idul Fitri")]
    assert [day.year for day in first] == sorted(calendar.years)
