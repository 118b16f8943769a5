"""Questions about KPIs over small tables: one call, the values and notes by entity and KPI."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping

import ibis
import pyarrow as pa

from caringmon.analysis.kpi_table import Question, kpi_table
from caringmon.analysis.snapshot import Scope
from caringmon.model.calendar import WorkCalendar
from caringmon.model.findings import Clocks
from caringmon.model.kpi import CATALOGUE
from caringmon.model.period import Period
from tests.tiny import OCTOBER, fact_table

SCOPE = Scope(OCTOBER, ("CT0",), "net", frozenset(), frozenset(), 3, dt.time(17), 2)
OCTOBER_DAYS = (dt.date(2022, 10, 1), dt.date(2022, 10, 31))
Answer = dict[tuple[str, str], tuple[float, str]]


def ask(
    con: ibis.BaseBackend, tables: Mapping[str, pa.Table], clock: dt.datetime, *, kpis: tuple[str, ...] = (),
    level: str = "site", days: tuple[dt.date, dt.date] = OCTOBER_DAYS, segment: str = "CT0", **scope: object,
) -> Answer:  # fmt: skip
    """Return value and note by (entity, KPI); `days` both included; tables that are not given are empty."""
    every = {name: tables.get(name, fact_table(name, [])) for name in (
        "calls", "assignments", "qc", "payments", "attendance", "roster", "targets")}  # fmt: skip
    facts = {name: con.create_table(name, table, overwrite=True) for name, table in every.items()}
    asked = tuple(kpi for kpi in CATALOGUE if not kpis or kpi in kpis)
    question = Question(Period(days[0], days[1] + dt.timedelta(days=1)), level, Clocks(clock, clock), asked)
    found = kpi_table(facts, dataclasses.replace(SCOPE, segments=(segment,), **scope), question)
    return {(row.entity, row.kpi): (row.value, row.note) for row in found.itertuples()}


def site(answer: Answer) -> dict[str, float]:
    """Return the values of the site by KPI."""
    return {kpi: value for (entity, kpi), (value, _) in answer.items() if entity == "SITE"}


def calendar(**changes: object) -> WorkCalendar:
    """Return the October calendar with changes."""
    return dataclasses.replace(OCTOBER, **changes)
