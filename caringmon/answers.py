"""Answers beside the reports: KPIs of any window and level as known at an instant, and the closing of a month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
from ibis import _
from ibis.expr.types import Table

from caringmon.analysis.gap_table import GapQuestion, GapTable, gap_table, reference_window
from caringmon.analysis.kpi_table import Question, kpi_table
from caringmon.analysis.readiness import absent_by_design, files_received, missing_in, refuse_overlaps
from caringmon.analysis.references import LAST_MONTH, PLAN, REFERENCES
from caringmon.analysis.relations import ALL
from caringmon.analysis.snapshot import (
    Scope,
    claims_at,
    open_facts,
    qc_cutoff,
    relations_at,
    seen_at,
    targets_at,
)
from caringmon.analysis.targets import Progress
from caringmon.analysis.uncertainty import Resolution
from caringmon.errors import DataBlockedError, RefusedError, UsageError, did_you_mean
from caringmon.gathering import admit
from caringmon.model.calendar import WorkCalendar
from caringmon.model.codes import QcState, Segment
from caringmon.model.findings import Clocks, Load
from caringmon.model.kpi import ACTUAL_KPI, CATALOGUE, LEVELS
from caringmon.model.period import Period, end_of_day, month_before
from caringmon.params import Settings
from caringmon.settings import call_hours, promise_rules, workspace_calendar, workspace_settings, workspace_zones
from caringmon.store import facts
from caringmon.store.closes import Close, add_close, keep_frozen, read_closes
from caringmon.store.visible import latest_events

# Counts that stand beside others in reports; they are given only to those who ask for them by name.
_HELPERS = frozenset(kpi for kpi in CATALOGUE if not kpi.startswith("K"))
_OPEN = (QcState.PENDING, QcState.RETURN_OPEN)


@dataclass(frozen=True)
class KpiQuery:
    """What is asked of `kpi`: `first` and `last` are days, both included; `segment` CT0, PRANPC or ALL.

    `kpis`: ids, each with its sub-ids; none: the whole catalogue. `as_of`: one instant for all clocks, naive WIB;
    None: the latest call, tap or payment in the store.
    """

    segment: str
    first: dt.date
    last: dt.date
    level: str = "site"
    kpis: tuple[str, ...] = ()
    as_of: dt.datetime | None = None
    basis: str = "net"
    restated: bool = False


def kpi(query: KpiQuery, workspace: Path) -> pd.DataFrame:
    """Return the KPIs asked for, a row per KPI and entity.

    Columns: kpi, level, entity, segment, value, numerator, denominator, unit, note. A value that is not available is
    NaN, the reason is its note. An unknown KPI or level, or a window that ends before it begins: UsageError; an empty
    store, a person in two places of the roster: DataBlockedError.
    """
    asked = _kpis(query)
    window = _window(query.first, query.last)
    with _store(workspace, query.as_of, window.start) as store:
        question = Question(
            window, query.level, Clocks(store.clock, store.clock), asked, store.files(window, query.segment)
        )
        return kpi_table(store.facts, store.scope(query, window), question)


@dataclass(frozen=True)
class GapQuery:
    """What is asked of `gap`: `first` and `last` are days, both included; `segment` CT0 or PRANPC.

    `reference`: `plan`, `last_month` or `baseline`; `as_of`: as in `KpiQuery`.
    """

    segment: str
    first: dt.date
    last: dt.date
    level: str = "site"
    reference: str = LAST_MONTH
    as_of: dt.datetime | None = None
    basis: str = "net"
    restated: bool = False


def gap(query: GapQuery, workspace: Path) -> GapTable:
    """Return the gap to the target of the days asked for, explained; to the reference where there is no target.

    An unknown word, days in the wrong order, a plan over two months: UsageError; days of either side of which no file
    holds calls or lists, a basis without QC, a plan that lacks a metric: DataBlockedError.
    """
    window = _gap_window(query)
    settings = workspace_settings(workspace)
    stats = settings.stats
    question = GapQuestion(
        query.segment, window, query.level, query.reference, query.basis, baseline_days=stats.gap_baseline_days,
        resolution=Resolution(seed=stats.seed, coverage=stats.coverage),
    )  # fmt: skip
    there = reference_window(question, workspace_calendar(workspace, settings.calendar))
    with _store(workspace, query.as_of, min(window.start, there.start if there else window.start)) as store:
        as_kpi = KpiQuery(query.segment, query.first, query.last, basis=query.basis, restated=query.restated)
        for days in (window, there) if there else (window,):
            _refuse_uncovered(store.scope(as_kpi, days), query, days)
        scope = store.scope(as_kpi, window)
        relations = relations_at(store.facts, scope, Clocks(store.clock, store.clock), window.last_day)
        targets = targets_at(store.facts, scope, relations, Progress(scope.calendar, window.last_day))
        return gap_table(relations, relations, targets, question)


def close(segment: str, period: str, workspace: Path, *, accept_open: int | None, now: dt.datetime, by: str) -> Close:
    """Freeze a month of a segment as it stood at its QC cut-off, and return the record.

    Before the cut-off, without calls of the month, or with claims still open at the cut-off other than `accept_open`:
    DataBlockedError; a month that is closed already: RefusedError. `now`: naive WIB. `accept_open` None: however many.
    """
    first = _first_day(period)
    known = next((one for one in read_closes(workspace) if (one.period, one.segment) == (period, segment)), None)
    if known:
        raise RefusedError(f"{segment} {period} was closed on {known.closed_at:%Y-%m-%d}; a month is closed once")
    cutoff = _cutoff(period, workspace)
    if now < cutoff:
        raise DataBlockedError(f"{segment} {period}: QC is open until {cutoff:%Y-%m-%d %H:%M}; close it after that")
    window = Period.month(first)
    query = KpiQuery(segment, window.start, window.last_day)
    # What became visible or was suppressed since is not part of the month, whenever it is closed.
    with _store(workspace, cutoff, window.start) as store:
        scope = store.scope(query, window)
        if "calls" in scope.missing:
            raise DataBlockedError(
                f"{segment} {period}: no loaded file covers calls of the month; there is none to close"
            )
        still_open = _open_claims(store.facts, scope, cutoff, period)
        if accept_open not in (None, still_open):
            raise DataBlockedError(
                f"{segment} {period}: {still_open} claims were PENDING or RETURN_OPEN at the cut-off; "
                f"validate them, or close with --accept-open {still_open}"
            )
        asked, files = _kpis(query), store.files(window, segment)
        question = Question(window, LEVELS[0], Clocks(cutoff, cutoff), asked, files)
        values = kpi_table(store.facts, scope, question, LEVELS)
        claims = claims_at(seen_at(store.facts, Clocks(cutoff, cutoff)), scope, cutoff, cutoff.date())
        own = claims.filter(_.segment == segment, _.period == period)
        record = Close(
            period=period,
            segment=segment,
            closed_at=now,
            qc_cutoff_at=cutoff,
            payment_asof=cutoff.date(),
            accepted_open=still_open,
            kpi_snapshot_sha256=keep_frozen(workspace, pa.Table.from_pandas(values, preserve_index=False)),
            claims_sha256=keep_frozen(workspace, own.order_by(["service_no", "claim_no"]).to_pyarrow()),
            by=by,
        )
    if not add_close(workspace, record):
        raise RefusedError(f"{segment} {period} was closed in the meantime; a month is closed once")
    return record


@dataclass(frozen=True)
class _Store:
    """The rows of a store that are visible at an instant, and what is known about them."""

    facts: Mapping[str, Table]
    tables: Mapping[str, pa.Table]
    loads: tuple[Load, ...]
    clock: dt.datetime
    settings: Settings
    calendar: WorkCalendar
    zones: Mapping[str, int]

    def scope(self, query: KpiQuery, window: Period) -> Scope:
        """Return how the query is counted."""
        settings = self.settings
        lacks = missing_in(self.tables, self.loads, window, self.clock.date(), self.calendar)
        absent = self._absent(window)
        return Scope(
            calendar=self.calendar,
            segments=(query.segment,),
            basis=query.basis,
            absent=absent,
            missing=lacks - absent,
            qc_cutoff_workday=settings.qc.cutoff_workday,
            qc_cutoff_time=settings.qc.cutoff_time,
            max_return_rounds=settings.qc.max_return_rounds,
            promises=promise_rules(settings),
            hours=call_hours(settings, self.zones),
            rebalance=settings.rebalance,
            drop_talk_is_rpc=settings.limits.drop_talk_is_rpc,
            restated=query.restated,
        )

    def files(self, window: Period, segment: str) -> tuple[int, int]:
        """Return the files received and expected in the window."""
        segments = [one.value for one in Segment] if segment == ALL else [segment]
        return files_received(self.tables, self.loads, window, segments, self.calendar, self._absent(window))

    def _absent(self, window: Period) -> frozenset[str]:
        return absent_by_design(self.loads, window, self.settings.absent_by_design)


@contextmanager
def _store(workspace: Path, as_of: dt.datetime | None, first: dt.date) -> Iterator[_Store]:
    """Yield what is visible at the instant, from the month two before `first` on; an empty store: DataBlockedError."""
    settings = workspace_settings(workspace)
    loads = facts.read_loads(workspace)
    since = month_before(month_before(first).start).start
    with facts.connection() as con:
        clock = as_of or _latest(latest_events(con, workspace, loads))
        admitted = admit(con, workspace, loads, Clocks(clock, clock), since)
        tables = admitted.facts
        refuse_overlaps(tables["roster"])
        yield _Store(
            facts=open_facts(con, tables),
            tables=tables,
            loads=admitted.loads,
            clock=clock,
            settings=settings,
            calendar=workspace_calendar(workspace, settings.calendar),
            zones=workspace_zones(workspace),
        )


def _cutoff(period: str, workspace: Path) -> dt.datetime:
    settings = workspace_settings(workspace)
    calendar = workspace_calendar(workspace, settings.calendar)
    return qc_cutoff(period, calendar, settings.qc.cutoff_workday, settings.qc.cutoff_time)


def _latest(events: Mapping[str, dt.datetime]) -> dt.datetime:
    """Return the latest call, tap or payment; a payment counts to the end of its day."""
    if not events:
        raise DataBlockedError("the store holds no calls; put exports into inbox/ and run caringmon ingest")
    return max(end_of_day(at.date()) if name == "payments" else at for name, at in events.items())


def _open_claims(tables: Mapping[str, Table], scope: Scope, cutoff: dt.datetime, period: str) -> int:
    """Return how many live claims of the month were pending or an open return when the cut-off came."""
    just_before = cutoff - dt.timedelta(microseconds=1)
    claims = claims_at(seen_at(tables, Clocks(cutoff, cutoff)), scope, just_before, cutoff.date())
    own = claims.filter(_.segment == scope.segments[0], _.period == period, _.counts_gross == 1)
    return int(own.filter(_.qc_state.isin([state.value for state in _OPEN])).count().execute())


def _gap_window(query: GapQuery) -> Period:
    """Return the days asked for; a word that is not known, or days that make no window: UsageError."""
    _refuse_unknown((query.level, LEVELS), (query.segment, Segment), (query.reference, REFERENCES))
    window = _window(query.first, query.last)
    if query.reference == PLAN and window.start.replace(day=1) != window.last_day.replace(day=1):
        raise UsageError("a plan is that of one month: choose --from and --to within a month")
    return window


def _refuse_uncovered(scope: Scope, query: GapQuery, days: Period) -> None:
    """Refuse days of which no file tells the calls, the list or, where the basis needs them, the verdicts."""
    lacking = scope.coverage.lacks(CATALOGUE[ACTUAL_KPI[query.basis]].needs)
    what = lacking.partition(":")[2] or next((name for name in ("calls", "assignments") if name in scope.missing), "")
    if what:
        raise DataBlockedError(
            f"{query.segment} {days.start} to {days.last_day}: no loaded file covers {what}; load them, "
            "or ask for another window, basis or --reference"
        )


def _window(first: dt.date, last: dt.date) -> Period:
    if last < first:
        raise UsageError(f"--from {first} lies after --to {last}; both days belong to the window")
    return Period(first, last + dt.timedelta(days=1))


def _refuse_unknown(*words: tuple[str, Sequence[str] | type[Segment]]) -> None:
    for name, known in words:
        if name not in tuple(known):
            raise UsageError(f"unknown word '{name}'.{did_you_mean(name, known)} Known: {', '.join(known)}")


def _kpis(query: KpiQuery) -> tuple[str, ...]:
    """Return the ids asked for in the order of the catalogue, each with its sub-ids."""
    _refuse_unknown((query.level, LEVELS), (query.segment, (*Segment, ALL)))
    for name in query.kpis:
        if name not in CATALOGUE and not any(about.parent == name for about in CATALOGUE.values()):
            raise UsageError(
                f"unknown KPI '{name}'.{did_you_mean(name, CATALOGUE)} K01 to K56 are listed in docs/kpi.md"
            )
    if not query.kpis:
        return tuple(name for name in CATALOGUE if name not in _HELPERS)
    return tuple(name for name, about in CATALOGUE.items() if name in query.kpis or about.parent in query.kpis)


def _first_day(period: str) -> dt.date:
    try:
        return dt.datetime.strptime(period, "%Y-%m").date()
    except ValueError:
        raise UsageError(f"--period {period}: a month is closed, written YYYY-MM, for example 2022-10") from None
