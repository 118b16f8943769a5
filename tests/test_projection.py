"""The end of the month: the procedure's worked numbers, edges, and how often the intervals hold."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caringmon.analysis.day_pattern import month_path, weekday_pattern
from caringmon.analysis.projection import Elapsed, elapsed, projection, remaining_agrees

FIRST = dt.date(2022, 10, 1)


def days(agrees, contacts=None, units=None) -> pd.DataFrame:
    """Return one row per day; contacts that are not given are not known."""
    count = len(agrees)
    return pd.DataFrame({"segment": "CT0", "entity": "", "date": [FIRST + dt.timedelta(days=i) for i in range(count)],
                         "units": 1.0 if units is None else units, "agrees": agrees,
                         "contacts": math.nan if contacts is None else contacts})  # fmt: skip


def month(total: float = 25, target: float = math.nan) -> pd.DataFrame:
    return pd.DataFrame([{"segment": "CT0", "entity": "", "total_days": total, "target_agrees": target}])


def projected(*args, total: float = 25, target: float = math.nan, **kwargs) -> pd.Series:
    return projection(days(*args, **kwargs), month(total, target)).iloc[0]


# 14 days of October 2022 with 1,365 agrees together.
OCTOBER = [97, 98, 95, 100, 99, 90, 105, 97, 98, 95, 100, 99, 90, 102]


def test_the_point_is_the_run_rate_times_all_working_days():
    # 3-kpis, 3.4: 1,365 in 14 of 25 days, target 2,600: 97.5 a day, 2,437.5, 112.27 a day needed.
    found = projected(OCTOBER, contacts=400, target=2600)
    assert found[["run_rate", "point_agrees"]].tolist() == [97.5, 2437.5]
    assert found["required_per_day"] == pytest.approx(1235 / 11)
    assert found["low_95"] <= found["low_80"] <= 2437.5 <= found["high_80"] <= found["high_95"]
    assert (found["distribution"], found["is_indicative"]) == ("beta_binomial", False)
    assert found["rate"] == pytest.approx(1365 / 5600)


def test_on_the_last_day_the_interval_is_the_count():
    found = projected([10, 12, 11], contacts=40, total=3, target=33)
    ends = ["point_agrees", "low_80", "high_80", "low_95", "high_95"]
    assert found[ends].tolist() == [33] * 5
    assert (found["target_probability"], found["distribution"]) == (1, "count")
    assert projected([10, 12, 11], contacts=40, total=3, target=33.5)["target_probability"] == 0
    assert math.isnan(found["required_per_day"])


def test_fewer_than_five_days_are_indicative_one_has_no_interval_and_none_no_point():
    assert projected([9, 8, 10, 9], contacts=30)["is_indicative"]
    assert not projected([9, 8, 10, 9, 7], contacts=30)["is_indicative"]
    one = projected([9], contacts=30)
    assert (one["point_agrees"], one["note"]) == (225, "one_day")
    assert one[["low_80", "high_95", "target_probability"]].isna().all()
    none = projected([], contacts=[], units=[])
    assert (none["note"], math.isnan(none["point_agrees"])) == ("no_workday_elapsed", True)


def test_a_target_reached_already_is_certain_and_one_beyond_all_contacts_impossible():
    assert projected(OCTOBER, contacts=400, target=1365)["target_probability"] == 1
    assert projected(OCTOBER, contacts=400, target=1365 + 11 * 400 + 1)["target_probability"] == 0
    assert math.isnan(projected(OCTOBER, contacts=400)["target_probability"])


def test_a_target_at_the_point_is_reached_about_half_of_the_time():
    assert projected(OCTOBER, contacts=400, target=2438)["target_probability"] == pytest.approx(0.5, abs=0.02)


def test_where_contacts_are_not_known_the_days_counts_alone_speak():
    found = projected([3, 9, 1, 14, 6, 3], target=100)
    assert (found["distribution"], found["point_agrees"]) == ("negative_binomial", 150)
    assert found["low_80"] < 150 < found["high_80"]
    assert math.isnan(found["rate"])


def test_more_agrees_than_contacts_are_no_share_of_them():
    assert projected([12, 13, 11], contacts=10)["distribution"] == "negative_binomial"


def test_none_so_far_does_not_promise_none_to_come():
    found = projected([0] * 6, contacts=50)
    assert (found["point_agrees"], found["low_80"]) == (0, 0)
    assert found["high_95"] > 0


def test_equal_days_are_no_certainty():
    # Not one agree more or less in six days; yet 19 days of 40 contacts at a quarter vary by √(760·0.25·0.75) = 11.9.
    found = projected([10] * 6, contacts=40)
    assert found["rho"] == 0
    assert found["high_80"] - found["low_80"] == pytest.approx(2 * 1.2816 * 11.9, abs=2)


def test_wilder_days_and_fewer_days_give_wider_intervals():
    calm, wild = projected([95, 105] * 5, contacts=400), projected([50, 150] * 5, contacts=400)
    few = projected([50, 150, 50, 150, 100], contacts=400)
    width = [found["high_80"] - found["low_80"] for found in (calm, wild, few)]
    assert width == sorted(width)


def test_the_variance_is_that_of_the_remaining_days_and_of_the_mean():
    # Ten of twenty days, s² = 10 · 50² / 9: 10·s² for the days to come, as much for the mean; and t with 9 degrees of
    # freedom has the variance 9/7.
    pmf, _ = remaining_agrees(Elapsed(np.ones(10), np.array([50.0, 150.0] * 5), math.nan), 10)
    counts = np.arange(len(pmf))
    mean = pmf @ counts
    # The tail beyond 1 in 100,000 is cut.
    assert mean == pytest.approx(1000.5, rel=1e-3)
    assert pmf @ (counts - mean) ** 2 == pytest.approx(10 * (25_000 / 9) * 2 * 9 / 7, rel=0.01)


def test_a_free_day_counts_with_the_next_working_day_and_a_day_under_way_with_its_share():
    known = elapsed(days([5, 7, 2, 4, 1], contacts=10, units=[0, 1, 0, 0.5, 0]))
    assert (known.units.tolist(), known.agrees.tolist(), known.contacts) == ([1, 0.5], [12, 7], 50)
    assert known.per_unit == pytest.approx(19 / 1.5)


def test_each_entity_of_the_months_has_a_row_in_its_order():
    both = pd.concat([days([1, 2, 3], contacts=9), days([4, 5, 6], contacts=9).assign(entity="TL1")])
    months = pd.concat([month().assign(entity="TL1"), month().assign(entity="TL9"), month()], ignore_index=True)
    found = projection(both, months)
    assert found["entity"].tolist() == ["TL1", "TL9", ""]
    assert found["point_agrees"].tolist() == pytest.approx([125, math.nan, 50], nan_ok=True)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 40), min_size=2, max_size=12), st.integers(0, 12), st.sampled_from([40, 55, math.nan]))
def test_the_intervals_hold_the_point_and_lie_in_each_other(agrees, remaining, contacts):
    found = projected(agrees, contacts=contacts, total=len(agrees) + remaining, target=100)
    order = [found[name] for name in ("low_95", "low_80", "high_80", "high_95")]
    assert order == sorted(order)
    assert found["low_80"] <= math.ceil(found["point_agrees"])
    assert math.floor(found["point_agrees"]) <= found["high_80"]
    assert 0 <= found["target_probability"] <= 1
    assert found["low_95"] >= sum(agrees)


@pytest.mark.parametrize("contacts_known", [True, False])
def test_four_of_five_months_end_inside_the_interval(contacts_known):
    """The small twin of bench/accuracy/projection.py, within three Monte-Carlo errors of 76-84 %."""
    random, months, rho = np.random.default_rng(2022), 200, 0.01
    inside = []
    for _ in range(months):
        contacts = np.round(80 * random.uniform(0.8, 1.2, 25))
        rate = random.beta(0.25 * (1 - rho) / rho, 0.75 * (1 - rho) / rho, 25)
        agrees = random.binomial(contacts.astype(int), rate)
        found = projected(agrees[:5], contacts=contacts[:5] if contacts_known else None)
        inside.append(found["low_80"] <= agrees.sum() <= found["high_80"])
    error = 3 * math.sqrt(0.8 * 0.2 / months)
    assert 0.76 - error <= np.mean(inside) <= 0.84 + error


# The weekday pattern


def history(weeks: int, of_weekday, start: dt.date = dt.date(2022, 6, 6)) -> pd.DataFrame:
    dates = [start + dt.timedelta(days=7 * week + day) for week in range(weeks) for day in range(6)]
    return pd.DataFrame({"date": dates, "agrees": [of_weekday(i // 6, i % 6) for i in range(len(dates))]})


def half_saturdays(week: int, day: int) -> int:
    return (100 + 20 * (week % 2) + (week * 7 + day * 3) % 5) // (2 if day == 5 else 1)


def test_the_path_takes_half_a_day_for_a_saturday_where_history_says_so():
    pattern = weekday_pattern(history(10, half_saturdays))
    assert pattern["is_supported"].all()
    weights = dict(zip(pattern["weekday"], pattern["weight"], strict=True))
    assert np.mean(list(weights.values())) == pytest.approx(1)
    assert weights[6] / weights[1] == pytest.approx(0.5, abs=0.03)
    friday, saturday = dt.date(2022, 10, 28), dt.date(2022, 10, 29)
    path = month_path(1000.0, 1150.0, [friday, saturday], pattern)
    assert path["agrees"].tolist() == pytest.approx([100, 50], abs=2)
    assert path["cumulative_agrees"].iloc[-1] == pytest.approx(1150)


def nearly_equal(week: int, day: int) -> int:
    return 100 + (week * 7 + day * 3) % 5


def equal(week: int, day: int) -> int:
    return 10


def none(week: int, day: int) -> int:
    return 0


@pytest.mark.parametrize(("weeks", "of_weekday"), [
    (7, half_saturdays), (0, half_saturdays), (10, nearly_equal), (10, equal), (10, none),
])  # fmt: skip
def test_too_short_or_equal_a_history_supports_no_pattern_and_the_path_is_straight(weeks, of_weekday):
    pattern = weekday_pattern(history(weeks, of_weekday))
    assert not pattern["is_supported"].any()
    assert set(pattern["weight"]) <= {1.0}
    path = month_path(10.0, 40.0, {dt.date(2022, 10, 28): 0.5, dt.date(2022, 10, 29): 1.0}, pattern)
    assert path["agrees"].tolist() == pytest.approx([10, 20])


def test_weekdays_that_holidays_thinned_out_are_weighed_against_their_own_weeks():
    # Week 3 is twice as busy and lacks its Monday: the Mondays of the others still weigh what they weigh.
    past = history(10, lambda week, day: (200 if week == 3 else 100) - 30 * (day == 0) + (week + day) % 3)
    past = past[~((past.index // 6 == 3) & (past.index % 6 == 0))]
    weights = weekday_pattern(past).set_index("weekday")["weight"]
    assert weights[1] / weights[2] == pytest.approx(0.7, abs=0.02)


def test_nothing_left_is_no_path():
    assert month_path(5.0, 5.0, [], weekday_pattern(history(0, half_saturdays))).empty
