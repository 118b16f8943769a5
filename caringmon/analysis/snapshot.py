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

from caringmon.analysis.events import Rules
from caringmon.analysis.kpi_values import (
    KEY,
    Relations,
    holdings,
    kpi_counts,
    kpi_values,
)
from caringmon.analysis.ledger import agree_ledger
from caringmon.analysis.targets import Progress, Targets, compared_values
from caringmon.model.calendar import WorkCalendar
from caringmon.model.claims import PromiseRules
from caringmon.model.findings import Clocks
from caringmon.model.period import Period, Window, month_code


@dataclass(frozen=True)
class Scope:
    """What a snapshot counts and how: the same for all snapshots of a report."""

    calendar: WorkCalendar
    segments: tuple[str, ...]
    basis: str
    absent: frozenset[str]
    missing: frozenset[str]
    qc_cutoff_workday: int
    qc_cutoff_time: dt.time
    max_return_rounds: int
    promises: PromiseRules = field(default_factory=PromiseRules)

    def cutoff(self, period: str) -> dt.datetime:
        """Return the instant at which the QC states of a caring month are final."""
        following = Period.month(dt.date.fromisoformat(f"{period}-01")).end
        day = self.calendar.workdays(Period.month(following))[self.qc_cutoff_workday - 1]
        return dt.datetime.combine(day, self.qc_cutoff_time)


@dataclass(frozen=True)
class Snapshot:
    """Counted and compared KPIs in long form as known at one day's clocks, and the targets in force then."""

    values: pd.DataFrame
    targets: Targets
    entities: tuple[tuple[str, str], ...]


def snapshot(
    facts: Mapping[str, Table],
    scope: Scope,
    clocks: Clocks,
    progress: Progress,
    windows: Mapping[str, Sequence[Window]],
) -> Snapshot:
    """Return what was known at these clocks, for the windows of each level (`site`, `tl`).

    `facts`: the Ibis fact tables by name; rows after the clocks are left out here. Every window has a row for each
    segment of the scope at site level, and for each TL that has calls, holdings, claims or a target.
    """
    relations = relations_at(facts, scope, clocks)
    targets = Targets.in_force(_targets_known(facts["targets"], clocks), progress)
    parts, entities = [], []
    for level, spans in windows.items():
        if not spans or (level == "tl" and "roster" in scope.absent):
            continue
        counted = kpi_counts(relations, spans, level)
        of_level = _entities(counted, targets, scope, spans, level)
        values = kpi_values(_every_row(counted, spans, of_level), absent=scope.absent, missing=scope.missing)
        parts += [values, compared_values(values, targets, spans, basis=scope.basis, entities=of_level)]
        entities += of_level
    return Snapshot(pd.concat(parts, ignore_index=True), targets, tuple(entities))


def open_facts(con: ibis.BaseBackend, tables: Mapping[str, pa.Table]) -> dict[str, Table]:
    """Return the evidence's tables on the connection, by name."""
    return {name: con.create_table(name, table) for name, table in tables.items()}


def relations_at(facts: Mapping[str, Table], scope: Scope, clocks: Clocks) -> Relations:
    """Return what KPIs are counted from as known at the clocks: calls, holdings, the ledger's claims, the roster.

    The claims are as reported: payments are read at the QC clock, or at the QC cut-off of the month of the clock of
    calls, if that is past.
    """
    day = clocks.calls.date()
    calls = facts["calls"].filter(_.called_at <= clocks.calls)
    held = facts["assignments"].filter(_.valid_from <= day)
    rules = Rules(
        clock=clocks.qc,
        cutoff=scope.cutoff,
        max_return_rounds=scope.max_return_rounds,
        promises=scope.promises,
        payment_asof=scope.cutoff(month_code(day)).date(),
    )
    claims = agree_ledger(calls, facts["qc"], facts["payments"], held, rules)
    return Relations(
        calls=calls,
        holdings=holdings(held, scope.calendar),
        claims=ibis.memtable(claims.to_pyarrow()),
        roster=facts["roster"].filter(_.valid_from <= day),
    )


def _targets_known(targets: Table, clocks: Clocks) -> pd.DataFrame:
    known: pd.DataFrame = targets.filter(_.effective_from <= clocks.calls.date()).execute()
    return known


def _entities(
    counted: pd.DataFrame, targets: Targets, scope: Scope, windows: Sequence[Window], level: str
) -> list[tuple[str, str]]:
    """Return (segment, entity) of everything that has a row in one of the windows or a target in their months."""
    if level == "site":
        return [(segment, "") for segment in scope.segments]
    months = {month_code(day) for window in windows for day in (window.period.start, window.period.last_day)}
    rows = targets.rows
    rows = rows[(rows["level"] == "TL") & rows["period"].isin(months)]
    with_target = set(zip(rows["segment"], rows["entity_id"], strict=True))
    with_rows = set(zip(counted["segment"], counted["entity"], strict=True))
    return sorted(pair for pair in with_target | with_rows if pair[0] in scope.segments)


def _every_row(counts: pd.DataFrame, windows: Sequence[Window], entities: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Return the counts with a row of zeros wherever a window has no event of an entity, and nobody else's rows."""
    wanted = [(window.name, segment, entity) for window in windows for segment, entity in entities]
    full = counts.set_index(KEY).reindex(pd.MultiIndex.from_tuples(wanted, names=KEY), fill_value=0)
    return full.reset_index()
