"""Evidence → the tables that the daily report prints: figures once each, and the rows of every section."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cache

import pandas as pd
from ibis.expr.types import Table

from caringmon.analysis.bridge import BRIDGED, bridge, bridge_total
from caringmon.analysis.clocks import clocks_of
from caringmon.analysis.daily import DailyValues, daily_values
from caringmon.analysis.daily_advice import daily_advice
from caringmon.analysis.daily_gap import DailyGap, GapRules, daily_gap
from caringmon.analysis.daily_plan import (
    DailyPlan,
    absent_leaders,
    shown_agents,
    shown_days,
    shown_segments,
    shown_slices,
    shown_teams,
)
from caringmon.analysis.day_counts import DayRules
from caringmon.analysis.figures import figures, with_figures
from caringmon.analysis.found import Found
from caringmon.analysis.provenance import issue_summary, issues_table, load_summary, loads_table, notes_table
from caringmon.analysis.readiness import active_segments
from caringmon.analysis.reconciliation import system_values
from caringmon.analysis.rule_counts import RuleDays
from caringmon.analysis.ruled_values import ruled_values
from caringmon.analysis.slices import with_standings
from caringmon.analysis.snapshot import Scope, Snapshot, snapshot
from caringmon.analysis.targets import Progress
from caringmon.analysis.uncertainty import Resolution
from caringmon.model.findings import Evidence, Request
from caringmon.model.period import Period, month_code


def daily_findings(evidence: Evidence, facts: Mapping[str, Table]) -> Found:
    """Return what the report says; `facts`: the evidence's tables on one connection."""
    request, calendar = evidence.request, evidence.calendar
    active = active_segments(evidence.tables, request.segments)
    plan = DailyPlan.of(request.report_date, calendar)
    scope = scope_of(evidence, active)

    @cache
    def earlier(day: dt.date) -> Snapshot:
        return snapshot(facts, scope, clocks_of(day, dt.time.max, request, calendar), Progress(calendar, day))

    progress = Progress(calendar, plan.today, calendar.share_of_day(request.cut_time))
    now = snapshot(facts, scope, evidence.clocks, progress)
    rules = DayRules(plan.today, request.max_attempts_day, request.promises)
    counted = daily_values(now, earlier, plan, request.audience, rules)
    explained = _explained(now, earlier, plan, request)
    segments = shown_segments(counted.values, active, request.audience)
    ruled = ruled_values(now, earlier, plan, request.audience, rule_days(request, request.report_date))
    tables = _figures(counted, explained, plan, segments, evidence)
    if request.audience.level == "site":
        ruled = pd.concat([ruled, system_values(evidence.systems, segments, list(ruled.columns))], ignore_index=True)
    ruled = ruled[ruled["segment"].isin(segments)]
    tables["figures"] = with_figures(tables["figures"], _registered(ruled, plan))
    advice = daily_advice(evidence, now, tables, segments)
    tables |= {
        **files_of(evidence, now, plan.today, active),
        "figures": with_figures(tables["figures"], advice.figures),
        "recommendations": advice.table,
        "notes": pd.concat([notes_table(evidence.annotations), advice.notes], ignore_index=True),
    }
    return Found(tables, segments, tuple(one for one in request.segments if one not in active))


def scope_of(evidence: Evidence, segments: tuple[str, ...]) -> Scope:
    """Return how the snapshots of a report are counted."""
    request = evidence.request
    return Scope(
        calendar=evidence.calendar,
        segments=segments,
        basis=request.basis,
        absent=evidence.absent,
        missing=evidence.missing,
        qc_cutoff_workday=request.qc_cutoff_workday,
        qc_cutoff_time=request.qc_cutoff_time,
        max_return_rounds=request.max_return_rounds,
        promises=request.promises,
        hours=request.hours,
        rebalance=request.rebalance,
        drop_talk_is_rpc=request.drop_talk_is_rpc,
    )


def _explained(now: Snapshot, earlier: Callable[[dt.date], Snapshot], plan: DailyPlan, request: Request) -> DailyGap:
    last = plan.last_month
    resolution = Resolution(seed=request.seed, coverage=request.coverage)
    rules = GapRules(request.reference, request.gap_baseline_days, resolution)
    month = Period.month_to_date(plan.today)
    return daily_gap(now, (lambda: earlier(last)) if last else None, month, request.audience, rules)


def _figures(
    counted: DailyValues, explained: DailyGap, plan: DailyPlan, segments: tuple[str, ...], evidence: Evidence
) -> dict[str, pd.DataFrame]:
    """Return the figures of the segments shown, and the rows of the sections that print them."""
    every = pd.concat([counted.values, explained.values], ignore_index=True)
    values = every[every["segment"].isin(segments)]
    roster, audience = evidence.tables["roster"], evidence.request.audience
    teams = shown_teams(values, roster, plan.today)
    of_segments = {
        "signals": counted.signals,
        "drivers": explained.drivers,
        "guards": explained.guards,
        "references": explained.references,
    }
    return {
        "figures": _registered(values, plan),
        "days": shown_days(values, plan, segments, evidence.calendar, audience),
        "teams": teams,
        "agents": shown_agents(values, counted.standings, roster, plan.today, segments),
        "hours": with_standings(shown_slices(values, "hour", "K05", "recent"), values, "recent"),
        "results": shown_slices(values, "result", "attempts", "day"),
        "absences": absent_leaders(evidence.tables["attendance"], roster, plan.today, teams["entity"]),
        **{name: table[table["segment"].isin(segments)].reset_index(drop=True) for name, table in of_segments.items()},
    }


def _registered(values: pd.DataFrame, plan: DailyPlan) -> pd.DataFrame:
    return figures(values, {window.name: window.period for window in plan.windows()})


def rule_days(request: Request, day: dt.date) -> RuleDays:
    """Return the day that rules look at, with the days that they count by."""
    limit = request.rulebook.limit
    return RuleDays(day, request.promises, int(limit("R17", "long_days")), int(limit("R21", "sla_days")))


def files_of(evidence: Evidence, now: Snapshot, today: dt.date, segments: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """Return what is known of the files behind the report, and how their rows became the agrees of the month."""
    claims = now.relations.claims
    of_month = claims.filter(claims.period == month_code(today), claims.segment.isin(segments))
    lines = bridge(evidence.file_counts, evidence.origins, of_month.select(BRIDGED).execute())
    issues, loads = issues_table(evidence.issues), loads_table(evidence.loads)
    return {
        "issues": issues,
        "issue_summary": issue_summary(issues),
        "loads": loads,
        "load_summary": load_summary(loads),
        "bridge": lines,
        "bridge_total": bridge_total(lines),
    }
