"""Snapshots: what was known at one day's own clocks, counted over that day's windows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import ibis
import pandas as pd
import pyarrow as pa
from ibis import _
from ibis.expr.types import Table

from caringmon.analysis.achievement import compared_values
from caringmon.analysis.events import Rules
from caringmon.analysis.holdings import holdings, suppressed, witels
from caringmon.analysis.kpi_values import Coverage, counts_of, kpi_counts, kpi_values, with_every_count
from caringmon.analysis.ledger import agree_ledger
from caringmon.analysis.net_payments import net_payments
from caringmon.analysis.relations import KEY, Relations
from caringmon.analysis.tap_hours import with_tap_hours
from caringmon.analysis.targets import Progress, Targets
from caringmon.model.calendar import WorkCalendar
from caringmon.model.call_hours import CallHours
from caringmon.model.claims import PromiseRules
from caringmon.model.findings import Clocks
from caringmon.model.period import Period, Window, month_code

ROSTERED = ("spv", "tl")


@dataclass(frozen=True)
class Scope:
    """What a snapshot counts and how: the same for all snapshots of a report.

    `restated`: verdicts and payments after the cut-off of a month count for it.
    """

    calendar: WorkCalendar
    segments: tuple[str, ...]
    basis: str
    absent: frozenset[str]
    missing: frozenset[str]
    qc_cutoff_workday: int
    qc_cutoff_time: dt.time
    max_return_rounds: int
    promises: PromiseRules = field(default_factory=PromiseRules)
    hours: CallHours = field(default_factory=CallHours)
    rebalance: bool = False
    drop_talk_is_rpc: bool = False
    restated: bool = False

    @property
    def coverage(self) -> Coverage:
        """What cannot be counted."""
        return Coverage(self.absent, self.missing)

    def cutoff(self, period: str) -> dt.datetime:
        """Return the instant at which the QC states of a caring month are final."""
        return qc_cutoff(period, self.calendar, self.qc_cutoff_workday, self.qc_cutoff_time)

    def payment_asof(self, clock: dt.datetime, last_day: dt.date) -> dt.date:
        """Return the last day whose payments are known to a window that ends on `last_day`."""
        return (clock if self.restated else min(clock, self.cutoff(month_code(last_day)))).date()

    def rules(self, clock: dt.datetime, payment_asof: dt.date) -> Rules:
        """Return what the ledger needs to know at the clock."""
        return Rules(clock, self.cutoff, self.max_return_rounds, self.promises, payment_asof, self.restated)


def qc_cutoff(period: str, calendar: WorkCalendar, workday: int, time: dt.time) -> dt.datetime:
    """Return the instant at which the QC states of a caring month are final: that working day of the next month."""
    following = Period.month(dt.date.fromisoformat(f"{period}-01")).end
    return dt.datetime.combine(calendar.workdays(Period.month(following))[workday - 1], time)


@dataclass(frozen=True)
class Snapshot:
    """What was known at one day's clocks: the tables that things are counted from, and the targets in force then."""

    scope: Scope
    relations: Relations
    targets: Targets

    def counts(self, level: str, windows: Sequence[Window], names: frozenset[str], entity: str = "") -> pd.DataFrame:
        """Return the counts named of a level, a row per window, segment and entity; `entity`: of that one alone.

        The site has its rows always; others have them when they have calls, holdings, claims or a target in one of
        the windows. A level that only the roster tells, without a roster: no rows.
        """
        if not windows or (level in ROSTERED and "roster" in self.scope.absent):
            return with_every_count(pd.DataFrame(columns=KEY), names)
        segments = self.scope.segments
        counted = kpi_counts(self.relations, windows, level, names, segments)
        entities = entities_of(counted, self.targets.at(level), segments, windows)
        return every_row(counted, windows, [(s, entity) for s in segments] if entity else entities, names)

    def values(self, level: str, windows: Sequence[Window], kpis: Sequence[str], entity: str = "") -> pd.DataFrame:
        """Return counted KPIs, target, K19 and K20 of a level in long form, for the rows of `counts`."""
        return self.valued(self.counts(level, windows, counts_of(kpis), entity), level, windows, kpis)

    def valued(self, counts: pd.DataFrame, level: str, windows: Sequence[Window], kpis: Sequence[str]) -> pd.DataFrame:
        """Return the same from counts that are there already."""
        scope = self.scope
        entities = list(dict.fromkeys(zip(counts["segment"], counts["entity"], strict=True)))
        values = kpi_values(counts, kpis, windows, level, scope.coverage)
        targets = self.targets.at(level)
        compared = compared_values(values, targets, windows, basis=scope.basis, entities=entities)
        return pd.concat([values, compared], ignore_index=True)


