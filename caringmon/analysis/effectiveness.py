"""Did a recommendation work: a KPI before and after, its difference with an interval, a verdict (5-rules).

Before against after without a control group is no proof of a cause; whoever prints a verdict says "indikatif, tanpa
kelompok kontrol".
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from enum import StrEnum

from caringmon.analysis.intervals import normal_quantile, wilson_intervals
from caringmon.model.calendar import WorkCalendar
from caringmon.model.kpi import MIN_N
from caringmon.model.period import ONE_DAY, Period
from caringmon.model.recommendation import Check

WINDOW_WORKDAYS = 10
SIGNIFICANCE = 0.10
ENOUGH, TOO_LITTLE = 0.5, 0.25  # shares of the expected change
COVERAGE = 0.90  # an interval beyond zero then goes with p < 0.10


class Verdict(StrEnum):
    """What may be said of a recommendation that was done."""

    EFFECTIVE = "EFFECTIVE"
    NOT_EFFECTIVE = "NOT_EFFECTIVE"
    INCONCLUSIVE = "INCONCLUSIVE"


@dataclass(frozen=True)
class Measured:
    """A KPI in a window: `cases` of `of` trials for a rate, `cases` in `of` working days for a count."""

    cases: int
    of: int

    @property
    def rate(self) -> float:
        """Cases per trial or per day; of none: NaN."""
        return self.cases / self.of if self.of else math.nan


@dataclass(frozen=True)
class Judgement:
    """The difference after − before in the KPI's own unit, its interval, its p-value, and what follows.

    `share`: of the expected change, in its direction positive; none expected in numbers: NaN. `is_final`: an
    INCONCLUSIVE that was not extended yet waits for ten more working days.
    """

    before: Measured
    after: Measured
    difference: float
    low: float
    high: float
    p_value: float
    share: float
    verdict: Verdict
    is_final: bool


@dataclass(frozen=True)
class Windows:
    """The days before a recommendation and after it was done, each `WINDOW_WORKDAYS` working days, after up to twice.

    The days before end on the day before it was raised, those after begin on the day after it was done.
    """

    before: Period
    after: Period
    extended: Period

    def known_at(self, today: dt.date) -> Period | None:
        """Return the window after that is over at `today`: the extended one if that is; none yet: None."""
        return next((period for period in (self.extended, self.after) if period.end <= today), None)


def windows(raised_on: dt.date, done_on: dt.date, calendar: WorkCalendar) -> Windows:
    """Return the windows of a recommendation that was raised on one day and done on another."""
    first = raised_on
    for _ in range(WINDOW_WORKDAYS):
        first = calendar.previous_workday(first)
    last = done_on
    ends = []
    for _ in range(2 * WINDOW_WORKDAYS):
        last = calendar.next_workday(last)
        ends.append(last + ONE_DAY)
    start = done_on + ONE_DAY
    return Windows(Period(first, raised_on), Period(start, ends[WINDOW_WORKDAYS - 1]), Period(start, ends[-1]))


def judged_rate(check: Check, before: Measured, after: Measured, *, is_extended: bool, min_n: int = MIN_N) -> Judgement:
    """Return the judgement of a rate. Fewer than `min_n` trials before or after: INCONCLUSIVE, whatever they say.

    p-value: two-proportion z-test, pooled, two-sided; both all or none: 1. Interval: Newcombe (1998), Statistics in
    Medicine 17:873-890, method 10, from Wilson bounds.
    """
    found = _Difference(_newcombe(before, after), _two_proportions(before, after))
    is_enough = min(before.of, after.of) >= min_n
    verdict = _verdict(check, after.rate - before.rate, found.p_value) if is_enough else Verdict.INCONCLUSIVE
    return _judgement(check, before, after, found, verdict, is_extended)


def judged_count(
    check: Check, before: Measured, after: Measured, *, is_extended: bool, min_n: int = MIN_N
) -> Judgement:
    """Return the judgement of a count per working day; windows may differ in length.

    Fewer than `min_n` cases in both windows together: only a difference beyond chance is a verdict. p-value: exact
    conditional binomial test, two-sided (Przyborowski and Wilenski 1940, Biometrika 31:313-323). Interval: difference
    of rates from score bounds of each (Zou and Donner 2008, Statistics in Medicine 27:1693-1702). No day before or
    after: INCONCLUSIVE.
    """
    found = _Difference(_poisson_difference(before, after), _two_counts(before, after))
    is_known = min(before.of, after.of) > 0
    is_enough = before.cases + after.cases >= min_n or found.p_value < SIGNIFICANCE
    verdict = _verdict(check, after.rate - before.rate, found.p_value)
    return _judgement(
        check, before, after, found, verdict if is_known and is_enough else Verdict.INCONCLUSIVE, is_extended
    )


@dataclass(frozen=True)
class _Difference:
    bounds: tuple[float, float]
    p_value: float


def _judgement(
    check: Check, before: Measured, after: Measured, found: _Difference, verdict: Verdict, is_extended: bool
) -> Judgement:
    difference = after.rate - before.rate
    is_final = is_extended or verdict is not Verdict.INCONCLUSIVE
    return Judgement(
        before, after, difference, *found.bounds, found.p_value, _share(check, difference), verdict, is_final
    )


def _verdict(check: Check, difference: float, p_value: float) -> Verdict:
    """Return what a difference says; 5-rules, last paragraph. Without an expected number the direction alone counts."""
    share, along = _share(check, difference), difference * _direction(check)
    if along > 0 and (p_value < SIGNIFICANCE or share >= ENOUGH):
        return Verdict.EFFECTIVE
    if along < 0 or share < TOO_LITTLE:
        return Verdict.NOT_EFFECTIVE
    return Verdict.INCONCLUSIVE


def _direction(check: Check) -> float:
    return float(check.direction) if math.isnan(check.change) else math.copysign(1, check.change)


def _share(check: Check, difference: float) -> float:
    # Rounded, so that half of an expected tenth is half of it and not a little less.
    return round(difference / check.change, 12) if check.change else math.nan


def _newcombe(before: Measured, after: Measured) -> tuple[float, float]:
    if not (before.of and after.of):
        return math.nan, math.nan
    lows, highs = wilson_intervals([before.cases, after.cases], [before.of, after.of], COVERAGE)
    return _combined(before.rate, after.rate, (lows[0], highs[0]), (lows[1], highs[1]))


def _poisson_difference(before: Measured, after: Measured) -> tuple[float, float]:
    if not (before.of and after.of):
        return math.nan, math.nan
    return _combined(before.rate, after.rate, _poisson_bounds(before), _poisson_bounds(after))


def _poisson_bounds(measured: Measured) -> tuple[float, float]:
    """Return the score bounds of a count per day: the rates whose distance from it is z of their own errors."""
    z = normal_quantile((1 + COVERAGE) / 2)
    middle, half = measured.cases + z * z / 2, z * math.sqrt(measured.cases + z * z / 4)
    return (middle - half) / measured.of, (middle + half) / measured.of


def _combined(
    before: float, after: float, of_before: tuple[float, float], of_after: tuple[float, float]
) -> tuple[float, float]:
    """Return the bounds of after − before from the bounds of each."""
    difference = after - before
    low = difference - math.hypot(after - of_after[0], of_before[1] - before)
    return low, difference + math.hypot(of_after[1] - after, before - of_before[0])


def _two_proportions(before: Measured, after: Measured) -> float:
    """Return the two-sided p-value of the pooled z-test; nothing to compare, or no spread: 1."""
    from scipy.special import ndtr

    if not (before.of and after.of):
        return 1.0
    pooled = (before.cases + after.cases) / (before.of + after.of)
    error = math.sqrt(pooled * (1 - pooled) * (1 / before.of + 1 / after.of)) if 0 < pooled < 1 else 0.0
    return float(2 * ndtr(-abs(after.rate - before.rate) / error)) if error else 1.0


def _two_counts(before: Measured, after: Measured) -> float:
    """Return the two-sided exact p-value that both counts have one rate per day; no case or no day: 1."""
    from scipy.stats import binomtest

    cases = before.cases + after.cases
    if not (cases and before.of and after.of):
        return 1.0
    return float(binomtest(after.cases, cases, after.of / (before.of + after.of)).pvalue)
