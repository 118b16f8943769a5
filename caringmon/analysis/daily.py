"""The values of the daily report: today, the previous working day and last month, each at its own clocks."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from caringmon.analysis.achievement import VALUE_COLUMNS, month_values
from caringmon.analysis.agent_values import agent_values, no_standings, standings_of
from caringmon.analysis.daily_plan import DailyPlan, below
from caringmon.analysis.day_counts import DayRules, day_counts
from caringmon.analysis.figures import changes
from caringmon.analysis.judgements import SIGNAL_COLUMNS, limits_of_days, month_end
from caringmon.analysis.kpi_values import cumulative_values, value_table
from caringmon.analysis.month_path import history_days, path_values
from caringmon.analysis.slices import hour_values, result_values
from caringmon.analysis.snapshot import Scope, Snapshot
from caringmon.analysis.targets import Targets
from caringmon.model.audience import Audience
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
EVERY = (*MAIN, *STATE, *OUTSIDE_HOURS)
BY_HOUR = ("K05", "K10", "K13")
BY_DAY = tuple(kpi.id for kpi in COUNTED if kpi.id in {*SERIES, *BY_HOUR})
LEVELLED = [*VALUE_COLUMNS, "level", "part"]


@dataclass(frozen=True)
class _Daily:
    """One daily report being counted: its plan, windows by name, whom it is for, and what every snapshot shares."""

    scope: Scope
    plan: DailyPlan
    audience: Audience

    def window(self, name: str) -> Window:
        return next(window for window in self.plan.windows() if window.name == name)

    def windows(self, *names: str) -> list[Window]:
        return [self.window(name) for name in names]

    @property
    def focus(self) -> list[tuple[str, str]]:
        return [(segment, self.audience.person) for segment in self.scope.segments]

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels that have a row each in the table of teams, the one that the report is about left out."""
        return {"all": ("spv", "tl"), "manager": ("spv", "tl"), "spv": ("site", "tl")}.get(
            self.audience.kind, ("site",)
        )


@dataclass(frozen=True)
class DailyValues:
    """Every value of the report in long form (`LEVELLED`), what the limits say of its days, and how agents stand."""

    values: pd.DataFrame
    signals: pd.DataFrame
    standings: pd.DataFrame


def daily_values(
    now: Snapshot,
    earlier: Callable[[dt.date], Snapshot],
    plan: DailyPlan,
    audience: Audience,
    rules: DayRules,
) -> DailyValues:
    """Return what the report prints, for all windows of the plan.

    `now`: what was known at the report's clocks; `earlier`: what was known at the clocks of another day. A report for
    one leader has that person's values where the report to everybody has those of the site, and beside them the site's
    line; of the others only those below the leader on the day.
    """
    daily = _Daily(now.scope, plan, audience)
    recent, series = _by_day(daily, now)
    standings = standings_of(now, plan.today) if _has_agents(daily) else no_standings()
    parts = [
        *_focus(daily, now, recent, series),
        *_teams(daily, now),
        *_agents(daily, now, standings),
        *_slices(daily, now),
    ]
    signals = []
    for bounds, told in _limits(daily, now, series):
        parts.append(_levelled(bounds, audience.level))
        signals.append(told)
    owners = day_counts(now.relations, rules, audience.level, daily.focus, now.scope.coverage)
    parts.append(_levelled(owners, audience.level))
    if plan.compares_month:
        before = earlier(plan.previous)
        parts += _before(daily, before, ["prev_day", "prev_mtd"], "prev_mtd")
        parts += [
            _below(daily, now, level, before.values(level, daily.windows("prev_mtd"), MAIN)) for level in daily.levels
        ]
    else:
        parts += _before(daily, earlier(plan.previous), ["prev_day"])
    if plan.last_month:
        parts += _before(daily, earlier(plan.last_month), ["last_month"], "last_month")
    values = pd.concat([part for part in parts if len(part)], ignore_index=True)[LEVELLED]
    return DailyValues(
        pd.concat([values, changes(values, audience.level)], ignore_index=True),
        pd.concat([pd.DataFrame(columns=SIGNAL_COLUMNS), *signals], ignore_index=True),
        standings,
    )


def _levelled(values: pd.DataFrame, level: str) -> pd.DataFrame:
    return values.assign(level=level, part="")[LEVELLED]


