"""Evidence → the tables that the monthly report F-01 prints: figures once each, and the rows of every section."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from functools import cache

import pandas as pd
from ibis.expr.types import Table

from caringmon.analysis.clocks import clocks_of, clocks_of_month
from caringmon.analysis.corrections import correction_values, corrections
from caringmon.analysis.daily import LEVELLED
from caringmon.analysis.daily_advice import daily_advice
from caringmon.analysis.daily_findings import files_of, scope_of
from caringmon.analysis.daily_gap import DailyGap, GapRules, month_gap
from caringmon.analysis.daily_plan import absent_leaders, shown_agents, shown_slices, shown_teams
from caringmon.analysis.earlier_advice import open_advice
from caringmon.analysis.figures import figures, with_figures
from caringmon.analysis.found import Found
from caringmon.analysis.history import history
from caringmon.analysis.judgements import SIGNAL_COLUMNS
from caringmon.analysis.kpi_values import value_table
from caringmon.analysis.month_followup import month_followup
from caringmon.analysis.month_plan import MonthPlan, month_days
from caringmon.analysis.monthly import closed_values, month_changes, monthly_values
from caringmon.analysis.provenance import notes_table
from caringmon.analysis.readiness import active_segments
from caringmon.analysis.reconciliation import system_values
from caringmon.analysis.regrouped import groups_shown
from caringmon.analysis.rule_counts import rule_days
from caringmon.analysis.ruled_values import ruled_of_month
from caringmon.analysis.snapshot import Snapshot, snapshot, targets_at
from caringmon.analysis.targets import Progress
from caringmon.analysis.uncertainty import Resolution
from caringmon.model.findings import Evidence
from caringmon.model.kpi import ACTUAL_KPI

# What a month says of a single day is left to the dailies.
_DAY = "day"
COHORT = "cohort"
DIFFERENCE_COLUMNS = ["segment", "kpi"]


def monthly_findings(evidence: Evidence, facts: Mapping[str, Table]) -> Found:
    """Return what the report says; `facts`: the evidence's tables on one connection."""
    request, calendar = evidence.request, evidence.calendar
    active = active_segments(evidence.tables, request.segments)
    plan = MonthPlan.of(request.window, calendar, _frozen_months(evidence.closes))
    scope = scope_of(evidence, active)
    now = snapshot(facts, scope, evidence.clocks, Progress(calendar, plan.today))
    then = clocks_of_month(plan.before, request, calendar)
    before = snapshot(facts, scope, then, Progress(calendar, plan.last_month))

    @cache
    def at_close(day: dt.date) -> Snapshot:
        return snapshot(facts, scope, clocks_of(day, dt.time.max, request, calendar), Progress(calendar, day))

    rules = GapRules(
        request.reference, request.gap_baseline_days, Resolution(seed=request.seed, coverage=request.coverage)
    )
    explained = month_gap(now, before, plan.month, request.audience, rules)
    later = targets_at(facts, scope, now.relations, Progress(calendar, evidence.clocks.qc.date()))
    counted = monthly_values(now, before, later, facts["assignments"], plan, rule_days(request, plan.last_month))
    ruled = ruled_of_month(now, (before, plan.before), request.audience, rule_days(request, plan.today))
    systems = system_values(evidence.systems, active, list(ruled.columns))
    corrected = _corrected(facts, now, counted.values, plan)
    frozen = closed_values(evidence.closes, plan)
    every = [counted.values, explained.values, ruled[ruled["window"] != _DAY], systems, corrected, frozen]
    values = pd.concat([part[LEVELLED] for part in every if len(part)], ignore_index=True)
    differing = _differing(counted.values, evidence.closes, request.period)
    values = pd.concat([values, month_changes(values), differing], ignore_index=True)
    tables = _tables(evidence, values, plan, active, (explained, counted.standings))
    past = history(evidence, now, at_close)
    advice = daily_advice(evidence, now, tables, active, past)
    still_open, of_open = open_advice(past.known, active, past.today, calendar)
    effects, of_effects = month_followup(evidence, past, plan.month, active, at_close)
    more = pd.concat([advice.figures, of_open, of_effects], ignore_index=True)
    tables |= {
        **files_of(evidence, now, plan.today, active),
        "figures": with_figures(tables["figures"], more),
        "recommendations": advice.table,
        "followed": still_open,
        "assessed": effects,
        "notes": pd.concat([notes_table(evidence.annotations), advice.notes], ignore_index=True),
    }
    return Found(tables, active, tuple(one for one in request.segments if one not in active))


