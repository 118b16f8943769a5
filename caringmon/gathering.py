"""The rows that a report may see: gather → Evidence. Reads parameters and store, writes nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version as package_version
from pathlib import Path

import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from caringmon.analysis import admission
from caringmon.analysis.bridge import file_counts
from caringmon.analysis.clocks import clocks_at, rows_since
from caringmon.analysis.readiness import (
    REFERENCE,
    absent_by_design,
    active_segments,
    calendar_issues,
    missing_of_month,
    missing_tables,
    refuse_overlaps,
    refuse_silent_record,
    refuse_unknown_leader,
    refuse_unmapped,
    refuse_unready,
    silent_segments,
)
from caringmon.analysis.reconciliation import SYSTEM_COLUMNS, agrees_by_system
from caringmon.annotations import NotesFile, fingerprint, read_annotations
from caringmon.intake.pseudonyms import pseudonym_key
from caringmon.model.calendar import WorkCalendar
from caringmon.model.findings import Clocks, Evidence, Issue, Load, Request
from caringmon.model.follow_up import Followed, followed, register_cut, seen_at
from caringmon.model.period import Period
from caringmon.model.tables import TABLES
from caringmon.params import Report
from caringmon.request import request_in
from caringmon.settings import workspace_folder, workspace_settings, workspace_sources
from caringmon.store import facts
from caringmon.store.changes import export_changes
from caringmon.store.closes import frozen_values
from caringmon.store.recommendations import read_events
from caringmon.store.register import URL_NAME, register_url
from caringmon.store.visible import LOAD_COLUMNS, events_on, later_exports, rows_hash, visible_tables
from caringmon.suppression import suppressed_services


def gather(parameters: Report, workspace: Path | None = None) -> Evidence:
    """Return the rows visible at the report's clocks, with what is known about them.

    Reads the workspace: the folder given, else the one that `CARINGMON_WORKSPACE` names, else the one around the
    notebook, else the checkout; and the register, that of the workspace or the one that `CARINGMON_REGISTER_URL` names.
    Only rows of each table's source of record count. A required table that no loaded file covers on a working day, a
    system of record that is silent while another one speaks, a roster that has a person in two places, a month with
    more than 1 % unknown results or 1 % of its agrees by people outside the roster: DataBlockedError naming it.
    """
    folder = workspace_folder(workspace, os.environ, Path.cwd())
    request, calendar = request_in(folder, parameters)
    sources = workspace_sources(folder)
    clocks = clocks_at(request, calendar)
    day = request.report_date
    since = rows_since(day)
    read = _read(folder, request, clocks, sources)
    admitted, tables = read.admitted, read.admitted.facts
    absent = absent_by_design(admitted.loads, request.window, workspace_settings(folder).absent_by_design)
    missing, uncovered = _lacking(admitted, request, clocks, calendar, absent)
    refuse_unready(missing, request.period, request.report)
    closes = frozen_values(folder, request.segments, request.period) if request.is_month else pd.DataFrame()
    counted = _counted(admitted, request.window)
    refuse_overlaps(tables["roster"])
    refuse_unknown_leader(tables["roster"], request.audience, day)
    refuse_unmapped(counted.tables["calls"], day)
    shown = tuple(load for load in read.in_time if load.last_day >= since or load.table in REFERENCE)
    found = (*facts.read_issues(folder, shown), *read.later, *_issues(counted, day, absent, calendar))
    counts, origins = _bridged(counted, read.held, read.in_time, request)
    evidence_id = rows_hash(tables)
    systems = _systems(counted, read.other_calls, day)
    annotations = read_annotations(NotesFile.of(parameters).path(folder))
    known = _register(folder, clocks, request)
    months = Period(since, Period.month(day).end)
    told = (evidence_id, fingerprint(annotations), _told(systems), register_cut(known), *_snapshots(closes))
    return Evidence(
        request=request,
        clocks=clocks,
        calendar=calendar,
        tables=tables,
        loads=shown,
        issues=found,
        absent=absent,
        missing=missing,
        file_counts=counts,
        origins=origins,
        evidence_id=evidence_id,
        run_id=_run_id(told, request, calendar, months),
        annotations=annotations,
        systems=systems,
        followed=known,
        uncovered=uncovered,
        closes=closes,
    )


@dataclass(frozen=True)
class _Read:
    """What the store holds for a report: the rows at its clocks, and what is told of their files.

    `other_calls`: those of systems that are not the record, exported in time; None: there is no such file. `in_time`:
    the loads exported by the clock. `later`: what later exports changed. `held`: from which load each call comes.
    """

    admitted: Admitted
    other_calls: pa.Table | None
    in_time: tuple[Load, ...]
    later: tuple[Issue, ...]
    held: pa.Table


def _read(folder: Path, request: Request, clocks: Clocks, sources: Mapping[str, str]) -> _Read:
    """Return what the store holds; a system of record silent while another one speaks: DataBlockedError."""
    day, since = request.report_date, rows_since(request.report_date)
    loads = facts.read_loads(folder)
    with facts.connection() as con:
        admitted = admit(con, folder, loads, clocks, since)
        others = [load for load in loads if load not in admitted.loads]
        refuse_silent_record(admitted.visible, events_on(con, folder, others, day), day, sources)
        elsewhere = [load for load in others if load.table == "calls" and load.exported_at <= clocks.qc]
        in_time = tuple(load for load in admitted.loads if load.exported_at <= clocks.qc)
        held = facts.current_rows(con, folder, TABLES["calls"], in_time).select("attempt_id", "load_id").to_pyarrow()
        return _Read(
            admitted,
            visible_tables(con, folder, elsewhere, clocks, day.replace(day=1))["calls"] if elsewhere else None,
            in_time,
            (*later_exports(con, folder, admitted.loads, clocks, since), *export_changes(con, folder, in_time)),
            held,
        )


def _register(folder: Path, clocks: Clocks, request: Request) -> tuple[Followed, ...]:
    """Return the recommendations of the segments asked for as the register had them at the clock."""
    events = read_events(register_url(folder, os.environ.get(URL_NAME)))
    return tuple(one for one in followed(seen_at(events, clocks.qc)) if one.segment in request.segments)


def _lacking(
    admitted: Admitted, request: Request, clocks: Clocks, calendar: WorkCalendar, absent: frozenset[str]
) -> tuple[frozenset[str], dict[str, tuple[dt.date, ...]]]:
    """Return the tables that the report's days lack, and of a month the working days that no file covers, by table."""
    tables, loads = admitted.facts, admitted.loads
    asked = active_segments(tables, request.segments)
    if request.is_month:
        return missing_of_month(tables, loads, request.window, clocks.qc.date(), asked, calendar, absent)
    return missing_tables(tables, loads, request.report_date, asked, calendar, absent), {}