def _by_day(daily: _Daily, now: Snapshot) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the last ten working days as a whole, and the KPIs by day, in windows `d<date>`: shown, judged, or before.

    The days before tell the pattern of the week.
    """
    plan = daily.plan
    days = sorted({*plan.shown, *plan.charted, *history_days(plan.today, daily.scope.calendar)})
    windows = [*daily.windows("recent"), *(Window(f"d{day}", Period.day(day)) for day in days)]
    values = now.values(daily.audience.level, windows, BY_DAY, daily.audience.person)
    is_recent = values["window"] == "recent"
    recent = values[is_recent & values["kpi"].isin(BY_HOUR)]
    return recent, values[~is_recent & (values["kpi"] != "K10")]


def _focus(daily: _Daily, now: Snapshot, recent: pd.DataFrame, series: pd.DataFrame) -> list[pd.DataFrame]:
    """Return what the report is about: today, the month to date with its outlook, and every day shown."""
    level, person = daily.audience.level, daily.audience.person
    shown = series[series["window"].isin({f"d{day}" for day in daily.plan.shown})]
    known = pd.concat(
        [
            _where_printed(now.values(level, daily.windows("day", "mtd"), EVERY, person)),
            recent,
            shown,
        ],
        ignore_index=True,
    )
    outlook = _outlook(daily, now, known, "mtd", daily.focus)
    parts = [
        known,
        outlook,
        _month_targets(now, daily, daily.focus),
        _cumulative(now, daily, known),
        _month_end(daily, now, known),
    ]
    ahead = _path(daily, now, pd.concat([known, outlook], ignore_index=True), series)
    return [*(_levelled(part, level) for part in parts), *(part.assign(level=level)[LEVELLED] for part in ahead)]


def _path(daily: _Daily, now: Snapshot, month: pd.DataFrame, series: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield the way to the projected end of each segment, by the weekdays of the weeks before."""
    actual, calendar, today = ACTUAL_KPI[daily.scope.basis], daily.scope.calendar, daily.plan.today
    dates = {f"d{day}": day for day in history_days(today, calendar)}
    series = series[series["window"].isin(dates)]
    worked = series[(series["kpi"] == "K05") & (series["numerator"] > 0)]
    days = worked[["segment", "window"]].merge(
        series[(series["kpi"] == actual) & series["value"].notna()], on=["segment", "window"], validate="one_to_one"
    )
    known = month[month["window"] == "mtd"].set_index(["segment", "kpi"])["value"]
    share = now.targets.progress.share(today)
    for segment, person in daily.focus:
        mine = days[days["segment"] == segment]
        history = pd.DataFrame({"date": mine["window"].map(dates), "agrees": mine["value"]})
        ends = (float(known.get((segment, actual), math.nan)), float(known.get((segment, "K45"), math.nan)))
        yield path_values(history, (segment, person), ends, (today, share), calendar)


def _month_end(daily: _Daily, now: Snapshot, values: pd.DataFrame) -> pd.DataFrame:
    """Return what lies around the projection; a month without a single attempt has none."""
    of_month = values["window"].isin({f"d{day}" for day in Period.month_to_date(daily.plan.today).days})
    series = values[of_month]
    actual = series[series["kpi"] == ACTUAL_KPI[daily.scope.basis]]
    silent = values[(values["kpi"] == "K05") & (values["window"] == "mtd") & (values["numerator"] == 0)]
    targets = _month_targets(now, daily, daily.focus)
    asked = [
        (row["segment"], row["entity"], row["value"])
        for row in targets.to_dict("records")
        if row["segment"] not in set(silent["segment"])
    ]
    known = actual[actual["segment"].isin([segment for segment, _, _ in asked]) & actual["value"].notna()]
    if known.empty:
        return value_table([])
    share = now.targets.progress.share(daily.plan.today)
    return month_end(known, series[series["kpi"] == "K11"], asked, daily.scope.calendar, share)


