"""The values of the daily report: today, the previous working day and last month, each at its own clocks."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd
from ibis.expr.types import Table

from caringmon.analysis.achievement import VALUE_COLUMNS, month_values
from caringmon.analysis.daily_plan import DailyPlan, below
from caringmon.analysis.day_counts import DayRules, day_counts
from caringmon.analysis.figures import changes
from caringmon.analysis.kpi_values import counts_of, cumulative_values, value_table
from caringmon.analysis.slices import hour_values, result_values
from caringmon.analysis.snapshot import Scope, Snapshot, snapshot
from caringmon.analysis.staffing import STAFF_COUNTS, login_values, staff_values
from caringmon.analysis.targets import Progress, Targets
from caringmon.model.audience import Audience
from caringmon.model.findings import Clocks
from caringmon.model.kpi import ACTUAL_KPI, COUNTED, DAILY
from caringmon.model.period import Period, Window

# What is shown day by day; everything else is counted for the windows of the report only.
SERIES = tuple(kpi.id for kpi in COUNTED if kpi.id in {"K05", "K09", "K11", "K13", "K14", "K17", "K18", "pending"})
STATE = tuple(
    kpi.id
    for kpi in COUNTED
    if kpi.parent in {"K07", "K12", "K26", "K27", "K28", "K29", "K31", "K35", "K36", "K37", "K38", "K40", "K41", "K49"}
)
MAIN = tuple(kpi.id for kpi in COUNTED if kpi.id in DAILY and kpi.id not in STATE)
OUTSIDE_HOURS = ("K50",)
BY_HOUR = ("K05", "K10", "K13")
AGENT = ("K05", "K09", "K11", "K13", "K14", "K17", "K18", "K26")
LEVELLED = [*VALUE_COLUMNS, "level", "part"]


@dataclass(frozen=True)
class _Daily:
    """One daily report being counted: its plan, windows by name, whom it is for, and what every snapshot shares."""

    facts: Mapping[str, Table]
    scope: Scope
    plan: DailyPlan
    audience: Audience
    clocks_of: Callable[[dt.date], Clocks]

    def window(self, name: str) -> Window:
        return next(window for window in self.plan.windows() if window.name == name)

    def windows(self, *names: str) -> list[Window]:
        return [self.window(name) for name in names]

    def at(self, day: dt.date, share: float = 1.0) -> Snapshot:
        return snapshot(self.facts, self.scope, self.clocks_of(day), Progress(self.scope.calendar, day, share))

    @property
    def focus(self) -> list[tuple[str, str]]:
        return [(segment, self.audience.person) for segment in self.scope.segments]

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels that have a row each in the table of teams, the one that the report is about left out."""
        return {"all": ("spv", "tl"), "manager": ("spv", "tl"), "spv": ("site", "tl")}.get(
            self.audience.kind, ("site",)
        )


def daily_values(
    facts: Mapping[str, Table],
    scope: Scope,
    plan: DailyPlan,
    clocks_of: Callable[[dt.date], Clocks],
    share_of_today: float,
    audience: Audience,
    rules: DayRules,
) -> pd.DataFrame:
    """Return every value of the report in long form (`LEVELLED`), for all windows of the plan.

    `share_of_today`: the share 0-1 of today's working hours that lies before the clock of calls. A report for one
    leader has that person's values where the report to everybody has those of the site, and beside them the site's
    line; of the others only those below the leader on the day.
    """
    daily = _Daily(facts, scope, plan, audience, clocks_of)
    now = daily.at(plan.today, share_of_today)
    parts = [*_focus(daily, now), *_teams(daily, now), *_agents(daily, now), *_slices(daily, now)]
    owners = day_counts(now.relations, rules, audience.level, daily.focus, scope.coverage)
    parts.append(_levelled(owners, audience.level))
    if plan.compares_month:
        before = daily.at(plan.previous)
        parts += _before(daily, before, ["prev_day", "prev_mtd"], "prev_mtd")
        parts += [
            _below(daily, now, level, before.values(level, daily.windows("prev_mtd"), MAIN)) for level in daily.levels
        ]
    else:
        parts += _before(daily, daily.at(plan.previous), ["prev_day"])
    if plan.last_month:
        parts += _before(daily, daily.at(plan.last_month), ["last_month"], "last_month")
    values = pd.concat([part for part in parts if len(part)], ignore_index=True)[LEVELLED]
    return pd.concat([values, changes(values, audience.level)], ignore_index=True)


def _levelled(values: pd.DataFrame, level: str) -> pd.DataFrame:
    return values.assign(level=level, part="")[LEVELLED]


def _focus(daily: _Daily, now: Snapshot) -> list[pd.DataFrame]:
    """Return what the report is about: today, the month to date with its outlook, and every day shown."""
    level, person = daily.audience.level, daily.audience.person
    days = [daily.window(f"d{day}") for day in daily.plan.shown]
    counted = [
        now.values(level, daily.windows("day", "mtd"), MAIN, person),
        now.values(level, daily.windows("day"), OUTSIDE_HOURS, person),
        now.values(level, daily.windows("mtd"), STATE, person),
        now.values(level, days, SERIES, person),
        _counted(now.values(level, daily.windows("recent"), BY_HOUR, person)),
    ]
    known = pd.concat(counted, ignore_index=True).drop_duplicates(["window", "segment", "entity", "kpi"])
    parts = [known, _outlook(daily, now, known, "mtd", daily.focus), _month_targets(now, daily, daily.focus)]
    return [_levelled(part, level) for part in (*parts, _cumulative(now, daily, known))]


