"""Intervals of shares against base R, and what they say of nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from caringmon.analysis.intervals import (
    clopper_pearson_intervals,
    corrected_wilson_intervals,
    jeffreys_intervals,
    wilson_interval,
    wilson_intervals,
)

ALL = [wilson_intervals, corrected_wilson_intervals, clopper_pearson_intervals, jeffreys_intervals]
OF_R = {"wilson": wilson_intervals, "wilsoncc": corrected_wilson_intervals, "cp": clopper_pearson_intervals,
        "jeffreys": jeffreys_intervals}  # fmt: skip


@pytest.fixture(scope="module")
def of_r(shared_data: Path) -> pd.DataFrame:
    return pd.read_csv(shared_data.parent / "vectors" / "intervals" / "R_binom_prop_test.csv")


@pytest.mark.parametrize("name", OF_R)
def test_the_bounds_are_those_of_r(of_r, name):
    # R takes less continuity correction within half a case of a half (19 of 38), by design.
    known = of_r[of_r["x"] * 2 != of_r["n"]] if name == "wilsoncc" else of_r
    low, high = OF_R[name](known["x"], known["n"], 0.95)
    assert low == pytest.approx(known[f"{name}_lo"].to_numpy(), rel=1e-12, abs=1e-12)
    assert high == pytest.approx(known[f"{name}_hi"].to_numpy(), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("intervals", ALL)
def test_the_interval_of_none_is_unknown(intervals):
    low, high = intervals([0, 1], [0, 2], 0.95)
    assert np.isnan([low[0], high[0]]).all()
    assert not np.isnan([low[1], high[1]]).any()


@pytest.mark.parametrize("intervals", [wilson_intervals, corrected_wilson_intervals, clopper_pearson_intervals])
def test_a_share_of_none_or_all_is_its_own_bound_exactly(intervals):
    (low, _), (_, high) = intervals([0, 7], [7, 7], 0.8)
    assert low == 0
    _, high = intervals([7], [7], 0.8)
    assert high[0] == 1


def test_the_wilson_interval_worked_by_hand():
    # 1 of 2 with z = 1 (coverage 68.27 %): middle (1 + 0.5) / 3 = 0.5, half √(2·0.25 + 0.25) / 3 = √3 / 6.
    low, high = wilson_interval(1, 2, 0.6826894921370859)
    assert (low, high) == pytest.approx((0.5 - 3**0.5 / 6, 0.5 + 3**0.5 / 6))
