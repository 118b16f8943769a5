"""Targets and what is compared with them: apportioned targets, achievement, gap, run rate, projection (3-kpis)."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from caringmon.analysis.kpi_values import value_table
from caringmon.errors import DataBlockedError
from caringmon.model.calendar import WorkCalendar
from caringmon.model.kpi import ACTUAL_KPI
from caringmon.model.period import Period, Window, month_code

SITE = "SITE"
VALUE_COLUMNS = ["window", "segment", "entity", "kpi", "value", "numerator", "denominator", "note"]
Row = tuple[str, str, str, str, float, float, float, str]


@dataclass(frozen=True)
class Progress:
    """How far the clock is: the last day that is counted, and the share of its working hours that has passed."""

    calendar: WorkCalendar
    today: dt.date
    share_of_today: float = 1.0

    def share(self, day: dt.date) -> float:
        """Return the share 0-1 of the day that lies before the clock; a day to come counts as a whole."""
        return self.share_of_today if day == self.today else 1.0

    def units(self, period: Period) -> float:
        """Return the working days of the period that have elapsed; a day under way counts with its share."""
        days = [day for day in self.calendar.workdays(period) if day <= self.today]
        return len(days) - (1 - self.share_of_today if self.today in days else 0)


@dataclass(frozen=True)
class Targets:
    """Agree targets of the visible versions: the version in force at the end of a month applies to all of it."""

    rows: pd.DataFrame
    progress: Progress

    @classmethod
    def in_force(cls, targets: pd.DataFrame, progress: Progress) -> Targets:
        """Keep, of each target, the latest version known at the clock. `targets`: visible rows of T3."""
        agree = targets[targets["metric"] == "agree"]
        # There is one site, whatever a file calls it.
        agree = agree.assign(entity_id=agree["entity_id"].where(agree["level"] != SITE, SITE))
        latest = agree.groupby(["period", "segment", "level", "entity_id"])["version"].transform("max")
        in_force = agree[agree["version"] == latest]
        _refuse_ambiguous(in_force)
        return cls(in_force, progress)

    def of(self, segment: str, entity: str, period: Period) -> float:
        """Return the target of the site (entity empty) or a TL for the days of the period that have elapsed.

        Month targets are spread evenly over the working days of their month, unrounded; `EXPLICIT` daily rows are
        summed as they are. No target for one of the months: NaN.
        """
        months = {month_code(day): Period.month(day) for day in period.days}
        return math.fsum(self._of_month(segment, entity, code, month, period) for code, month in months.items())

    def of_month(self, segment: str, entity: str, day: dt.date) -> float:
        """Return the full target of the month that holds `day`; none: NaN."""
        rows = self._rows(segment, entity, month_code(day))
        return math.fsum(rows["value"]) if len(rows) else math.nan

    def _of_month(self, segment: str, entity: str, code: str, month: Period, period: Period) -> float:
        rows = self._rows(segment, entity, code)
        if rows.empty:
            return math.nan
        if (rows["grain"] == "DAY").any():
            by_day = zip(rows["date"], rows["value"], strict=True)
            return math.fsum(value * self.progress.share(day) for day, value in by_day if day in period)
        units = self.progress.units(Period(max(month.start, period.start), min(month.end, period.end)))
        workdays = len(self.progress.calendar.workdays(month))
        return float(rows["value"].iloc[0]) * units / workdays if workdays else math.nan

    def _rows(self, segment: str, entity: str, code: str) -> pd.DataFrame:
        level = "TL" if entity else SITE
        rows = self.rows
        mine = (rows["segment"] == segment) & (rows["level"] == level) & (rows["period"] == code)
        return rows[mine & ((rows["entity_id"] == entity) if entity else True)]


@dataclass(frozen=True)
class Elapsed:
    """Working days of the month: elapsed, in total; `is_silent`: not one attempt was made in it."""

    elapsed: float
    total: float
    is_silent: bool = False

    @property
    def remaining(self) -> float:
        """Working days left after the clock."""
        return self.total - self.elapsed


def _refuse_ambiguous(rows: pd.DataFrame) -> None:
    """Refuse two values for one target: two rows of a version, or month and day values side by side."""
    key = ["period", "segment", "level", "entity_id"]
    grains = rows.groupby(key)["grain"].nunique()
    twice = rows[rows["grain"] != "DAY"].duplicated(key)
    for names in [*grains[grains > 1].index, *rows.loc[twice[twice].index, key].itertuples(index=False)]:
        raise DataBlockedError(
            f"TGT_MISMATCH: two agree targets in one version for {' '.join(names)}; keep one of them"
        )


def compared_values(
    values: pd.DataFrame,
    targets: Targets,
    windows: Sequence[Window],
    *,
    basis: str,
    entities: Sequence[tuple[str, str]],
) -> pd.DataFrame:
    """Return `target`, K19 and K20 for every window and (segment, entity): long form, columns `VALUE_COLUMNS`.

    `values`: counted KPIs of the same windows; an entity without a row has the actual 0.
    No target: NaN with note `no_target`; target 0: K19 is NaN with note `zero_denominator`.
    """
    actuals = _values_of(values, ACTUAL_KPI[basis])
    rows: list[Row] = []
    for window in windows:
        for segment, entity in entities:
            actual = actuals.get((window.name, segment, entity), 0.0)
            target = targets.of(segment, entity, window.period)
            rows += _compare((window.name, segment, entity), actual, target)
    return value_table(rows)


def month_values(
    values: pd.DataFrame, targets: Targets, window: Window, *, basis: str, segments: Sequence[str]
) -> pd.DataFrame:
    """Return the month-to-date KPIs of the site: K19M, K44, K45, K46, uplift, working days (`VALUE_COLUMNS`).

    `window`: the 1st of the month to the last day, which counts as elapsed. Nothing elapsed: K44, K45 NaN with note
    `no_workday_elapsed`; not one attempt in the month: NaN with note `no_activity`, since silence is no performance;
    nothing left: K46 NaN with note `month_over`.
    """
    actuals, dials = _values_of(values, ACTUAL_KPI[basis]), _values_of(values, "K05")
    month = Period.month(window.period.start)
    total = float(len(targets.progress.calendar.workdays(month)))
    elapsed = targets.progress.units(month)
    rows: list[Row] = []
    for segment in segments:
        actual = actuals.get((window.name, segment, ""), 0.0)
        target = targets.of_month(segment, "", window.period.start)
        key = (window.name, segment, "")
        rows += [
            (*key, "elapsed", elapsed, elapsed, math.nan, ""),
            (*key, "remaining", total - elapsed, total - elapsed, math.nan, ""),
            (*key, "workdays", total, total, math.nan, ""),
        ]
        rows += _outlook(key, actual, target, Elapsed(elapsed, total, is_silent=dials.get(key) == 0))
    return value_table(rows)


def _values_of(values: pd.DataFrame, kpi: str) -> dict[tuple[str, str, str], float]:
    mine = values[values["kpi"] == kpi]
    keys = zip(mine["window"], mine["segment"], mine["entity"], strict=True)
    return dict(zip(keys, mine["value"].astype(float), strict=True))


def _ratio(numerator: float, denominator: float, note: str) -> tuple[float, float, float, str]:
    if math.isnan(denominator) or denominator == 0:
        return math.nan, numerator, denominator, note if math.isnan(denominator) else "zero_denominator"
    return numerator / denominator, numerator, denominator, ""


def _compare(key: tuple[str, str, str], actual: float, target: float) -> list[Row]:
    note = "no_target" if math.isnan(target) else ""
    return [
        (*key, "target", target, target, math.nan, note),
        (*key, "K19", *_ratio(actual, target, "no_target")),
        (*key, "K20", actual - target, actual, target, note),
    ]


def _outlook(key: tuple[str, str, str], actual: float, target: float, month: Elapsed) -> list[Row]:
    rate = actual / month.elapsed if month.elapsed and not month.is_silent else math.nan
    short = math.nan if math.isnan(target) else max(0.0, target - actual)
    required = short / month.remaining if month.remaining else math.nan
    no_rate = "no_workday_elapsed" if not month.elapsed else "no_activity" if month.is_silent else ""
    no_need = "no_target" if math.isnan(target) else "" if month.remaining else "month_over"
    uplift = required / rate - 1 if rate else math.nan
    return [
        (*key, "K19M", *_ratio(actual, target, "no_target")),
        (*key, "K44", rate, actual, month.elapsed, no_rate),
        (*key, "K45", rate * month.total, rate, month.total, no_rate),
        (*key, "K46", required, short, month.remaining, no_need),
        (*key, "uplift", uplift, required, rate, no_rate or no_need or ("" if rate else "zero_denominator")),
    ]
