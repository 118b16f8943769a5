"""Gaps over small tables: one call, the explained gap."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping

import ibis
import pandas as pd
import pyarrow as pa

from caringmon.analysis.cells import cells, units_of
from caringmon.analysis.gap_table import GapQuestion, GapTable, gap_table
from caringmon.analysis.relations import Relations
from caringmon.analysis.snapshot import relations_at, targets_at
from caringmon.analysis.targets import Progress
from caringmon.model.findings import Clocks
from caringmon.model.period import Period
from tests.asked import SCOPE
from tests.tiny import OCTOBER, at, date, fact_table

_TABLES = ("calls", "assignments", "qc", "payments", "attendance", "roster", "targets")
OCTOBER_2022 = Period.month(dt.date(2022, 10, 1))


def days(first: str, last: str) -> Period:
    """Return the days from first to last, both included."""
    return Period(date(first), date(last) + dt.timedelta(days=1))


def known(con: ibis.BaseBackend, tables: Mapping[str, pa.Table], clock: dt.datetime) -> dict[str, ibis.Table]:
    """Return the tables on the connection; those that are not given are empty."""
    every = {name: tables.get(name, fact_table(name, [])) for name in _TABLES}
    return {name: con.create_table(name, table, overwrite=True) for name, table in every.items()}


def relations(con: ibis.BaseBackend, tables: Mapping[str, pa.Table], clock: dt.datetime) -> Relations:
    """Return what is known at the clock."""
    return relations_at(known(con, tables, clock), SCOPE, Clocks(clock, clock), clock.date())


def cells_of(
    con: ibis.BaseBackend, tables: Mapping[str, pa.Table], clock: dt.datetime, window: Period = OCTOBER_2022,
    view: str = "agent", grain: str = "customer", basis: str = "net",
) -> pd.DataFrame:  # fmt: skip
    """Return the cells of CT0."""
    of_segment = relations(con, tables, clock).of(["CT0"])
    return cells(units_of(of_segment, window, grain, basis), of_segment, view)


def explain(
    con: ibis.BaseBackend, tables: Mapping[str, pa.Table], clock: dt.datetime, window: Period = OCTOBER_2022,
    level: str = "site", **question: object,
) -> GapTable:  # fmt: skip
    """Return the gap of CT0 explained."""
    facts = known(con, tables, clock)
    scope = dataclasses.replace(SCOPE, segments=("CT0",))
    seen = relations_at(facts, scope, Clocks(clock, clock), window.last_day)
    targets = targets_at(facts, scope, seen, Progress(OCTOBER, window.last_day))
    return gap_table(seen, seen, targets, GapQuestion("CT0", window, level, **question))


def call(service: str, agent: str, day: str, code: str = "R01", **more: object) -> dict[str, object]:
    """Return a call of CT0 at nine o'clock."""
    return {"attempt_id": f"{service}-{day}-{code}", "called_at": at(day), "agent_id": agent, "service_no": service,
            "segment": "CT0", "result_code": code, "channel": "VOICE", **more}  # fmt: skip


def held(service: str, agent: str, day: str = "01", **more: object) -> dict[str, object]:
    """Return an assignment of CT0 in October."""
    return {"period": "2022-10", "segment": "CT0", "service_no": service, "agent_id": agent, "arrears_amount": 1,
            "received_at": at(day, "08:00"), "valid_from": at(day).date(), **more}  # fmt: skip


def member(person: str, boss: str, since: str = "2022-01-01", until: str | None = None, role: str = "AGENT"):
    """Return a row of the roster."""
    return {"person_id": person, "role": role, "reports_to": boss, "valid_from": date(since),
            "valid_to": date(until) if until else None}  # fmt: skip


def target(value: float, metric: str = "agree", level: str = "SITE", entity: str = "SITE", **more: object):
    """Return a target of CT0 for October."""
    return {"period": "2022-10", "segment": "CT0", "level": level, "entity_id": entity, "metric": metric,
            "value": value, "grain": "MONTH", "apportion": "WORKDAY", "version": 1,
            "effective_from": date("2022-10-01"), **more}  # fmt: skip
