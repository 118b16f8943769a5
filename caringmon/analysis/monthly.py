"""The values of the monthly report: the closed month at its clocks, and the month before at its own."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd
from ibis.expr.types import Table

from caringmon.analysis.achievement import month_values
from caringmon.analysis.agent_values import agent_values, no_standings, standings_of
from caringmon.analysis.daily import LEVELLED, SERIES, added_up, targets_of
from caringmon.analysis.kpi_table import estimated_values
from caringmon.analysis.kpi_values import counts_of, value_table
from caringmon.analysis.month_plan import MonthPlan
from caringmon.analysis.next_month import next_month_values
from caringmon.analysis.regrouped import GROUPS, regrouped_values
from caringmon.analysis.rule_counts import RuleDays, rule_counts
from caringmon.analysis.slices import result_shares
from caringmon.analysis.snapshot import Snapshot
from caringmon.analysis.staffing import STAFF_COUNTS, staff_values
from caringmon.analysis.targets import Progress, Targets
from caringmon.model.kpi import COUNTED, DAILY
from caringmon.model.period import Period, Window

# What `ruled_of_month` counts for the site, and so nobody else.
_OF_RULES = ("K30", "K39", "K42", "K43")
SITE = tuple(kpi.id for kpi in COUNTED)
TEAM = tuple(
    kpi.id for kpi in COUNTED
    if kpi.id in DAILY or kpi.id in {"K28", "K31", "K35", "K36", "K37", "K38"} or kpi.id.startswith("K07.")
)  # fmt: skip
BY_WITEL = ("K01", "K03", "K04", "K09", "K11", "K13", "K14", "K17", "K18", "pending")
DUE = ("K27", "K28", "K29", "K29.partial", "K29.late")
COMPARED = ("K19M", "K44", "K45", "elapsed", "remaining", "workdays")
# What is told of last month's refusals and results beside this month's.
_BEFORE = ("refusals",)
_ESTIMATED = frozenset({"untapped", "state_valid", "state_final"})
_STAFF = ("K21", "K21.per_hour")


@dataclass(frozen=True)
class MonthlyValues:
    """Every value of the report in long form (`LEVELLED`), and how agents stand."""

    values: pd.DataFrame
    standings: pd.DataFrame


def monthly_values(
    now: Snapshot, before: Snapshot, later: Targets, assignments: Table, plan: MonthPlan, days: RuleDays
) -> MonthlyValues:
    """Return what the report prints. `now`, `before`: what was known of this month and the one before at their clocks.

    `later`: the targets that are known when the report is read; `assignments`: the visible rows of the data order;
    `days`: as the rules count, for the month before.
    """
    coverage = now.scope.coverage
    has_agents = not coverage.lacks(("agents", "roster"))
    standings = standings_of(now, plan.today) if has_agents else no_standings()
    month = Window("mtd", plan.month)
    parts = [
        *(_levelled(part, "site") for part in _site(now, later, plan)),
        *(_levelled(part, "site") for part in _last_month(now, before, plan)),
        *(_sliced(part) for part in _results(now, before, plan, days)),
        *_teams(now, plan),
        *(_levelled(regrouped_values(now, assignments, level, month), level) for level in GROUPS),
        *(_levelled(part, "agent") for part in (agent_values(now, [month], standings) if has_agents else [])),
    ]
    values = pd.concat([part for part in parts if len(part)], ignore_index=True)[LEVELLED]
    return MonthlyValues(values, standings)


def _levelled(values: pd.DataFrame, level: str) -> pd.DataFrame:
    return values.assign(level=level, part="")[LEVELLED]


def _sliced(values: pd.DataFrame) -> pd.DataFrame:
    return values.assign(level="site")[LEVELLED]


def _site(now: Snapshot, later: Targets, plan: MonthPlan) -> list[pd.DataFrame]:
    """Return the month of the site: as a whole, day by day, by week of the promises, and what it may become."""
    scope, month = now.scope, Window("mtd", plan.month)
    focus = [(segment, "") for segment in scope.segments]
    names = counts_of(SITE) | STAFF_COUNTS | _ESTIMATED
    counts = now.counts("site", [month], names)
    values = now.valued(counts, "site", [month], SITE)
    staff = staff_values(counts, values, "site", scope.basis, scope.coverage)
    days = now.values("site", [Window(f"d{day}", Period.day(day)) for day in plan.month.days], SERIES)
    targets = now.targets.at("tl")
    outlook = month_values(values, targets, month, basis=scope.basis, entities=focus)
    return [
        _until_next_list(values[~values["kpi"].map(_parent).isin(_OF_RULES)]),
        _of(staff, _STAFF),
        estimated_values(counts),
        next_month_values(staff, later, plan, scope.calendar, scope.segments),
        days,
        _of(now.values("site", plan.weeks, DUE), DUE),
        _of(outlook, COMPARED),
        targets_of(targets, plan.today, focus),
        added_up(days, targets, plan.today, scope.basis, focus),
        _first_half(now, plan, focus),
    ]


def _until_next_list(values: pd.DataFrame) -> pd.DataFrame:
    """Return the values; whom a month lost to CT-0 (K34) is told by the next month's list, which is still to come."""
    is_later = (values["kpi"] == "K34") & (values["note"] == "zero_denominator")
    return values.assign(note=values["note"].where(~is_later, "next_list"))


