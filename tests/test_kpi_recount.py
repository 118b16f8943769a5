"""The demo's KPIs against a second count in plain Python that shares no code with the first."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from caringmon.answers import KpiQuery, kpi
from caringmon.model.tables import TABLES
from caringmon.store import facts
from tests.recounted import FORMULAS, Recount
from tests.tiny import date

BEFORE, AFTER = dt.datetime(2022, 10, 19, 8), dt.datetime(2022, 11, 5, 18)
QUESTIONS = [
    ("CT0", "site", "2022-10-18", "2022-10-18", BEFORE),
    ("PRANPC", "agent", "2022-10-01", "2022-10-18", BEFORE),
    ("CT0", "tl", "2022-10-01", "2022-10-31", AFTER),
    ("PRANPC", "spv", "2022-10-10", "2022-10-22", AFTER),
    ("ALL", "witel", "2022-10-01", "2022-10-31", AFTER),
    ("ALL", "site", "2022-09-01", "2022-09-30", AFTER),
]


@pytest.fixture(scope="module")
def rows(demo_workspace):
    names = ("calls", "assignments", "qc", "payments", "roster")
    with facts.connection() as con:
        loads = facts.read_loads(demo_workspace)
        return {
            name: facts.current_rows(con, demo_workspace, TABLES[name], loads).to_pyarrow().to_pylist()
            for name in names
        }


@pytest.mark.parametrize(("segment", "level", "first", "last", "clock"), QUESTIONS)
def test_two_counts_of_the_demo_agree(demo_workspace, rows, segment, level, first, last, clock):
    query = KpiQuery(segment, date(first), date(last), level, tuple(FORMULAS), clock)
    answer = kpi(query, demo_workspace)
    found = {(row.entity, row.kpi): None if math.isnan(row.value) else row.value for row in answer.itertuples()}
    expected = Recount(rows, clock, date(last)).kpis(segment, level, date(first), date(last))
    wanted = {key: value for key, value in expected.items() if key[1] in FORMULAS}
    assert {key: found.get(key, 0) for key in wanted} == pytest.approx(wanted, abs=1e-9)
    assert {entity for entity, _ in found} == {entity for entity, _ in wanted}