def _snapshots(closes: pd.DataFrame) -> tuple[str, ...]:
    """Return which snapshots of closed months the report reads."""
    return tuple(dict.fromkeys(closes["snapshot"])) if len(closes) else ()


def _systems(counted: Admitted, other_calls: pa.Table | None, day: dt.date) -> pd.DataFrame:
    """Return the agrees of the month in the system of record and in others; no other tells of it: no row."""
    if not other_calls:
        return pd.DataFrame(columns=SYSTEM_COLUMNS)
    return agrees_by_system(counted.visible["calls"], other_calls, day.replace(day=1))


def _told(systems: pd.DataFrame) -> str:
    """Return what other systems say, as text for `run_id`; nothing: empty."""
    return "" if systems.empty else systems.to_json(orient="values")


@dataclass(frozen=True)
class Admitted:
    """The rows visible at the clocks, those of them that enter a report, and what was found on the way.

    `loads`: those of the systems of record; both sets of tables say where their rows come from.
    """

    loads: tuple[Load, ...]
    visible: Mapping[str, pa.Table]
    tables: Mapping[str, pa.Table]
    issues: tuple[Issue, ...]

    @property
    def facts(self) -> dict[str, pa.Table]:
        """The tables that enter a report, without where their rows come from."""
        return {name: table.drop_columns(list(LOAD_COLUMNS)) for name, table in self.tables.items()}


def _counted(admitted: Admitted, window: Period) -> Admitted:
    """Return the same without the calls after the report's days, which only decide what became of agrees before."""
    end = pa.scalar(dt.datetime.combine(window.end, dt.time()))
    visible, tables = (
        {**every, "calls": every["calls"].filter(pc.less(every["calls"]["called_at"], end))}
        for every in (admitted.visible, admitted.tables)
    )
    return replace(admitted, visible=visible, tables=tables)


def admit(con: ibis.BaseBackend, folder: Path, loads: Sequence[Load], clocks: Clocks, since: dt.date) -> Admitted:
    """Return the rows with event time from `since` to the clocks that enter a report, of the systems of record."""
    sources = workspace_sources(folder)
    record = tuple(load for load in loads if load.source_system == sources[load.table])
    visible = visible_tables(con, folder, record, clocks, since)
    by_id = {load.load_id: load for load in record}
    day = clocks.calls.date()
    suppressed = suppressed_services(folder, day, pseudonym_key(os.environ))
    tables, recovered = admission.with_recovered_ids(admission.with_person_ids(visible), by_id)
    tables, amounts = admission.with_imputed_amounts(tables, by_id)
    tables, left_out = admission.without_suppressed(tables, suppressed, day)
    tables, dependent = admission.with_independent_taps(admission.with_named_calls(tables), by_id)
    return Admitted(record, visible, tables, (*recovered, *amounts, *left_out, *dependent))


def _issues(admitted: Admitted, day: dt.date, absent: frozenset[str], calendar: WorkCalendar) -> tuple[Issue, ...]:
    """Return what the rows say about each other, as far as the files have both by design."""
    tables, found = admitted.tables, list(admitted.issues)
    if not absent & {"assignments", "services"}:
        found += admission.unassigned_calls(tables, {load.load_id: load for load in admitted.loads}, day)
        found += admission.reassigned_segments(tables, day)
    if not absent & {"agents", "roster"}:
        found += admission.agents_outside_roster(tables, day)
    return (*found, *silent_segments(tables, day, calendar), *calendar_issues(calendar, day))


def _bridged(
    admitted: Admitted, held: pa.Table, in_time: Sequence[Load], request: Request
) -> tuple[pd.DataFrame, pa.Table]:
    """Return what became of the rows of each call file, for the segments asked for (`analysis.bridge`)."""
    calls = admitted.visible["calls"]
    asked = calls.filter(pc.is_in(calls["segment"], pa.array(request.segments)))
    return file_counts(held, asked, admitted.tables["calls"], in_time, request.report_date.replace(day=1))


def _run_id(known_by: tuple[str, ...], request: Request, calendar: WorkCalendar, months: Period) -> str:
    """Return the first 12 hex digits of the hash of all that a report depends on.

    `known_by`: the hash of its rows, what people added, what others say, the register, which frozen months; then
    parameters, the calendar rows that apply, and the version of the package.
    """
    free = {day.isoformat(): name for day, name in sorted(calendar.free_days.items()) if day in months}
    known = json.dumps(
        [*known_by, dict(request.parameters), free, package_version("caringmon")], sort_keys=True, ensure_ascii=False
    )
    return hashlib.sha256(known.encode()).hexdigest()[:12]
