"""What the next month asks for: targets, working days and agents, worked by hand."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import pytest

from caringmon.analysis.kpi_values import value_table
from caringmon.analysis.month_plan import MonthPlan
from caringmon.analysis.next_month import next_month_values
from caringmon.analysis.targets import Progress, Targets
from caringmon.model.period import Period
from tests.worked_findings import CALENDAR

OCTOBER = MonthPlan.of(Period.month(dt.date(2022, 10, 1)), CALENDAR, ())


def targets(value: float | None) -> Targets:
    """Return the target of CT0 in November."""
    row = ("2022-11", "CT0", "SITE", "SITE", "agree", value, "MONTH", None, 1, dt.date(2022, 11, 1))
    names = ["period", "segment", "level", "entity_id", "metric", "value", "grain", "date", "version", "effective_from"]
    rows = pd.DataFrame([row] if value is not None else [], columns=names)
    return Targets.in_force(rows, Progress(CALENDAR, dt.date(2022, 11, 3)))


def asked(target: float | None, agrees: float, agent_days: float, note: str = "") -> dict[str, tuple[float, str]]:
    value = agrees / agent_days if agent_days else math.nan
    staff = value_table([("mtd", "CT0", "", "K21", value, agrees, agent_days, note)])
    found = next_month_values(staff, targets(target), OCTOBER, CALENDAR, ("CT0",))
    assert set(found["window"]) == {"next_month"}
    return {row["kpi"]: (row["value"], row["note"]) for row in found.to_dict("records")}


def test_agents_are_counted_up_and_what_they_lack_is_told():
    # 1,000 agrees in 500 agent-days: 2 each. 20 agents in the 25 days of October; November has 26: 1,144 ÷ 52 = 22.
    found = asked(1144, 1000, 500)
    assert (found["target"][0], found["workdays"][0]) == (1144, 26)
    assert [found[f"agents_{name}"][0] for name in ("present", "needed", "spare")] == [20, 22, -2]
    assert found["K21.needed"][0] == pytest.approx(1144 / (20 * 26))
    assert asked(1145, 1000, 500)["agents_needed"][0] == 23


@pytest.mark.parametrize(("target", "agrees", "days", "told", "note"), [
    (None, 1000, 500, "", "no_target"), (1144, 0, 500, "", "zero_denominator"),
    (1144, 0, math.nan, "missing:attendance", "missing:attendance"),
])  # fmt: skip
def test_what_cannot_be_told_has_its_reason(target, agrees, days, told, note):
    found = asked(target, agrees, days, told)
    assert math.isnan(found["agents_needed"][0])
    assert found["agents_needed"][1] == note
