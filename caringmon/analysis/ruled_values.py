"""The values that the rulebook reads beside those of the daily's sections, in the same long form."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence

import pandas as pd

from caringmon.analysis.daily import LEVELLED
from caringmon.analysis.daily_plan import DailyPlan, below
from caringmon.analysis.day_counts import DayRules, day_counts
from caringmon.analysis.kpi_values import value_table
from caringmon.analysis.rule_counts import Owner, RuleDays, failed_hours, refused_values, rule_counts
from caringmon.analysis.snapshot import Snapshot
from caringmon.analysis.targets import Targets
from caringmon.model.audience import Audience
from caringmon.model.kpi import COUNTED
from caringmon.model.period import Period, Window, month_code

# Of the month to date, of whom the report is about; of the witels; and of the agents on the day.
MONTH = tuple(kpi.id for kpi in COUNTED if kpi.parent in {"K30", "K39", "K42", "K43"})
WITEL, AGENT_DAY = ("K12",), ("K22", "K24")
# Of the teams: where most of a finding lies.
TEAM_MONTH, TEAM_DAY, TEAM_RULES = ("K07.>7",), ("near_limit",), ("broken_waiting", "returns_late")
_SITE = "SITE"


def ruled_values(
    now: Snapshot, earlier: Callable[[dt.date], Snapshot], plan: DailyPlan, audience: Audience, days: RuleDays
) -> pd.DataFrame:
    """Return what the rules need (`LEVELLED`); each number is explained in the catalogue or `model.reported`.

    `earlier`: what was known at the clocks of another day; asked for last month's.
    """
    coverage, level = now.scope.coverage, audience.level
    owners: list[Owner] = [(segment, audience.person) for segment in now.scope.segments]
    before = (earlier(plan.last_month), Period.month_to_date(plan.last_month)) if plan.last_month else None
    parts = [
        ruled_of_month(now, before, audience, days),
        failed_hours(now.relations, plan.today, level, owners, coverage).assign(level=level),
    ]
    if level != "tl" and not coverage.lacks(("agents", "roster")):
        parts.append(_of_teams(now, plan, audience, days))
    if audience.shows_agents and not coverage.lacks(("agents", "roster")):
        of_day = _of(now.values("agent", [Window("day", Period.day(plan.today))], AGENT_DAY), AGENT_DAY)
        mine = below(now.relations.roster, audience, "agent", plan.today)
        shown = of_day if mine is None else of_day[of_day["entity"].isin(mine)]
        parts.append(shown.assign(level="agent", part=""))
    return _together(parts, now)


def ruled_of_month(
    now: Snapshot, before: tuple[Snapshot, Period] | None, audience: Audience, days: RuleDays
) -> pd.DataFrame:
    """Return what the rules need of whom the report is about, the month to the day (`LEVELLED`).

    `before`: the month to compare with, as it was known then, and its days.
    """
    segments, coverage, level = now.scope.segments, now.scope.coverage, audience.level
    owners: list[Owner] = [(segment, audience.person) for segment in segments]
    month = days.month
    parts = [
        _of(now.values(level, [month], MONTH, audience.person), MONTH).assign(level=level, part=""),
        rule_counts(now.relations, days, level, owners, coverage).assign(level=level),
        planned_rates(now.targets, owners, level, days.day).assign(level=level, part=""),
    ]
    if level == "site" and not coverage.lacks(("services", "assignments")):
        parts.append(_of(now.values("witel", [month], WITEL), WITEL).assign(level="witel", part=""))
        parts.append(refused_values(now.relations, month, "witel", coverage).assign(level="witel"))
    if before:
        then, period = before
        refused = refused_values(then.relations, Window("last_month", period), level, coverage)
        parts.append(refused[refused["entity"] == audience.person].assign(level=level))
    return _together(parts, now)


def _together(parts: Sequence[pd.DataFrame], now: Snapshot) -> pd.DataFrame:
    every = pd.concat([part[LEVELLED] for part in parts if len(part)], ignore_index=True)
    return every[every["segment"].isin(now.scope.segments)].reset_index(drop=True)


def _of_teams(now: Snapshot, plan: DailyPlan, audience: Audience, days: RuleDays) -> pd.DataFrame:
    """Return what the teams of the audience have of the findings that are shared out among them."""
    coverage, relations = now.scope.coverage, now.relations
    month = _of(now.values("tl", [days.month], TEAM_MONTH), TEAM_MONTH)
    mine = below(relations.roster, audience, "tl", plan.today)
    month = month if mine is None else month[month["entity"].isin(mine)]
    owners = list(dict.fromkeys(zip(month["segment"], month["entity"], strict=True)))
    most = DayRules(plan.today, 1, days.promises)
    near = day_counts(relations, most, "tl", owners, coverage, TEAM_DAY)
    waiting = rule_counts(relations, days, "tl", owners, coverage, TEAM_RULES)
    every = pd.concat([month, near, waiting], ignore_index=True)
    return every.assign(level="tl", part="")


def planned_rates(targets: Targets, owners: Sequence[Owner], level: str, day: dt.date) -> pd.DataFrame:
    """Return the planned agree rate of the month, `K14.plan` in window `mtd`, of each owner.

    One without a row of its own has the site's; without a plan NaN with the note `no_target`.
    """
    plan = targets.plan
    rows = []
    for segment, entity in owners:
        places = [(level.upper(), entity), (_SITE, _SITE)] if entity else [(_SITE, _SITE)]
        value = next(
            (known for place in places if not math.isnan(known := _planned(plan, segment, place, day))), math.nan
        )
        rows.append(
            ("mtd", segment, entity, "K14.plan", value, value, math.nan, "no_target" if math.isnan(value) else "")
        )
    return value_table(rows)


def _planned(plan: pd.DataFrame, segment: str, place: tuple[str, str], day: dt.date) -> float:
    if plan.empty:
        return math.nan
    own = plan[
        (plan["metric"] == "agree_rate") & (plan["segment"] == segment) & (plan["period"] == month_code(day))
        & (plan["level"] == place[0]) & (plan["entity_id"] == place[1])
    ]  # fmt: skip
    return float(own.sort_values("version")["value"].iloc[-1]) if len(own) else math.nan


def _of(values: pd.DataFrame, kpis: Sequence[str]) -> pd.DataFrame:
    return values[values["kpi"].isin(kpis)]