def _limits(daily: _Daily, now: Snapshot, series: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Yield the limits of the last ten working days, and what they say, per segment and KPI.

    A day under way is no point yet; nor is a day without a dial.
    """
    actual = ACTUAL_KPI[daily.scope.basis]
    today = "" if now.targets.progress.share(daily.plan.today) == 1 else f"d{daily.plan.today}"
    recent = {f"d{day}" for day in daily.plan.recent}
    judged = {f"d{day}" for day in (*daily.plan.shown, *daily.plan.charted)} - {today}
    for segment, _person in daily.focus:
        mine = series[(series["segment"] == segment) & series["window"].isin(judged)]
        active = set(mine.loc[(mine["kpi"] == "K05") & (mine["numerator"] > 0), "window"])
        targets = mine[(mine["kpi"] == "target") & mine["value"].notna()]["value"]
        for kpi in dict.fromkeys(("K09", "K14", actual)):
            points = mine[(mine["kpi"] == kpi) & mine["window"].isin(active) & mine["value"].notna()]
            if points.empty:
                continue
            aim = float(targets.iloc[-1]) if kpi == actual and len(targets) else math.nan
            bounds, told = limits_of_days(points, kpi, daily.scope.calendar, aim)
            yield bounds[bounds["window"].isin(recent)], told[told["window"].isin(recent)]


def _has_agents(daily: _Daily) -> bool:
    return daily.audience.shows_agents and not daily.scope.coverage.lacks(("agents", "roster"))


def _outlook(
    daily: _Daily, at: Snapshot, values: pd.DataFrame, window: str, entities: list[tuple[str, str]]
) -> pd.DataFrame:
    targets = at.targets.at(daily.audience.level if daily.audience.person else "tl")
    return month_values(values, targets, daily.window(window), basis=daily.scope.basis, entities=entities)


def _before(daily: _Daily, at: Snapshot, windows: list[str], month: str = "") -> list[pd.DataFrame]:
    """Return what the report is about as it stood at an earlier day's clocks."""
    level, person = daily.audience.level, daily.audience.person
    values = _where_printed(at.values(level, daily.windows(*windows), EVERY if month == "prev_mtd" else MAIN, person))
    parts = [values] + ([_outlook(daily, at, values, month, daily.focus)] if month else [])
    return [_levelled(part, level) for part in parts]


def _where_printed(values: pd.DataFrame) -> pd.DataFrame:
    """Return the values without states on single days, and without what is told of the day alone elsewhere."""
    of_day = values["window"].isin({"day", "prev_day"})
    return values[~(of_day & values["kpi"].isin(STATE)) & ~(~of_day & values["kpi"].isin(OUTSIDE_HOURS))]


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
        months = targets_of(targets, daily.plan.today, entities)
        parts += [_below(daily, now, level, pd.concat([values, ahead, months], ignore_index=True))]
    return parts


def _agents(daily: _Daily, now: Snapshot, standings: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the rows of the agents, today and month to date, with what attendance tells of them."""
    if not _has_agents(daily):
        return []
    return [_below(daily, now, "agent", part) for part in agent_values(now, daily.windows("day", "mtd"), standings)]


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
    targets = now.targets.at(daily.audience.level if daily.audience.person else "tl")
    return targets_of(targets, daily.plan.today, entities)


def targets_of(targets: Targets, today: dt.date, entities: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Return the full target of the day's month, window `month`."""
    rows = []
    for segment, entity in entities:
        target = targets.of_month(segment, entity, today)
        note = "no_target" if math.isnan(target) else ""
        rows.append(("month", segment, entity, "target", target, target, math.nan, note))
    return value_table(rows)


def _cumulative(now: Snapshot, daily: _Daily, values: pd.DataFrame) -> pd.DataFrame:
    targets = now.targets.at(daily.audience.level if daily.audience.person else "tl")
    return added_up(values, targets, daily.plan.today, daily.scope.basis, daily.focus)


def added_up(
    values: pd.DataFrame, targets: Targets, today: dt.date, basis: str, entities: Sequence[tuple[str, str]]
) -> pd.DataFrame:
    """Return the month day by day, added up: the actual of the basis, net agrees, and the target to that day."""
    days = list(Period.month_to_date(today).days)
    kpis = dict.fromkeys(["K17", ACTUAL_KPI[basis]])
    parts = [cumulative_values(values, days, kpi)[VALUE_COLUMNS] for kpi in kpis]
    rows = []
    for segment, entity in entities:
        for day in days:
            target = targets.of(segment, entity, Period.month_to_date(day))
            note = "no_target" if math.isnan(target) else ""
            rows.append((f"c{day}", segment, entity, "target", target, target, math.nan, note))
    return pd.concat([*parts, value_table(rows)], ignore_index=True)
