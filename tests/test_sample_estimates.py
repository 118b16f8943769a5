"""Estimates from stratified samples against R's survey, by hand, and at the ends: census, nothing, one."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from caringmon.analysis.intervals import clopper_pearson_intervals, wilson_interval
from caringmon.analysis.sample_estimates import sampled_share, stratified_mean, stratified_total
from caringmon.analysis.validation import kappa, valid_estimate


def strata(*rows) -> pd.DataFrame:
    """Return one row per stratum: population, sampled, cases."""
    return pd.DataFrame(rows, columns=["population", "sampled", "cases"])


@pytest.fixture(scope="module")
def schools(shared_data: Path) -> pd.DataFrame:
    sample = pd.read_csv(shared_data.parent / "vectors" / "survey" / "apistrat_input.csv")
    return sample.assign(aw=(sample["awards"] == "Yes").astype(float))


@pytest.fixture(scope="module")
def of_survey(shared_data: Path) -> pd.DataFrame:
    return pd.read_csv(shared_data.parent / "vectors" / "survey" / "R_survey_results.csv").set_index("id")


@pytest.mark.parametrize(("row", "column", "estimate"), [
    ("strat_mean_api00", "api00", stratified_mean), ("strat_total_enroll", "enroll", stratified_total),
    ("strat_prop_awards", "aw", stratified_mean), ("strat_total_awards", "aw", stratified_total),
])  # fmt: skip
def test_means_totals_and_shares_are_those_of_r_survey(schools, of_survey, row, column, estimate):
    by_stratum = schools.assign(squares=schools[column] ** 2).groupby("stype")
    table = pd.DataFrame({"population": by_stratum["fpc"].first(), "sampled": by_stratum.size(),
                          "weight": by_stratum["pw"].first(), "total": by_stratum[column].sum(),
                          "squares": by_stratum["squares"].sum()})  # fmt: skip
    found = estimate(table)
    assert (found.value, found.standard_error) == pytest.approx(of_survey.loc[row, ["est", "se"]].tolist(), rel=1e-10)


def test_the_share_of_one_stratum_is_that_of_r_survey(of_survey):
    # survey's simple random sample apisrs: 200 of California's 6,194 schools, 124 with an award (its help page).
    found = sampled_share(strata((6194, 200, 124)), 0.95)
    expected = of_survey.loc["srs_prop_awards"]
    assert (found.share, found.standard_error) == pytest.approx((expected.est, expected.se), rel=1e-10)


def test_a_stratified_share_worked_by_hand():
    # 100 claims, 10 tapped, 5 valid; 300, 20, 16: 0.25·0.5 + 0.75·0.8 = 0.725. Variances (1 - f)·p(1 - p)/(n - 1):
    # 0.9·0.25/9 = 0.025 and (14/15)·0.16/19; times the squared shares of the strata.
    found = sampled_share(strata((100, 10, 5), (300, 20, 16)), 0.95)
    assert found.share == pytest.approx(0.725)
    assert found.standard_error == pytest.approx(math.sqrt(0.025 / 16 + 14 / 15 * 0.16 / 19 * 9 / 16))
    size = 0.725 * 0.275 / found.standard_error**2
    assert (found.low, found.high) == pytest.approx(wilson_interval(0.725 * size, size, 0.95))
    exact = sampled_share(strata((100, 10, 5), (300, 20, 16)), 0.95, clopper_pearson_intervals)
    assert exact.low < found.low < found.high < exact.high


def test_a_census_leaves_nothing_to_chance():
    found = sampled_share(strata((12, 12, 9), (8, 8, 8), (1, 1, 0)), 0.95)
    assert found.is_census
    assert (found.share, found.standard_error, found.low, found.high) == (17 / 21, 0, 17 / 21, 17 / 21)


def test_a_sample_without_exceptions_is_no_certainty():
    # 20 of 100, all valid: as large as 20 · 99/80 = 24.75 of an endless population.
    found = sampled_share(strata((100, 20, 20)), 0.95)
    assert (found.share, found.standard_error, found.high) == (1, 0, 1)
    assert found.low == pytest.approx(wilson_interval(24.75, 24.75, 0.95)[0])


def test_strata_with_one_tap_or_none_are_put_together():
    assert sampled_share(strata((10, 1, 1), (20, 1, 0), (70, 10, 8)), 0.8) == sampled_share(
        strata((30, 2, 1), (70, 10, 8)), 0.8
    )
    # Together they have one tap: the stratum with the fewest joins them.
    assert sampled_share(strata((10, 1, 1), (20, 0, 0), (50, 6, 3), (70, 10, 8)), 0.8) == sampled_share(
        strata((80, 7, 4), (70, 10, 8)), 0.8
    )
    # A stratum of one claim, tapped, is a census of its own.
    assert sampled_share(strata((1, 1, 0), (70, 10, 8)), 0.8).share == pytest.approx(70 * 0.8 / 71)


def test_one_tap_has_an_interval_and_no_standard_error_and_nothing_tapped_has_neither():
    one = sampled_share(strata((10, 1, 1)), 0.8)
    assert one.share == 1
    assert 0 < one.low < one.high == 1
    nothing = sampled_share(strata((10, 0, 0)), 0.8)
    assert np.isnan([nothing.share, nothing.standard_error, nothing.low, nothing.high]).all()
    assert not nothing.is_census


def test_kappa_of_a_published_table(shared_data: Path):
    (a, b), (c, d) = np.loadtxt(shared_data.parent / "vectors" / "kappa" / "wiki_A_table.csv", delimiter=",", dtype=int)
    pairs = [("y", "y")] * a + [("y", "n")] * b + [("n", "y")] * c + [("n", "n")] * d
    assert kappa(pairs) == pytest.approx(0.130434782608696, abs=1e-10)


def test_the_estimate_of_a_month_is_not_moved_by_leaving_out_taps_at_random():
    """The small twin of bench/accuracy/projection.py: unbiased within three Monte-Carlo errors."""
    random, claims, rate, runs = np.random.default_rng(3), 200, 0.85, 2000
    valid = random.random((runs, claims)) < rate
    tapped = random.random((runs, claims)) < 0.6
    points = []
    for truth, seen in zip(valid, tapped, strict=True):
        found, of = int((truth & seen).sum()), int(seen.sum())
        points.append(valid_estimate(found, claims - of, claims - (of - found), (found, of))[0] - truth.sum())
    assert abs(np.mean(points)) <= 3 * np.std(points) / math.sqrt(runs)
