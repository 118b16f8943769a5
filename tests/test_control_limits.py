"""Limits of series of days: R's qcc, qicharts2 and NHSRplotthedots, cases worked by hand, baselines and gaps."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from caringmon.analysis.control_limits import (
    baselines,
    beta_binomial_chart,
    laney_chart,
    mean_moving_range,
    p_chart,
    rate_limits,
    xmr_chart,
)
from caringmon.analysis.special_causes import special_causes
from caringmon.model.calendar import WorkCalendar
from caringmon.model.kpi import Direction

WEEK = frozenset({1, 2, 3, 4, 5, 6})
PLAIN = WorkCalendar(workweek=WEEK)
IDUL_FITRI = {dt.date(2022, 5, 2): "Hari Raya Idul Fitri", dt.date(2022, 5, 3): "Hari kedua dari Hari Raya Idul Fitri"}
LEBARAN_2022 = WorkCalendar(workweek=WEEK, free_days=IDUL_FITRI)


def rates(cases, of, baseline: int | None = None) -> pd.DataFrame:
    """Return a series of one part; the first `baseline` days, else all, make its limits."""
    count = len(cases) if baseline is None else baseline
    in_baseline = [i < count for i in range(len(cases))]
    return pd.DataFrame({"cases": cases, "of": of, "part": 0, "in_baseline": in_baseline})


def measures(values, baseline: int | None = None) -> pd.DataFrame:
    return rates(values, values, baseline).rename(columns={"cases": "value"}).drop(columns="of")


def days(first: str, last: str, **columns) -> pd.DataFrame:
    dates = [day.date() for day in pd.date_range(first, last)]
    return pd.DataFrame({"date": dates, **columns})


@pytest.fixture(scope="module")
def vectors(shared_data: Path) -> Path:
    return shared_data.parent / "vectors"


def test_the_p_chart_is_that_of_qcc(vectors):
    juice = pd.read_csv(vectors / "qcc" / "orangejuice_input.csv").query("trial")
    expected = pd.read_csv(vectors / "qcc" / "orangejuice_limits.csv")
    limits = p_chart(rates(juice["D"].tolist(), juice["size"].tolist()))
    for ours, theirs in (("centre", "center"), ("lower", "LCL"), ("upper", "UCL")):
        assert limits[ours].to_numpy() == pytest.approx(expected[theirs].to_numpy(), rel=1e-12)
    marked = special_causes(limits, Direction.DOWN)
    assert (np.flatnonzero(marked["outside"]) + 1).tolist() == [15, 23]  # violations of rule 1: 15:1;23:1


def test_laney_limits_are_those_of_the_formulas_of_qicharts2(vectors):
    expected = pd.read_csv(vectors / "laney" / "orangejuice_limits.csv")
    limits = laney_chart(rates(expected["numerator"].tolist(), expected["denominator"].tolist()))
    for ours, theirs in (("value", "value"), ("centre", "cl"), ("lower", "lcl"), ("upper", "ucl")):
        assert limits[ours].to_numpy() == pytest.approx(expected[theirs].to_numpy(), rel=1e-12, abs=1e-15)


def test_one_jump_does_not_widen_the_limits_of_a_measure(vectors):
    # Seventeen steps, two of them 8 and 9, fifteen of 1: mean 32/17; 3.267 times that is 6.15, both jumps go, mean 1.
    values = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]
    limits = xmr_chart(measures(values))
    assert limits["centre"].iloc[0] == pytest.approx(35 / 18)
    assert limits["upper"].iloc[0] == pytest.approx(35 / 18 + 2.66)
    assert limits["near_lower"].iloc[0] == pytest.approx(35 / 18 - 2 * 2.66 / 3)
    # Published to two digits: 4.6, 1.94, -0.72 (NHSRplotthedots, "deviations").
    assert limits.loc[0, ["upper", "centre", "lower"]].tolist() == pytest.approx([4.6, 1.94, -0.72], abs=0.01)


def test_moving_ranges_are_screened_once_and_only_once():
    # Steps 1 × 20, 10, 100: mean 130/22 = 5.9, 100 goes (≥ 19.3) and 10 stays, though 3.267 × 30/21 = 4.7.
    steps = [1] * 20 + [10, 100]
    values = np.concatenate([[0], np.cumsum(steps)])
    assert mean_moving_range(values, 3.267) == pytest.approx(30 / 21)
    assert mean_moving_range(values) == pytest.approx(130 / 22)


def test_laney_limits_worked_by_hand():
    # Rates 0.4 and 0.6 in turn, 100 each: p̄ 0.5, σ 0.05, z -2 and 2, every step 4, σz 4/1.128; 3σ·σz = 0.532.
    limits = laney_chart(rates([40, 60, 40, 60], [100] * 4))
    assert limits["upper"].tolist() == pytest.approx([min(1, 0.5 + 3 * 0.05 * 4 / 1.128)] * 4)
    assert limits["lower"].tolist() == pytest.approx([0] * 4)
    assert limits["near_upper"].tolist() == pytest.approx([0.5 + 2 * 0.05 * 4 / 1.128] * 4)


def test_limits_come_from_the_baseline_alone_and_widen_for_small_days():
    limits = laney_chart(rates([40, 60, 40, 60, 90], [100, 100, 100, 100, 400], baseline=4))
    assert limits["centre"].tolist() == [0.5] * 5
    assert limits["upper"].iloc[4] == pytest.approx(0.5 + 3 * 0.025 * 4 / 1.128)


def test_a_day_without_cases_is_a_gap_and_no_moving_range_reaches_across_it():
    # Without the gap the steps are 4, 4; across it nothing, although -2 and 2 lie on its sides.
    limits = laney_chart(rates([40, 60, 0, 40, 60], [100, 100, 0, 100, 100]))
    assert math.isnan(limits["value"].iloc[2])
    assert math.isnan(limits["upper"].iloc[2])
    assert limits["upper"].iloc[0] == pytest.approx(min(1, 0.5 + 3 * 0.05 * 4 / 1.128))
    assert mean_moving_range([1, math.nan, 9, 10]) == 1


def test_constant_rates_and_measures_have_limits_on_their_centre_and_nothing_is_outside():
    for limits in (laney_chart(rates([20] * 12, [100] * 12)), xmr_chart(measures([0.1] * 12))):
        assert limits["upper"].to_numpy() == pytest.approx(limits["centre"].to_numpy())
        assert set(special_causes(limits, Direction.UP)["rule"]) == {""}


@pytest.mark.parametrize("chart", [p_chart, laney_chart, beta_binomial_chart])
def test_rates_of_nothing_or_all_of_one_day_and_of_no_days(chart):
    never = chart(rates([0] * 5, [10] * 5))
    assert (never["lower"].tolist(), never["upper"].tolist()) == ([0] * 5, [0] * 5)
    assert chart(rates([3], [10]))["upper"].isna().all()
    assert chart(rates([0, 0], [0, 0]))[["value", "upper"]].isna().all(axis=None)
    assert chart(rates([], [])).empty


def test_a_measure_of_one_day_has_no_limits():
    assert xmr_chart(measures([5]))[["centre", "upper"]].isna().all(axis=None)


def test_days_that_differ_more_than_fourfold_in_size_have_beta_binomial_limits():
    random = np.random.default_rng(7)
    of = [100, 400] * 15
    cases = random.binomial(of, 0.3)
    assert set(rate_limits(rates(cases, of))["method"]) == {"laney"}
    assert set(rate_limits(rates([*cases, 30], [*of, 250], baseline=30))["method"]) == {"laney"}
    assert set(rate_limits(rates([*cases, 30], [*of, 99], baseline=30))["method"]) == {"beta_binomial"}


def test_rates_near_an_end_have_beta_binomial_limits_since_their_counts_are_skewed():
    # Binomial counts of 50: skewness (1 - 2p) / √(50p(1 - p)): 0.12 at 0.3, 0.58 at 0.05, -0.58 at 0.95.
    assert set(rate_limits(rates([14, 16] * 15, [50] * 30))["method"]) == {"laney"}
    assert set(rate_limits(rates([2, 3] * 15, [50] * 30))["method"]) == {"beta_binomial"}
    assert set(rate_limits(rates([48, 47] * 15, [50] * 30))["method"]) == {"beta_binomial"}


def test_beta_binomial_limits_without_overdispersion_are_quantiles_of_the_binomial():
    # Binomial(10, 0.5): P(0) = 1/1024 = 0.00098 < 0.00135, P(0 or 1) = 11/1024 = 0.0107: 0 is outside, 1 is not.
    limits = beta_binomial_chart(rates([5] * 30, [10] * 30))
    assert limits.loc[0, ["centre", "lower", "upper"]].tolist() == [0.5, 0.1, 0.9]
    # Two sigma: 0.02275; P(0..1) = 0.0107, P(0..2) = 56/1024 = 0.0547.
    assert limits.loc[0, ["near_lower", "near_upper"]].tolist() == [0.2, 0.8]


def test_more_agrees_than_contacts_are_shown_and_count_as_all_of_them_in_the_limits():
    for chart in (laney_chart, beta_binomial_chart):
        limits = chart(rates([3, 2, 3, 2], [2, 4, 4, 4]))
        assert limits["value"].iloc[0] == 1.5
        assert limits["upper"].max() <= 1
    # Laney's centre: (2 + 2 + 3 + 2) of 14.
    assert laney_chart(rates([3, 2, 3, 2], [2, 4, 4, 4]))["centre"].iloc[0] == pytest.approx(9 / 14)


def test_the_baseline_is_the_first_thirty_working_days_with_a_value():
    series = days("2022-03-01", "2022-04-20", of=10)
    series.loc[series["date"] == dt.date(2022, 3, 2), "of"] = 0
    found = baselines(series, PLAIN)
    in_it = found.loc[found["in_baseline"], "date"].tolist()
    # Tuesday 1 March on: 27 working days in March, without the 2nd 26, and 1, 2, 4, 5 April.
    assert (len(in_it), in_it[0], in_it[1], in_it[-1]) == (
        30,
        dt.date(2022, 3, 1),
        dt.date(2022, 3, 3),
        dt.date(2022, 4, 5),
    )
    assert not found["is_provisional"].any()


def test_fewer_days_than_that_are_provisional_and_the_core_of_lebaran_is_left_out():
    found = baselines(days("2022-04-25", "2022-05-14", value=1.0), LEBARAN_2022)
    # H is 2 May: 29 April to 7 May are out; before them 25-28 April, after them 9-14 May, without Sundays.
    kept = [day.day for day in found.loc[found["in_baseline"], "date"]]
    assert kept == [25, 26, 27, 28, 9, 10, 11, 12, 13, 14]
    assert found["is_provisional"].all()


def test_limits_begin_anew_on_the_days_that_a_person_names():
    series = days("2022-03-01", "2022-03-12", of=10)
    found = baselines(series, PLAIN, count=3, rebased_on=[dt.date(2022, 3, 8)])
    assert found["part"].tolist() == [0] * 7 + [1] * 5
    assert [day.day for day in found.loc[found["in_baseline"], "date"]] == [1, 2, 3, 8, 9, 10]
    assert set(baselines(series, PLAIN, count=3)["part"]) == {0}


@pytest.mark.parametrize("kind", ["laney", "beta_binomial"])
def test_few_points_of_a_stable_overdispersed_series_lie_outside(kind):
    """The small twin of bench/accuracy/charts.py: at most 1 % of new points, within three Monte-Carlo errors."""
    random = np.random.default_rng(2022)
    chart = {"laney": laney_chart, "beta_binomial": beta_binomial_chart}[kind]
    outside, points, rho = 0, 0, 0.01
    for _ in range(60):
        of = np.round(400 * random.uniform(0.8, 1.2, 50))
        rate = random.beta(0.3 * (1 - rho) / rho, 0.7 * (1 - rho) / rho, 50)
        limits = chart(rates(random.binomial(of.astype(int), rate), of, baseline=30)).iloc[30:]
        outside += int(special_causes(limits, Direction.UP)["outside"].sum())
        points += len(limits)
    assert outside / points <= 0.01 + 3 * math.sqrt(0.01 * 0.99 / points)