def _outlook(
    daily: _Daily, at: Snapshot, values: pd.DataFrame, window: str, entities: list[tuple[str, str]]
) -> pd.DataFrame:
    targets = at.targets.at(daily.audience.level if daily.audience.person else "tl")
    return month_values(values, targets, daily.window(window), basis=daily.scope.basis, entities=entities)


def _before(daily: _Daily, at: Snapshot, windows: list[str], month: str = "") -> list[pd.DataFrame]:
    """Return what the report is about as it stood at an earlier day's clocks."""
    level, person = daily.audience.level, daily.audience.person
    values = at.values(level, daily.windows(*windows), MAIN, person)
    parts = [values]
    if month:
        parts += [_outlook(daily, at, values, month, daily.focus)]
    if month == "prev_mtd":
        parts += [_counted(at.values(level, daily.windows(month), STATE, person))]
    return [_levelled(part, level) for part in parts]


def _counted(values: pd.DataFrame) -> pd.DataFrame:
    """Return the values without the comparison with the target, which stands elsewhere already."""
    return values[~values["kpi"].isin({"target", "K19", "K20"})]


def _below(daily: _Daily, now: Snapshot, level: str, values: pd.DataFrame) -> pd.DataFrame:
    """Return the values of the entities of a level that belong to the audience today."""
    mine = below(now.relations.roster, daily.audience, level, daily.plan.today)
    return _levelled(values if mine is None else values[values["entity"].isin(mine)], level)


def _teams(daily: _Daily, now: Snapshot) -> list[pd.DataFrame]:
    """Return the rows of the table of teams: day, month to date, where each is heading, and its month's target."""
    parts = []
    for level in daily.levels:
        values = now.values(level, daily.windows("day", "mtd"), MAIN)
        entities = list(values[["segment", "entity"]].drop_duplicates().itertuples(index=False, name=None))
        noticed = values[values["kpi"] != "K05"]  # one silent team is no silent month
        targets = now.targets.at(level)
        ahead = month_values(noticed, targets, daily.window("mtd"), basis=daily.scope.basis, entities=entities)
        ahead = ahead[ahead["kpi"].isin({"K45", "K46"})]
        months = _targets_of(targets, daily, entities)
        parts += [_below(daily, now, level, pd.concat([values, ahead, months], ignore_index=True))]
    return parts


def _agents(daily: _Daily, now: Snapshot) -> list[pd.DataFrame]:
    """Return the rows of the agents, today and month to date, with what attendance tells of them."""
    if not daily.audience.shows_agents or daily.scope.coverage.lacks(("agents", "roster")):
        return []
    windows = daily.windows("day", "mtd")
    values = now.values("agent", windows, AGENT)
    counts = now.counts("agent", windows, STAFF_COUNTS | counts_of(AGENT))
    scope = daily.scope
    staff = staff_values(counts, values, "agent", scope.basis, scope.coverage)
    return [_below(daily, now, "agent", part) for part in (values, staff, login_values(counts, scope.coverage))]


def _slices(daily: _Daily, now: Snapshot) -> list[pd.DataFrame]:
    """Return the day by the hour and by result; hours of every recent day too."""
    level, scope = daily.audience.level, daily.scope
    windows = [*daily.windows("day", "recent"), *(daily.window(f"d{day}") for day in daily.plan.recent)]
    before = Window("before", daily.plan.before)
    number = len(scope.calendar.workdays(daily.plan.before))
    parts = [
        hour_values(now.relations, windows, level, scope.coverage),
        result_values(now.relations, daily.window("day"), before, level, number),
    ]
    person = daily.audience.person
    return [
        part[part["segment"].isin(scope.segments) & (part["entity"] == person)].assign(level=level)[LEVELLED]
        for part in parts
    ]


def _month_targets(now: Snapshot, daily: _Daily, entities: list[tuple[str, str]]) -> pd.DataFrame:
    return _targets_of(now.targets.at(daily.audience.level if daily.audience.person else "tl"), daily, entities)


def _targets_of(targets: Targets, daily: _Daily, entities: list[tuple[str, str]]) -> pd.DataFrame:
    """Return the full target of the month, window `month`."""
    rows = []
    for segment, entity in entities:
        target = targets.of_month(segment, entity, daily.plan.today)
        note = "no_target" if math.isnan(target) else ""
        rows.append(("month", segment, entity, "target", target, target, math.nan, note))
    return value_table(rows)


def _cumulative(now: Snapshot, daily: _Daily, values: pd.DataFrame) -> pd.DataFrame:
    """Return the month day by day, added up: the actual of the basis, net agrees, and the target to that day."""
    days = list(Period.month_to_date(daily.plan.today).days)
    kpis = dict.fromkeys(["K17", ACTUAL_KPI[daily.scope.basis]])
    parts = [cumulative_values(values, days, kpi)[VALUE_COLUMNS] for kpi in kpis]
    targets = now.targets.at(daily.audience.level if daily.audience.person else "tl")
    rows = []
    for segment, entity in daily.focus:
        for day in days:
            target = targets.of(segment, entity, Period.month_to_date(day))
            note = "no_target" if math.isnan(target) else ""
            rows.append((f"c{day}", segment, entity, "target", target, target, math.nan, note))
    return pd.concat([*parts, value_table(rows)], ignore_index=True)
