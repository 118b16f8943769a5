"""The values of the daily report: today, the previous working day and last month, each at its own clocks."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
from ibis.expr.types import Table

from caringmon.analysis.achievement import VALUE_COLUMNS, month_values
from caringmon.analysis.figures import changes, figures
from caringmon.analysis.kpi_values import cumulative_values, value_table
from caringmon.analysis.snapshot import Scope, Snapshot, snapshot
from caringmon.analysis.targets import Progress
from caringmon.model.calendar import WorkCalendar
from caringmon.model.codes import UNMAPPED_ENTITY
from caringmon.model.findings import Clocks
from caringmon.model.kpi import ACTUAL_KPI
from caringmon.model.period import Period, Window, month_before

RECENT_DAYS = 10
# What is shown day by day; everything else is counted for the windows of the report only.
DAILY_KPIS = frozenset({"K05", "K09", "K13", "K14", "K17", "K18", "K19", "K20", "pending", "target"})


@dataclass(frozen=True)
class DailyPlan:
    """Which days a daily report looks at.

    `previous`: the working day before. `last_month`: the day with the same working-day number in the month before;
    None on a day before the first working day of its month. `shown`: the days with a figure of their own.
    """

    today: dt.date
    previous: dt.date
    last_month: dt.date | None
    recent: tuple[dt.date, ...]
    shown: tuple[dt.date, ...]

    @classmethod
    def of(cls, today: dt.date, calendar: WorkCalendar) -> DailyPlan:
        """Return the plan of the day."""
        recent = tuple(calendar.last_workdays(today, RECENT_DAYS))
        number = len(calendar.workdays(Period.month_to_date(today)))
        return cls(
            today=today,
            previous=calendar.previous_workday(today),
            last_month=calendar.nth_workday(month_before(today), number),
            recent=recent,
            shown=tuple(sorted({*recent, *Period.month_to_date(today).days})),
        )

    @property
    def compares_month(self) -> bool:
        """Tell whether the previous working day lies in the same month, so that month-to-date values compare."""
        return self.previous.month == self.today.month

    def windows(self) -> list[Window]:
        """Return all windows, those that are only derived included."""
        found = [
            Window("day", Period.day(self.today)),
            Window("mtd", Period.month_to_date(self.today)),
            Window("month", Period.month(self.today)),
            Window("prev_day", Period.day(self.previous)),
            Window("prev_mtd", Period.month_to_date(self.previous)),
            Window("change", Period(self.previous, self.today + dt.timedelta(days=1))),
            *(Window(f"d{day}", Period.day(day)) for day in self.shown),
            *(Window(f"c{day}", Period.month_to_date(day)) for day in Period.month_to_date(self.today).days),
        ]
        return found + ([Window("last_month", Period.month_to_date(self.last_month))] if self.last_month else [])


def daily_values(
    facts: Mapping[str, Table],
    scope: Scope,
    plan: DailyPlan,
    clocks_of: Callable[[dt.date], Clocks],
    share_of_today: float,
) -> pd.DataFrame:
    """Return every value of the report in long form (`VALUE_COLUMNS`), for all windows of the plan.

    `share_of_today`: the share 0-1 of today's working hours that lies before the clock of calls.
    """
    windows = {window.name: window for window in plan.windows()}

    def at(day: dt.date, share: float, site: list[str], teams: list[str]) -> Snapshot:
        spans = {"site": [windows[name] for name in site], "tl": [windows[name] for name in teams]}
        return snapshot(facts, scope, clocks_of(day), Progress(scope.calendar, day, share), spans)

    def month(of: Snapshot, window: str) -> pd.DataFrame:
        site = [(segment, "") for segment in scope.segments]
        return month_values(of.values, of.targets, windows[window], basis=scope.basis, entities=site)

    now = at(plan.today, share_of_today, ["day", "mtd", *(f"d{day}" for day in plan.shown)], ["day", "mtd"])
    counted = now.values[now.values["window"].isin({"day", "mtd"}) | now.values["kpi"].isin(DAILY_KPIS)]
    parts = [counted, month(now, "mtd"), _month_targets(now, plan), _cumulative(now, plan, scope)]
    if plan.compares_month:
        before = at(plan.previous, 1.0, ["prev_day", "prev_mtd"], ["prev_mtd"])
        parts += [before.values, month(before, "prev_mtd")]
    else:
        parts += [at(plan.previous, 1.0, ["prev_day"], []).values]
    if plan.last_month:
        then = at(plan.last_month, 1.0, ["last_month"], [])
        parts += [then.values, month(then, "last_month")]
    values = pd.concat(parts, ignore_index=True)[VALUE_COLUMNS]
    return pd.concat([values, changes(values)], ignore_index=True)


def _month_targets(now: Snapshot, plan: DailyPlan) -> pd.DataFrame:
    """Return the full target of the month, for the site and every TL."""
    rows = []
    for segment, entity in now.entities:
        target = now.targets.of_month(segment, entity, plan.today)
        note = "no_target" if math.isnan(target) else ""
        rows.append(("month", segment, entity, "target", target, target, math.nan, note))
    return value_table(rows)


def _cumulative(now: Snapshot, plan: DailyPlan, scope: Scope) -> pd.DataFrame:
    """Return the month day by day, added up: the actual of the basis, net agrees, and the target to that day."""
    days = list(Period.month_to_date(plan.today).days)
    kpis = dict.fromkeys(["K17", ACTUAL_KPI[scope.basis]])
    parts = [cumulative_values(now.values, days, kpi)[VALUE_COLUMNS] for kpi in kpis]
    rows = []
    for segment in scope.segments:
        for day in days:
            target = now.targets.of(segment, "", Period.month_to_date(day))
            note = "no_target" if math.isnan(target) else ""
            rows.append((f"c{day}", segment, "", "target", target, target, math.nan, note))
    return pd.concat([*parts, value_table(rows)], ignore_index=True)


def shown_days(values: pd.DataFrame, plan: DailyPlan, scope: Scope) -> pd.DataFrame:
    """Return the days that charts and tables show, a row per segment and day, in order.

    Columns: segment, date, window, number (working-day number in its month, 0 on a free day), is_workday, holiday
    (name of a free day, or empty), recent (one of the last ten), in_month, active (any attempt on the day).
    """
    dials = values[values["kpi"] == "K05"].set_index(["segment", "window"])["numerator"]
    rows = [
        (segment, day, f"d{day}", _number(day, scope.calendar), scope.calendar.is_workday(day),
         scope.calendar.free_days.get(day, ""), day in plan.recent, day in Period.month(plan.today),
         bool(dials.loc[(segment, f"d{day}")] > 0))
        for segment in scope.segments
        for day in plan.shown
    ]  # fmt: skip
    names = ["segment", "date", "window", "number", "is_workday", "holiday", "recent", "in_month", "active"]
    return pd.DataFrame(rows, columns=names)


def shown_teams(figures_table: pd.DataFrame, roster: pa.Table, today: dt.date) -> pd.DataFrame:
    """Return the TLs that have figures, with their superior in force today, by segment and code; unmapped last."""
    superiors = {
        row["person_id"]: row["reports_to"] or ""
        for row in roster.to_pylist()
        if row["role"] == "TL" and (row["valid_to"] is None or row["valid_to"] > today)
    }
    teams = figures_table[figures_table["level"] == "tl"][["segment", "entity"]].drop_duplicates()
    teams = teams.assign(superior=[superiors.get(code, "") for code in teams["entity"]])
    unmapped = teams["entity"] == UNMAPPED_ENTITY
    ordered = teams.assign(unmapped=unmapped).sort_values(["segment", "unmapped", "entity"], ignore_index=True)
    return ordered.drop(columns="unmapped")


def _number(day: dt.date, calendar: WorkCalendar) -> int:
    return len(calendar.workdays(Period.month_to_date(day))) if calendar.is_workday(day) else 0


def daily_figures(values: pd.DataFrame, plan: DailyPlan) -> pd.DataFrame:
    """Return the registered figures of the daily report."""
    return figures(values, {window.name: window.period for window in plan.windows()})