def _first_half(now: Snapshot, plan: MonthPlan, focus: list[tuple[str, str]]) -> pd.DataFrame:
    """Return where the first half of the month pointed to: its run rate, and that for the whole month (K44, K45)."""
    half = Window("half", plan.half)
    values = now.values("site", [half], ("K05", "K13", "K17", "K18"))
    progress = Progress(now.scope.calendar, plan.half.last_day)
    targets = now.targets.at("tl").as_of(progress)
    found = month_values(values, targets, half, basis=now.scope.basis, entities=focus)
    return _of(found, ("K44", "K45", "elapsed"))


def _last_month(now: Snapshot, before: Snapshot, plan: MonthPlan) -> list[pd.DataFrame]:
    """Return the month before as it was known at its own clocks; whom it lost to CT-0 is known only now (K34)."""
    window = Window("last_month", plan.before)
    scope = before.scope
    counts = before.counts("site", [window], counts_of(SITE) | STAFF_COUNTS)
    values = before.valued(counts, "site", [window], SITE)
    staff = staff_values(counts, values, "site", scope.basis, scope.coverage)
    focus = [(segment, "") for segment in scope.segments]
    outlook = month_values(values, before.targets.at("tl"), window, basis=scope.basis, entities=focus)
    return [
        values[values["kpi"] != "K34"],
        _of(staff, _STAFF),
        _of(now.values("site", [window], ("K34",)), ("K34",)),
        _of(outlook, COMPARED),
    ]


def _results(now: Snapshot, before: Snapshot, plan: MonthPlan, days: RuleDays) -> list[pd.DataFrame]:
    """Return the attempts of both months by result, and the reasons of last month's refusals."""
    owners = [(segment, "") for segment in now.scope.segments]
    told = rule_counts(before.relations, days, "site", owners, now.scope.coverage, _BEFORE)
    return [
        result_shares(now.relations, Window("mtd", plan.month), owners),
        result_shares(before.relations, Window("last_month", plan.before), owners),
        told.assign(window="last_month"),
    ]


def _teams(now: Snapshot, plan: MonthPlan) -> list[pd.DataFrame]:
    """Return the month of SPVs, TLs and witels."""
    month = [Window("mtd", plan.month)]
    coverage = now.scope.coverage
    parts = []
    if not coverage.lacks(("agents", "roster")):
        parts += [_levelled(now.values(level, month, TEAM), level) for level in ("spv", "tl")]
    if not coverage.lacks(("services", "assignments")):
        parts.append(_levelled(_of(now.values("witel", month, BY_WITEL), BY_WITEL), "witel"))
    return parts


def month_changes(values: pd.DataFrame) -> pd.DataFrame:
    """Return what the site's numbers have changed by since the month before, window `change`; NaN where either is."""
    mine = values[(values["level"] == "site") & (values["part"] == "")]
    now, then = (mine[mine["window"] == window] for window in ("mtd", "last_month"))
    key = ["segment", "entity", "kpi"]
    both = now.merge(then[[*key, "value", "note"]], on=key, suffixes=("", "_then"), validate="one_to_one")
    return both.assign(
        window="change",
        value=both["value"] - both["value_then"],
        numerator=both["value"],
        denominator=math.nan,
        note=both["note"].where(both["note"] != "", both["note_then"]),
    )[LEVELLED]


def _of(values: pd.DataFrame, kpis: tuple[str, ...]) -> pd.DataFrame:
    return values[values["kpi"].isin(kpis)]


def _parent(kpi: str) -> str:
    return kpi.partition(".")[0]


def closed_values(closes: pd.DataFrame, plan: MonthPlan) -> pd.DataFrame:
    """Return gross, net, valid and target of the closed months of the year, windows `m2022-10`, and of all: `ytd`.

    As they were frozen. The target of a month is what its achievement was divided by; where one has none, the year has
    none either (note `no_target`).
    """
    rows: list[tuple[object, ...]] = []
    for segment, own in closes.groupby("segment", sort=True):
        totals: dict[str, float] = {}
        for code in plan.frozen:
            values = own[own["period"] == code].set_index("kpi")
            if values.empty:
                continue
            target = float(values["denominator"].get("K19", math.nan))
            told = {kpi: float(values["value"].get(kpi, math.nan)) for kpi in ("K13", "K17", "K18")} | {
                "target": target
            }
            rows += _frozen(f"m{code}", str(segment), told)
            totals = {kpi: totals.get(kpi, 0.0) + value for kpi, value in told.items()}
        rows += _frozen("ytd", str(segment), totals)
    return _levelled(value_table(rows), "site")


def _frozen(window: str, segment: str, told: dict[str, float]) -> list[tuple[object, ...]]:
    target, valid = told["target"], told["K18"]
    achieved = valid / target if target else math.nan
    notes = {"target": "no_target", "K19": "no_target"}
    values = {**told, "K19": achieved}
    return [
        (window, segment, "", kpi, value, valid if kpi == "K19" else value, target if kpi == "K19" else math.nan,
         notes.get(kpi, "missing:qc") if math.isnan(value) else "")
        for kpi, value in values.items()
    ]  # fmt: skip
