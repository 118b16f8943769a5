"""A KPI of one entity in a window of days, as cases of trials or cases per day, to tell whether advice worked.

Each window is counted as it was known at the clock of its own last day, so that both had the same time for tapping and
paying.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from caringmon.analysis.day_counts import DayRules, day_counts
from caringmon.analysis.effectiveness import Measured
from caringmon.analysis.rule_counts import REFUSALS, RuleDays, refused_values, result_counts, rule_counts
from caringmon.analysis.snapshot import Snapshot
from caringmon.model.kpi import ACTUAL_KPI, CATALOGUE, LEVELS, Unit
from caringmon.model.period import Period, Window

# Shares of attempts by their result, as rules name them; whether of all attempts, or of those with a reason.
_RESULTS = {"unmapped": ("X00", True), "attempts_share": ("U08", True), "refusals": ("R99", False)}
# What stands at the end of a day; a window is then that of its last day.
_STANDING = frozenset({"K07", "over_dialled", "broken_waiting", "returns_late"})
_OF_A_DAY, _OF_RULES = frozenset({"over_dialled"}), frozenset({"broken_waiting", "returns_late"})
# Counted over a window and compared as a rate, though they are no share of trials.
_PER_TRIAL = frozenset({"K06", "K19", "K22"})
_RUN_RATE = "K44"
NOT_HERE, NO_DATA, TOO_OLD = "not_here", "no_data", "too_old"


@dataclass(frozen=True)
class Subject:
    """Whose KPI is measured: `level` and `entity` as a recommendation has them, the site as `SITE`."""

    segment: str
    level: str
    entity: str
    kpi: str

    @property
    def code(self) -> str:
        """The entity as counts name it: the site is empty."""
        return "" if self.level == "site" else self.entity

    @property
    def is_share(self) -> bool:
        """Tell whether the KPI is a share of trials, so that two of them are compared as proportions."""
        known = CATALOGUE.get(self.kpi)
        is_rate = known is not None and known.unit is Unit.RATE and bool(known.denominator)
        return (is_rate or self.kpi in {"refused", "broken_waiting", *_RESULTS}) and self.kpi not in _PER_TRIAL


@dataclass(frozen=True)
class Measuring:
    """What it takes: what was known at a day's own clocks, the first day that the rows reach back to, daily rules."""

    at_close: Callable[[dt.date], Snapshot]
    since: dt.date
    days: RuleDays
    max_attempts_day: int

    def of(self, subject: Subject, period: Period) -> tuple[Measured | None, str]:
        """Return the KPI in a window; not to be had: None and the code of the reason.

        `not_here`: no such KPI for this kind of entity; `too_old`: the window begins before the rows that a report
        reads; `no_data`: no file covers it, or nothing happened in it that the KPI is a share of.
        """
        if subject.level not in LEVELS:
            return None, NOT_HERE
        if period.start < self.since:
            return None, TOO_OLD
        counted = self._counted(subject, period)
        if counted is None:
            return None, NOT_HERE
        cases, of = counted
        if math.isnan(cases) or math.isnan(of) or of <= 0:
            return None, NO_DATA
        trials = round(of)
        # More agrees than contacts count as all of them.
        return Measured(min(round(cases), trials) if subject.is_share else round(cases), max(trials, 1)), ""

    def _counted(self, subject: Subject, period: Period) -> tuple[float, float] | None:
        now, kpi, day = self.at_close(period.last_day), subject.kpi, period.last_day
        owners, coverage = [(subject.segment, subject.code)], now.scope.coverage
        if kpi in _RESULTS:
            return _of_results(now, subject, period)
        if kpi == "refused":
            return _pair(refused_values(now.relations, Window("w", period), subject.level, coverage), subject, kpi)
        if kpi in _OF_RULES:
            rules = RuleDays(day, self.days.promises, self.days.long_days, self.days.sla_days)
            return _standing(rule_counts(now.relations, rules, subject.level, owners, coverage, [kpi]), subject)
        if kpi in _OF_A_DAY:
            daily = DayRules(day, self.max_attempts_day, self.days.promises)
            return _standing(day_counts(now.relations, daily, subject.level, owners, coverage, [kpi]), subject)
        return _of_catalogue(now, subject, period)


def _of_catalogue(now: Snapshot, subject: Subject, period: Period) -> tuple[float, float] | None:
    """Return a KPI of the catalogue: its cases and trials; a count with the working days of the window."""
    actual = ACTUAL_KPI[now.scope.basis]
    kpi = actual if subject.kpi in ("K19", _RUN_RATE) else subject.kpi
    known = CATALOGUE.get(kpi)
    if known is None or subject.level not in known.levels:
        return None
    is_standing = known.parent in _STANDING
    span = Period.month_to_date(period.last_day) if is_standing else period
    values = now.values(subject.level, [Window("w", span)], [kpi], subject.code)
    if is_standing:
        return _standing(values, subject)
    if known.denominator or subject.kpi == "K19":
        return _pair(values, subject, subject.kpi)
    return _pair(values, subject, kpi)[0], float(len(now.relations.calendar.workdays(period)))


def _pair(values: pd.DataFrame, subject: Subject, kpi: str) -> tuple[float, float]:
    """Return numerator and denominator of a value; nothing happened: none of either."""
    mine = values[(values["kpi"] == kpi) & (values["segment"] == subject.segment) & (values["entity"] == subject.code)]
    if mine.empty:
        return 0.0, 0.0
    row = mine.iloc[0]
    return float(row["numerator"]), float(row["denominator"])


def _standing(values: pd.DataFrame, subject: Subject) -> tuple[float, float]:
    """Return what stands at the end of the day: a share as it is, a count as that of one day."""
    counted = _pair(values, subject, subject.kpi)
    return counted if subject.is_share else (counted[0], 1.0)


def _of_results(now: Snapshot, subject: Subject, period: Period) -> tuple[float, float]:
    code, is_of_all = _RESULTS[subject.kpi]
    counted = result_counts(now.relations, period, subject.level).get((subject.segment, subject.code), {})
    return counted.get(code, 0.0), sum(n for name, n in counted.items() if is_of_all or name in REFUSALS)
