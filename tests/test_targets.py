"""Targets, run rate and projection: the worked numbers of the procedure and their edges."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import pytest

from caringmon.analysis.achievement import compared_values, month_values
from caringmon.analysis.references import ASSIGNED, RATES, plan_rows
from caringmon.analysis.targets import Progress, Targets
from caringmon.errors import DataBlockedError
from caringmon.model.period import Period, Window
from tests.tiny import OCTOBER, date, fact_table

TODAY = date("2022-10-18")
MTD = Window("mtd", Period.month_to_date(TODAY))


def target(value: float, **changes: object) -> dict[str, object]:
    return {
        "period": "2022-10", "segment": "CT0", "level": "SITE", "entity_id": "SITE", "metric": "agree", "value": value,
        "unit": "count", "grain": "MONTH", "apportion": "WORKDAY", "version": 1,
        "effective_from": date("2022-10-01"), **changes,
    }  # fmt: skip


def targets(*rows: dict[str, object], today: dt.date = TODAY, share: float = 1.0) -> Targets:
    return Targets.in_force(fact_table("targets", rows).to_pandas(), Progress(OCTOBER, today, share))


def net(value: float, window: str = "mtd") -> pd.DataFrame:
    names = ["window", "segment", "entity", "kpi", "value", "numerator", "denominator", "note"]
    return pd.DataFrame([(window, "CT0", "", "K17", value, value, math.nan, "")], columns=names)


def month(of: Targets, actual: float, window: Window = MTD) -> dict[str, tuple[float, str]]:
    found = month_values(net(actual), of, window, basis="net", entities=[("CT0", "")])
    return {row.kpi: (row.value, row.note) for row in found.itertuples()}


def compared(of: Targets, actual: float, window: Window = MTD) -> dict[str, tuple[float, str]]:
    found = compared_values(net(actual, window.name), of, [window], basis="net", entities=[("CT0", "")])
    return {row.kpi: (row.value, row.note) for row in found.itertuples()}


def test_the_worked_month_of_october_2022():
    of = targets(target(2600))
    values = {**compared(of, 1365), **month(of, 1365)}
    expected = {
        "target": 1456, "K20": -91, "K19": 0.9375, "K19M": 0.525, "K44": 97.5, "K45": 2437.5, "K46": 1235 / 11,
        "elapsed": 14, "remaining": 11, "workdays": 25, "uplift": 1235 / 11 / 97.5 - 1,
    }  # fmt: skip
    assert {kpi: values[kpi][0] for kpi in expected} == pytest.approx(expected, abs=1e-9)


def test_targets_of_different_versions_may_hold_from_one_day_on():
    of = targets(target(2600, segment="PRANPC", version=2), target(2400), target(1300, level="TL", entity_id="TL1"))
    assert [of.of_month(segment, "", TODAY) for segment in ("CT0", "PRANPC", "ALL")] == [2400, 2600, 5000]


def test_a_plan_whose_metrics_stand_in_different_versions_is_read_in_the_newest_of_each():
    first = [target(1, metric=metric) for metric in (ASSIGNED, *RATES)]
    rows = fact_table("targets", [target(2, metric=RATES[0], version=2), *first]).to_pandas()
    found = plan_rows(rows, "CT0", "2022-10")
    assert dict(zip(found["metric"], found["value"], strict=True)) == {
        ASSIGNED: 1,
        **dict.fromkeys(RATES, 1),
        RATES[0]: 2,
    }


def test_one_day_carries_one_share_of_the_month_and_a_free_day_none():
    of = targets(target(2600))
    assert of.of("CT0", "", Period.day(TODAY)) == 104
    assert of.of("CT0", "", Period.day(date("2022-10-08"))) == 0
    assert of.of("CT0", "", Period.day(date("2022-10-09"))) == 0


def test_a_day_under_way_counts_with_the_share_of_its_working_hours():
    half = OCTOBER.share_of_day(dt.time(12, 30))
    of = targets(target(2600), share=half)
    assert half == 0.5
    assert month(of, 1365)["elapsed"][0] == 13.5
    assert compared(of, 1365)["target"][0] == pytest.approx(2600 * 13.5 / 25)


def test_without_a_target_nothing_is_achieved_or_missed():
    of = targets()
    assert [compared(of, 7)[kpi] for kpi in ("K19", "K20")] == [(pytest.approx(math.nan, nan_ok=True), "no_target")] * 2
    assert math.isnan(month(of, 7)["K46"][0])
    assert month(of, 7)["K46"][1] == "no_target"
    assert month(of, 7)["K44"] == (0.5, "")


def test_a_target_of_zero_has_no_achievement():
    for actual, reason in ((0, "zero_denominator"), (2, "zero_target")):
        value, note = compared(targets(target(0)), actual)["K19"]
        assert math.isnan(value)
        assert note == reason


def test_on_the_last_working_day_nothing_more_can_be_required():
    last = date("2022-10-31")
    found = month(targets(target(2600), today=last), 2500, Window("mtd", Period.month_to_date(last)))
    assert found["remaining"][0] == 0
    assert (math.isnan(found["K46"][0]), found["K46"][1]) == (True, "month_over")
    assert found["K45"][0] == 2500


def test_before_the_first_working_day_there_is_no_rate():
    # A month that begins on a free day: 1 January 2023 is a Sunday.
    first = date("2023-01-01")
    of = targets(target(2600, period="2023-01"), today=first)
    found = month(of, 0, Window("mtd", Period.month_to_date(first)))
    assert (math.isnan(found["K44"][0]), found["K44"][1]) == (True, "no_workday_elapsed")
    assert found["K46"][0] == 2600 / 26


def test_a_target_already_reached_requires_nothing():
    assert month(targets(target(1000)), 1365)["K46"][0] == 0


def test_the_latest_version_known_at_the_clock_applies_to_the_whole_month():
    of = targets(target(2600), target(2400, version=2, effective_from=date("2022-10-10")))
    assert compared(of, 1365)["target"][0] == pytest.approx(2400 * 14 / 25)


def test_explicit_daily_rows_are_summed_as_they_are():
    rows = [
        target(value, grain="DAY", apportion="EXPLICIT", date=date(day))
        for value, day in ((50, "2022-10-03"), (70, "2022-10-18"), (90, "2022-10-19"))
    ]
    assert targets(*rows).of("CT0", "", MTD.period) == 120
    assert targets(*rows).of_month("CT0", "", TODAY) == 210


def test_a_window_over_two_months_adds_the_parts_of_both():
    november = target(2600, period="2022-11")
    of = targets(target(2500), november, today=date("2022-11-30"))
    # 31 October is the last of 25 working days; 1 November the first of 26.
    assert of.of("CT0", "", Period(date("2022-10-31"), date("2022-11-02"))) == pytest.approx(100 + 100)


def test_a_month_without_one_attempt_has_no_rate_and_no_projection():
    silent = net(0).assign(kpi="K05")
    values = pd.concat([net(0), silent], ignore_index=True)
    found = month_values(values, targets(target(2600)), MTD, basis="net", entities=[("CT0", "")])
    notes = dict(zip(found["kpi"], found["note"], strict=True))
    assert (notes["K44"], notes["K45"], notes["uplift"], notes["K46"]) == ("no_activity",) * 3 + ("",)


def test_the_site_is_one_whatever_a_file_calls_it():
    of = targets(target(1350), target(1200, entity_id="SMG-1", version=2))
    assert of.of_month("CT0", "", TODAY) == 1200
    assert of.of("CT0", "", MTD.period) == pytest.approx(1200 * 14 / 25)


@pytest.mark.parametrize("other", [{"entity_id": "SMG-1"}, {"grain": "DAY", "date": date("2022-10-03")}])
def test_two_targets_of_one_version_are_refused(other):
    with pytest.raises(DataBlockedError, match="two agree targets in one version for 2022-10 CT0 SITE SITE"):
        targets(target(1350), target(1200, **other))


def test_a_daily_target_of_a_day_under_way_counts_with_its_share():
    row = target(50, grain="DAY", apportion="EXPLICIT", date=TODAY)
    assert targets(row, share=0.5).of("CT0", "", Period.day(TODAY)) == 25