def _tables(
    evidence: Evidence, values: pd.DataFrame, plan: MonthPlan, segments: Sequence[str],
    found: tuple[DailyGap, pd.DataFrame],
) -> dict[str, pd.DataFrame]:  # fmt: skip
    """Return the figures, and the rows of the sections that print them."""
    explained, standings = found
    roster = evidence.tables["roster"]
    teams = shown_teams(values, roster, plan.today)
    actual = ACTUAL_KPI[evidence.request.basis]
    differing = values[(values["window"] == "closed")]
    return {
        "figures": figures(values, {window.name: window.period for window in plan.windows()}),
        "days": month_days(values, plan, segments, evidence.calendar),
        "teams": teams,
        "groups": groups_shown(values),
        "agents": shown_agents(values, standings, roster, plan.today, segments),
        "hours": shown_slices(values, "hour", actual, "mtd").assign(standing=""),
        "results": shown_slices(values, "result", "attempts", "mtd"),
        "refusals": shown_slices(values, "result", "refusals", "mtd"),
        "cohorts": _cohorts(values),
        "differences": differing[DIFFERENCE_COLUMNS].reset_index(drop=True),
        "uncovered": _uncovered(evidence),
        "signals": pd.DataFrame(columns=SIGNAL_COLUMNS),
        "absences": absent_leaders(evidence.tables["attendance"], roster, plan.today, ()),
        "drivers": explained.drivers,
        "guards": explained.guards,
        "references": explained.references,
    }


def _frozen_months(closes: pd.DataFrame) -> list[str]:
    return sorted(set(closes["period"])) if len(closes) else []


def _corrected(facts: Mapping[str, Table], now: Snapshot, values: pd.DataFrame, plan: MonthPlan) -> pd.DataFrame:
    """Return the corrections of earlier months that became known in the month, all together and by their cohort."""
    found = corrections(facts, now.scope, now.relations, ["site"], plan.month)["site"]
    actuals = values[(values["level"] == "site") & (values["window"] == "mtd") & (values["part"] == "")]
    told = correction_values(found, actuals).assign(level="site", part="")
    of_cohorts = [
        value_table([("mtd", row["segment"], "", f"{kpi}.correction", row[count], row[count], math.nan, "")]).assign(
            level="site", part=f"{COHORT}:{row['cohort']}"
        )
        for row in found.to_dict("records")
        for kpi, count in (("K17", "net"), ("K18", "valid"))
    ]
    return pd.concat([part[LEVELLED] for part in (told, *of_cohorts)], ignore_index=True)


def _cohorts(values: pd.DataFrame) -> pd.DataFrame:
    """Return the months that were corrected, oldest first: segment, cohort."""
    parts = values["part"].astype("str")
    mine = values[parts.str.startswith(f"{COHORT}:")][["segment", "part"]].drop_duplicates()
    found = mine.assign(cohort=mine["part"].astype("str").str.removeprefix(f"{COHORT}:"))
    return found[["segment", "cohort"]].sort_values(["segment", "cohort"], ignore_index=True)


def _differing(values: pd.DataFrame, closes: pd.DataFrame, period: str) -> pd.DataFrame:
    """Return the month's figures as they were frozen, window `closed`, where they are no longer what is counted."""
    mine = closes[closes["period"] == period].set_index(["segment", "kpi"])["value"].astype(float)
    of_month = values[(values["level"] == "site") & (values["window"] == "mtd") & (values["part"] == "")]
    rows = []
    for row in of_month[~of_month["kpi"].isin(_OF_BASIS)].to_dict("records"):
        frozen = mine.get((row["segment"], row["kpi"]), math.nan)
        if not math.isnan(frozen) and not math.isclose(frozen, row["value"], rel_tol=1e-9, abs_tol=1e-9):
            rows.append({**row, "window": "closed", "value": frozen, "numerator": frozen, "denominator": math.nan})
    return pd.DataFrame(rows, columns=LEVELLED)


# A month is closed on the basis net; what compares with the target is another number on the basis of the report.
_OF_BASIS = frozenset({"K19", "K19M", "K20", "K21", "K21.per_hour", "K44", "K45", "K46", "uplift"})


def _uncovered(evidence: Evidence) -> pd.DataFrame:
    """Return the working days of the month that no file covers: table, date."""
    rows = [(table, day) for table, days in sorted(evidence.uncovered.items()) for day in days]
    return pd.DataFrame(rows, columns=["table", "date"])
