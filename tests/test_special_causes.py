"""Marks of the rule set ptd, against R's NHSRplotthedots, and the words that follow from them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from caringmon.analysis.control_limits import xmr_chart
from caringmon.analysis.special_causes import RULES, assurance, near_limits, shifts, special_causes, trends
from caringmon.model.kpi import Direction

UP, DOWN, CONTEXT = Direction.UP, Direction.DOWN, Direction.CONTEXT
WORDS = {"consistent_pass": "consistently_reached", "consistent_fail": "consistently_missed",
         "inconsistent": "inconsistent"}  # fmt: skip
OF_R = {"Above UCL": "outside", "Below LCL": "outside", "7 Points Above CL": "shift", "7 Points Below CL": "shift",
        "Common Cause": ""}  # fmt: skip


@pytest.fixture(scope="module")
def of_ptd(shared_data: Path) -> Path:
    return shared_data.parent / "vectors" / "ptd"


@pytest.fixture(scope="module")
def rules(of_ptd: Path) -> dict:
    return json.loads((of_ptd / "rule_vectors.json").read_text(encoding="utf-8"))


def drawn(values, centre=0.0, reach=3.0, part=0) -> pd.DataFrame:
    """Return values with limits that lie `reach` from the centre, near ones at two thirds."""
    return pd.DataFrame({"value": np.array(values, float), "part": part, "centre": centre, "lower": centre - reach,
                         "upper": centre + reach, "near_lower": centre - reach * 2 / 3,
                         "near_upper": centre + reach * 2 / 3})  # fmt: skip


def test_seven_points_on_one_side_are_marked_from_the_first_to_the_last(rules):
    for case in rules["seven_one_side"]:
        ends = np.array(case["out"], bool)
        marked = [bool(ends[i : i + 7].any()) for i in range(len(ends))]
        assert shifts(np.array(case["rel"])).tolist() == marked


def test_seven_that_each_rise_or_fall_are_a_trend_and_equal_neighbours_end_it(rules):
    for case in rules["seven_trend"]:
        ends = np.array(case["out"], bool)
        marked = [bool(ends[i : i + 7].any()) for i in range(len(ends))]
        assert trends(np.array(case["y"], float)).tolist() == marked


def test_two_of_three_near_a_limit_count_when_all_three_lie_on_one_side(rules):
    for case in rules["two_in_three"]:
        expected = np.array(case["out"], bool) & np.array(case["close"], bool)
        assert near_limits(np.array(case["close"], bool), np.array(case["rel"])).tolist() == expected.tolist()
    for case in rules["part_of_two_in_three"]:
        assert near_limits(np.array(case["close"], bool), np.array(case["rel"])).astype(int).tolist() == case["out"]


def test_each_point_of_a_real_series_has_the_limits_and_the_mark_that_r_gives_it(of_ptd):
    expected = pd.read_csv(of_ptd / "ae_RRK_stable_decrease_target1200_points.csv")
    limits = xmr_chart(pd.DataFrame({"value": expected["y"], "part": 0, "in_baseline": True}))
    marked = special_causes(limits, DOWN)
    for ours, theirs in (("centre", "mean_col"), ("lower", "lpl"), ("upper", "upl")):
        assert marked[ours].to_numpy() == pytest.approx(expected[theirs].to_numpy(), rel=1e-12)
    assert marked["outside"].tolist() == expected["outside_limits"].tolist()
    assert marked["side"].tolist() == expected["relative_to_mean"].tolist()
    assert marked["rule"].tolist() == [OF_R[words] for words in expected["special_cause_type"]]
    of_r = {"special_cause_improvement": "special_cause_improving", "special_cause_concern": "special_cause_concerning"}
    assert marked["variation"].tolist() == [of_r.get(word, word) for word in expected["point_type"]]
    assert assurance(marked, 1200, DOWN) == "inconsistent"


def test_the_assurance_word_depends_on_which_way_is_good(rules):
    for case in rules["assurance"]:
        if case["direction"] == "neutral":
            continue
        way = UP if case["direction"] == "increase" else DOWN
        for low, high, word in zip(case["lpl"], case["upl"], case["out"], strict=True):
            limits = drawn([0], centre=(low + high) / 2, reach=(high - low) / 2)
            assert assurance(limits, case["target"], way) == WORDS[word]


def test_the_assurance_word_takes_the_latest_limits_and_needs_a_target_and_a_direction():
    rebased = pd.concat([drawn([0]), drawn([9], centre=9, part=1)], ignore_index=True)
    assert assurance(rebased, 5, UP) == "consistently_reached"
    assert assurance(rebased, 6, UP) == "inconsistent"
    assert assurance(rebased, 5, CONTEXT) is None
    assert assurance(rebased, float("nan"), UP) is None
    assert assurance(rebased.assign(lower=np.nan), 5, UP) is None


@pytest.mark.parametrize(("value", "direction", "word"), [
    (4, UP, "special_cause_improving"), (-4, UP, "special_cause_concerning"),
    (4, DOWN, "special_cause_concerning"), (-4, DOWN, "special_cause_improving"),
    (4, CONTEXT, "special_cause_high"), (-4, CONTEXT, "special_cause_low"), (3, UP, "common_cause"),
])  # fmt: skip
def test_a_point_beyond_a_limit_is_good_or_bad_by_the_direction_of_the_kpi(value, direction, word):
    assert special_causes(drawn([0, value]), direction)["variation"].tolist() == ["common_cause", word]


def test_a_trend_through_the_centre_is_good_or_bad_on_both_sides_of_it():
    marked = special_causes(drawn([-1.5, -1, -0.5, 0, 0.5, 1, 1.5]), UP)
    assert marked["rule"].tolist() == ["trend"] * 7
    bad, good = ["special_cause_concerning"] * 3, ["special_cause_improving"] * 4
    assert marked["variation"].tolist() == bad + good


def test_the_first_rule_that_holds_names_the_point_and_all_are_told():
    marked = special_causes(drawn([1, 1, 1, 1, 1, 1, 4]), UP)
    assert marked["rule"].tolist() == ["shift"] * 6 + ["outside"]
    assert marked.loc[6, list(RULES)].tolist() == [True, True, False, False]


def test_a_gap_is_no_point_and_a_run_goes_on_behind_it():
    marked = special_causes(drawn([1, 1, 1, np.nan, 1, 1, 1, 1]), UP)
    assert marked["shift"].tolist() == [True] * 3 + [False] + [True] * 4
    assert marked.loc[3, "variation"] == "common_cause"


def test_a_run_ends_where_the_limits_are_rebased():
    both = pd.concat([drawn([1] * 4), drawn([1] * 4, part=1)], ignore_index=True)
    assert not special_causes(both, UP)["shift"].any()


def test_no_points_one_point_and_a_constant_series_are_common_cause():
    assert special_causes(drawn([]), UP)["variation"].tolist() == []
    assert special_causes(drawn([0]), UP)["variation"].tolist() == ["common_cause"]
    constant = xmr_chart(pd.DataFrame({"value": [0.1] * 30, "part": 0, "in_baseline": True}))
    assert set(special_causes(constant, UP)["variation"]) == {"common_cause"}
