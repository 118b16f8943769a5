"""Counts against targets and working days: achievement, gap, run rate, projection, requirement (3-kpis)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from caringmon.analysis.kpi_values import value_table
from caringmon.analysis.targets import Targets
from caringmon.model.kpi import ACTUAL_KPI
from caringmon.model.period import Period, Window

VALUE_COLUMNS = ["window", "segment", "entity", "kpi", "value", "numerator", "denominator", "note"]
Row = tuple[str, str, str, str, float, float, float, str]
Key = tuple[str, str, str]
_FEWEST_AGENTS = 5


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
    No target: NaN with note `no_target`; target 0: K19 is NaN with note `zero_denominator`, `zero_target` where there
    are agrees all the same.
    """
    actuals = values_of(values, ACTUAL_KPI[basis])
    rows: list[Row] = []
    for window in windows:
        for segment, entity in entities:
            actual = actuals.get((window.name, segment, entity), 0.0)
            target = targets.of(segment, entity, window.period)
            rows += _compare((window.name, segment, entity), actual, target)
    return value_table(rows)


def month_values(
    values: pd.DataFrame, targets: Targets, window: Window, *, basis: str, entities: Sequence[tuple[str, str]]
) -> pd.DataFrame:
    """Return the month-to-date KPIs: K19M, K44, K45, K46, uplift, working days (`VALUE_COLUMNS`).

    `window`: the 1st of the month to the last day, which counts as elapsed. Nothing elapsed: K44, K45 NaN with note
    `no_workday_elapsed`; not one attempt in the month: NaN with note `no_activity`, since silence is no performance;
    nothing left: K46 NaN with note `month_over`.
    """
    actuals, dials = values_of(values, ACTUAL_KPI[basis]), values_of(values, "K05")
    month = Period.month(window.period.start)
    total = float(len(targets.progress.calendar.workdays(month)))
    elapsed = targets.progress.units(month)
    rows: list[Row] = []
    for segment, entity in entities:
        key = (window.name, segment, entity)
        target = targets.of_month(segment, entity, window.period.start)
        rows += [
            (*key, "elapsed", elapsed, elapsed, math.nan, ""),
            (*key, "remaining", total - elapsed, total - elapsed, math.nan, ""),
            (*key, "workdays", total, total, math.nan, ""),
        ]
        known = Elapsed(elapsed, total, is_silent=dials.get(key) == 0)
        rows += _outlook(key, actuals.get(key, 0.0), target, known)
    return value_table(rows)


def spread_values(achievements: pd.DataFrame, teams: Mapping[str, str], window: str) -> pd.DataFrame:
    """Return K47, the share of agents with K19 of at least 1, per segment and team (`VALUE_COLUMNS`).

    `achievements`: K19 of the agents; `teams`: the entity of each agent, the site's is empty. Agents without a target
    of their own do not count; fewer than five: NaN with note `too_few`.
    """
    own = achievements[(achievements["kpi"] == "K19") & (achievements["denominator"] > 0)]
    rows: list[Row] = []
    for (segment, team), mine in own.assign(team=own["entity"].map(teams)).groupby(["segment", "team"]):
        reached, count = float((mine["value"] >= 1).sum()), float(len(mine))
        few = count < _FEWEST_AGENTS
        rows.append((window, str(segment), str(team), "K47", math.nan if few else reached / count, reached, count,
                     "too_few" if few else ""))  # fmt: skip
    return value_table(rows)


def values_of(values: pd.DataFrame, kpi: str) -> dict[Key, float]:
    """Return the values of one KPI by window, segment and entity."""
    mine = values[values["kpi"] == kpi]
    keys = zip(mine["window"], mine["segment"], mine["entity"], strict=True)
    return dict(zip(keys, mine["value"].astype(float), strict=True))


def ratio(numerator: float, denominator: float, note: str = "zero_denominator") -> tuple[float, float, float, str]:
    """Return value, numerator, denominator and note; `note` says why a denominator that is NaN is not known."""
    if math.isnan(denominator) or denominator == 0:
        return math.nan, numerator, denominator, note if math.isnan(denominator) else "zero_denominator"
    return numerator / denominator, numerator, denominator, ""


def _compare(key: Key, actual: float, target: float) -> list[Row]:
    note = "no_target" if math.isnan(target) else ""
    achieved = ratio(actual, target, "no_target")
    if target == 0 and actual:
        achieved = (*achieved[:3], "zero_target")
    return [
        (*key, "target", target, target, math.nan, note),
        (*key, "K19", *achieved),
        (*key, "K20", actual - target, actual, target, note),
    ]


def _outlook(key: Key, actual: float, target: float, month: Elapsed) -> list[Row]:
    rate = actual / month.elapsed if month.elapsed and not month.is_silent else math.nan
    short = math.nan if math.isnan(target) else max(0.0, target - actual)
    required = short / month.remaining if month.remaining else math.nan
    no_rate = "no_workday_elapsed" if not month.elapsed else "no_activity" if month.is_silent else ""
    no_need = "no_target" if math.isnan(target) else "" if month.remaining else "month_over"
    uplift = required / rate - 1 if rate else math.nan
    return [
        (*key, "K19M", *ratio(actual, target, "no_target")),
        (*key, "K44", rate, actual, month.elapsed, no_rate),
        (*key, "K45", rate * month.total, rate, month.total, no_rate),
        (*key, "K46", required, short, month.remaining, no_need),
        (*key, "uplift", uplift, required, rate, no_rate or no_need or ("" if rate else "zero_denominator")),
    ]
