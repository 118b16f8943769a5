"""Did a recommendation work: the verdict on a KPI before and after (5-rules, last paragraph; S42)."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caringmon.analysis import effectiveness
from caringmon.analysis.effectiveness import Judgement, Measured, Verdict, judged_count, judged_rate, windows
from caringmon.model.period import Period
from caringmon.model.recommendation import Check
from tests.tiny import OCTOBER, date

UP = Check("K14", 1, 0.10)  # ten points more are expected
DOWN = Check("K37", -1, -0.10)
FEWER = Check("K18", -1, -2.0)  # two a day fewer are expected
ANY_UP = Check("K14", 1)
COUNTS = st.integers(0, 300)


def rate(check: Check, before: tuple[int, int], after: tuple[int, int], *, is_extended: bool = False) -> Judgement:
    return judged_rate(check, Measured(*before), Measured(*after), is_extended=is_extended)


def count(check: Check, before: int, after: int, days: int = 10) -> Judgement:
    return judged_count(check, Measured(before, 10), Measured(after, days), is_extended=days > 10)


def test_seven_cases_after_are_inconclusive_extended_once_and_never_effective():
    first = rate(UP, (20, 100), (6, 7))
    assert (first.verdict, first.is_final) == (Verdict.INCONCLUSIVE, False)
    second = rate(UP, (20, 100), (12, 14), is_extended=True)
    assert (second.verdict, second.is_final) == (Verdict.INCONCLUSIVE, True)


@pytest.mark.parametrize(
    ("check", "before", "after", "verdict"),
    [
        (UP, (200, 1000), (240, 1000), Verdict.EFFECTIVE),  # +4 points, 40 % of ten; z = 2.16, p = 0.03
        (UP, (20, 100), (25, 100), Verdict.EFFECTIVE),  # +5 points, half of what is expected; z = 0.85
        (UP, (20, 100), (24, 100), Verdict.INCONCLUSIVE),  # +4 points, z = 0.68
        (UP, (20, 100), (22, 100), Verdict.NOT_EFFECTIVE),  # +2 points, a fifth
        (UP, (20, 100), (20, 100), Verdict.NOT_EFFECTIVE),
        (UP, (25, 100), (20, 100), Verdict.NOT_EFFECTIVE),  # the wrong way
        (DOWN, (30, 100), (20, 100), Verdict.EFFECTIVE),
        (DOWN, (20, 100), (30, 100), Verdict.NOT_EFFECTIVE),
        (ANY_UP, (200, 1000), (240, 1000), Verdict.EFFECTIVE),
        (ANY_UP, (20, 100), (24, 100), Verdict.INCONCLUSIVE),
        (ANY_UP, (20, 100), (20, 100), Verdict.INCONCLUSIVE),
        (ANY_UP, (20, 100), (19, 100), Verdict.NOT_EFFECTIVE),
        (UP, (5, 19), (50, 100), Verdict.INCONCLUSIVE),  # too few before
        (UP, (0, 20), (20, 20), Verdict.EFFECTIVE),
        (UP, (20, 20), (20, 20), Verdict.NOT_EFFECTIVE),
        (UP, (0, 0), (20, 40), Verdict.INCONCLUSIVE),
    ],
)
def test_a_rate_is_judged_by_direction_chance_and_share_of_what_was_expected(check, before, after, verdict):
    assert rate(check, before, after).verdict is verdict


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (60, 30, Verdict.EFFECTIVE),  # 3 a day fewer
        (60, 50, Verdict.EFFECTIVE),  # 1 a day fewer, half of what is expected
        (60, 54, Verdict.INCONCLUSIVE),  # 0.6 a day fewer
        (60, 57, Verdict.NOT_EFFECTIVE),
        (60, 65, Verdict.NOT_EFFECTIVE),
        (5, 0, Verdict.EFFECTIVE),  # 2 · ½⁵ = 0.0625
        (4, 0, Verdict.INCONCLUSIVE),  # 2 · ½⁴ = 0.125, and few cases
        (1, 3, Verdict.INCONCLUSIVE),
        (0, 0, Verdict.INCONCLUSIVE),
    ],
)
def test_a_count_is_judged_per_working_day_and_where_there_are_few_cases_by_chance_alone(before, after, verdict):
    assert count(FEWER, before, after).verdict is verdict


def test_an_extended_window_is_compared_per_day():
    judged = count(FEWER, 60, 60, days=20)
    assert (judged.difference, judged.share, judged.verdict) == (-3.0, 1.5, Verdict.EFFECTIVE)


def test_the_interval_of_a_difference_of_shares_is_newcombes(monkeypatch):
    """56/70 and 48/80: Newcombe (1998), table II, method 10 gives 0.0524 to 0.3339 at 95 %."""
    monkeypatch.setattr(effectiveness, "COVERAGE", 0.95)
    judged = rate(UP, (48, 80), (56, 70))
    assert (round(judged.low, 4), round(judged.high, 4)) == (0.0524, 0.3339)


def test_the_p_value_of_a_rate_is_that_of_the_pooled_z_test():
    """20 and 35 of 100 each: pooled 0.275, error √(0.275 · 0.725 · 0.02) = 0.06315, z = 2.3754."""
    judged = rate(UP, (20, 100), (35, 100))
    assert judged.p_value == pytest.approx(math.erfc(0.15 / math.sqrt(0.275 * 0.725 * 0.02) / math.sqrt(2)), rel=1e-9)
    assert round(judged.p_value, 4) == 0.0175


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_swapping_before_and_after_turns_the_difference_and_its_interval_round(x, n, y, m):
    before, after = Measured(min(x, n), max(x, n, 1)), Measured(min(y, m), max(y, m, 1))
    for judge in (judged_rate, judged_count):
        there = judge(ANY_UP, before, after, is_extended=False)
        back = judge(ANY_UP, after, before, is_extended=False)
        assert there.difference == pytest.approx(-back.difference)
        assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-12)
        assert there.low <= there.difference + 1e-12
        assert there.difference <= there.high + 1e-12
        assert there.p_value == pytest.approx(back.p_value)


@given(COUNTS, COUNTS, st.integers(0, 19))
def test_fewer_than_twenty_after_are_never_a_verdict(x, n, m):
    judged = rate(UP, (min(x, n), max(x, n)), (m, m))
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert not judged.is_final


def test_windows_are_ten_working_days_before_it_was_raised_and_after_it_was_done():
    """Sundays and the holiday of the 8th do not count: 6, 7, 10, 11, 12, 13, 14, 15, 17, 18 October before."""
    found = windows(date("2022-10-19"), date("2022-10-20"), OCTOBER)
    assert found.before == Period(date("2022-10-06"), date("2022-10-19"))
    # After the 20th: 21, 22, 24, 25, 26, 27, 28, 29, 31 October, 1 November; ten more to the 12th.
    assert found.after == Period(date("2022-10-21"), date("2022-11-02"))
    assert found.extended == Period(date("2022-10-21"), date("2022-11-13"))


@pytest.mark.parametrize(
    ("today", "known"),
    [("2022-11-01", None), ("2022-11-02", "after"), ("2022-11-12", "after"), ("2022-11-13", "extended")],
)
def test_a_window_is_judged_when_it_is_over(today, known):
    found = windows(date("2022-10-19"), date("2022-10-20"), OCTOBER)
    assert found.known_at(date(today)) == (getattr(found, known) if known else None)