def snapshot(facts: Mapping[str, Table], scope: Scope, clocks: Clocks, progress: Progress) -> Snapshot:
    """Return what was known at these clocks.

    `facts`: the Ibis fact tables by name; rows after the clocks are left out here.
    """
    relations = relations_at(facts, scope, clocks, progress.today)
    return Snapshot(scope, relations, targets_at(facts, scope, relations, progress))


def open_facts(con: ibis.BaseBackend, tables: Mapping[str, pa.Table]) -> dict[str, Table]:
    """Return the evidence's tables on the connection, by name."""
    return {name: con.create_table(name, table) for name, table in tables.items()}


def relations_at(facts: Mapping[str, Table], scope: Scope, clocks: Clocks, last_day: dt.date) -> Relations:
    """Return what KPIs are counted from as known at the clocks, for windows that end in the month of `last_day`."""
    seen = seen_at(facts, clocks)
    asof = scope.payment_asof(clocks.qc, last_day)
    held = seen["assignments"]
    return Relations(
        calls=seen["calls"],
        holdings=_fixed(holdings(held, scope.calendar)),
        claims=claims_at(seen, scope, clocks.qc, asof),
        qc=seen["qc"],
        payments=net_payments(seen["payments"], asof),
        attendance=seen["attendance"],
        witels=witels(held),
        roster=seen["roster"].order_by(["person_id", "role", "valid_from"]).to_pyarrow(),
        calendar=scope.calendar,
        clock=clocks.qc,
        hours=scope.hours,
        drop_talk_is_rpc=scope.drop_talk_is_rpc,
    )


def seen_at(facts: Mapping[str, Table], clocks: Clocks) -> dict[str, Table]:
    """Return the facts that are visible at the clocks, without the services that are suppressed then."""
    day = clocks.calls.date()
    held = facts["assignments"].filter(_.valid_from <= day)
    hidden = suppressed(held)
    return {
        "calls": facts["calls"].filter(_.called_at <= clocks.calls).anti_join(hidden, "service_no"),
        "qc": facts["qc"].filter(_.tapped_at <= clocks.qc).anti_join(hidden, "service_no"),
        "payments": facts["payments"].anti_join(hidden, "service_no"),
        "attendance": facts["attendance"].filter(_.date <= day),
        "roster": facts["roster"].filter(_.valid_from <= day),
        "assignments": held,
    }


def claims_at(seen: Mapping[str, Table], scope: Scope, clock: dt.datetime, payment_asof: dt.date) -> Table:
    """Return the agree ledger of what is visible, with `tap_hours`."""
    claims = agree_ledger(
        seen["calls"], seen["qc"], seen["payments"], seen["assignments"], scope.rules(clock, payment_asof)
    )
    return _fixed(with_tap_hours(claims, scope.calendar, clock))


def targets_at(facts: Mapping[str, Table], scope: Scope, relations: Relations, progress: Progress) -> Targets:
    """Return the targets whose version is known on the last day that is counted, derived ones included."""
    known = facts["targets"].filter(_.effective_from <= progress.today).execute()
    return Targets.in_force(known, progress, relations.roster, rebalance=scope.rebalance)


def entities_of(
    counted: pd.DataFrame, targets: Targets, segments: Sequence[str], windows: Sequence[Window]
) -> list[tuple[str, str]]:
    """Return (segment, entity) of everything that has a row in one of the windows or a target in their months."""
    if targets.level == "site":
        return [(segment, "") for segment in segments]
    months = {month_code(day) for window in windows for day in (window.period.start, window.period.last_day)}
    with_target = {(segment, entity) for segment in segments for entity in targets.entities(segment, months)}
    with_rows = set(zip(counted["segment"], counted["entity"], strict=True))
    return sorted(pair for pair in with_target | with_rows if pair[0] in segments)


def every_row(
    counts: pd.DataFrame, windows: Sequence[Window], entities: Sequence[tuple[str, str]], names: frozenset[str]
) -> pd.DataFrame:
    """Return the counts with a row of zeros wherever a window has no event of an entity, and nobody else's rows."""
    wanted = [(window.name, segment, entity) for window in windows for segment, entity in entities]
    full = counts.set_index(KEY).reindex(pd.MultiIndex.from_tuples(wanted, names=KEY))
    return with_every_count(full.reset_index(), names)


def _fixed(expression: Table) -> Table:
    """Return the rows of an expression as they are now, so that every use of it does not compute it again."""
    return ibis.memtable(expression.to_pyarrow())
