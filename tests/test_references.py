"""What a gap is compared with: windows of the month before and of a baseline, and the plan."""

from __future__ import annotations

import numpy as np
import pytest

from caringmon.analysis.references import baseline_window, last_month_window, plan_counts, plan_rows
from caringmon.errors import DataBlockedError
from tests.gaps import days, target
from tests.tiny import OCTOBER, fact_table

PLAN = {"assigned": 1000, "penetration": 0.95, "contact_rate": 0.45, "rpc_rate": 0.85, "agree_rate": 0.4,
        "valid_share": 0.95}  # fmt: skip


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        # October 2022 has 14 working days to the 18th (the 8th is free), September has its 14th on the 16th.
        (("2022-10-01", "2022-10-18"), ("2022-09-01", "2022-09-16")),
        # A week: working days 8 to 13 of either month.
        (("2022-10-10", "2022-10-15"), ("2022-09-08", "2022-09-14")),
        (("2022-10-18", "2022-10-18"), ("2022-09-16", "2022-09-16")),
        # What begins on a free day begins with the working day after it, here the 7th.
        (("2022-10-08", "2022-10-10"), ("2022-09-08", "2022-09-08")),
        # October's 25 working days end before September's 26th.
        (("2022-10-01", "2022-10-31"), ("2022-09-01", "2022-09-29")),
        # A month with fewer working days ends at its last.
        (("2022-12-01", "2022-12-31"), ("2022-11-01", "2022-11-30")),
    ],
)
def test_last_month_runs_between_the_same_working_day_numbers(window, expected):
    assert last_month_window(days(*window), OCTOBER) == days(*expected)


def test_the_baseline_is_the_working_days_before_the_window():
    assert baseline_window(days("2022-10-10", "2022-10-11"), 3, OCTOBER) == days("2022-10-05", "2022-10-09")


def rows(*more, without=(), **changes):
    site = [target(value, metric) for metric, value in {**PLAN, **changes}.items() if metric not in without]
    return plan_rows(fact_table("targets", [*site, *more]).to_pandas(), "CT0", "2022-10")


def counts(plan, paths, window=("2022-10-01", "2022-10-31"), weights=None):
    return plan_counts(plan, days(*window), OCTOBER, ("spv", "tl", "agent"), paths, [weights or [1.0] * len(paths)])


ONE = [("SP1", "TL1", "A1")]
TWO = [*ONE, ("SP1", "TL2", "A2")]


def test_the_plan_of_the_month_is_the_product_of_its_metrics():
    found, fits = counts(rows(), ONE)
    assert found[0] == pytest.approx([1000, 950, 427.5, 363.375, 145.35, 138.0825])
    assert fits


def test_of_half_the_working_days_half_the_penetration_is_planned():
    # 10 of 25 working days to 13 October; the list is there from the first day on.
    found, _ = counts(rows(), ONE, ("2022-10-01", "2022-10-13"))
    assert found[0][[0, 1, 5]] == pytest.approx([1000, 380, 0.4 * 138.0825])


def test_a_list_planned_day_by_day_is_that_of_the_days_of_the_window():
    daily = [target(40, "assigned", grain="DAY", date=day) for day in days("2022-10-03", "2022-10-06").days]
    found, _ = counts(rows(*daily, without=("assigned",)), ONE, ("2022-10-04", "2022-10-05"))
    assert found[0][[0, 1]] == pytest.approx([80, 76])


def test_the_nearest_row_tells_a_rate_and_the_list_follows_who_holds_it():
    found, _ = counts(rows(target(0.5, "contact_rate", "TL", "TL2")), TWO, weights=[300, 100])
    assert found[:, 0] == pytest.approx([750, 250])
    assert found[:, 2] / found[:, 1] == pytest.approx([0.45, 0.5])


def test_own_lists_win_and_a_site_without_a_row_is_their_sum():
    own = [target(600, "assigned", "TL", "TL1"), target(400, "assigned", "TL", "TL2")]
    found, fits = counts(rows(*own, without=("assigned",)), TWO)
    assert (found[:, 0].tolist(), fits) == ([600, 400], True)
    assert counts(rows(*own), TWO, weights=[1, 9])[0][:, 0].tolist() == [600, 400]
    assert not counts(rows(*own, assigned=900), TWO)[1]


def test_a_newer_version_of_the_plan_is_in_force():
    newer = target(0.9, "penetration", version=2)
    assert counts(rows(newer), ONE)[0][0, 1] == pytest.approx(900)


@pytest.mark.parametrize("metric", PLAN)
def test_a_plan_that_lacks_a_metric_is_refused_by_its_name(metric):
    with pytest.raises(DataBlockedError, match=f"CT0 2022-10: the plan has no target for {metric}"):
        rows(without=(metric,))


def test_a_rate_that_only_another_team_has_is_missing_here():
    with pytest.raises(DataBlockedError, match="no target for rpc_rate"):
        counts(rows(target(0.8, "rpc_rate", "TL", "TL9"), without=("rpc_rate",)), ONE)
    assert np.isfinite(counts(rows(), ONE)[0]).all()
