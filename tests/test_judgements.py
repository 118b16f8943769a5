"""What statistics say of counted values: the order of agents, the limits of days, and where the month may end."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from caringmon.analysis.judgements import agent_standings, limits_of_days, month_end
from caringmon.analysis.kpi_values import value_table
from tests.tiny import OCTOBER

WORKDAYS = OCTOBER.last_workdays(dt.date(2022, 10, 18), 40)


def rates(entity: str, cases: list[tuple[int, int]], kpi: str = "K14", segment: str = "CT0"):
    return [
        (f"d{day}", segment, entity, kpi, a / n if n else math.nan, a, n, "")
        for day, (a, n) in zip(WORKDAYS[-len(cases) :], cases, strict=True)
    ]


def month_of(days):
    totals: dict[str, list[float]] = {}
    for _, _, entity, _, _, a, n, _ in days:
        kept = totals.setdefault(entity, [0, 0])
        kept[0], kept[1] = kept[0] + a, kept[1] + n
    return value_table(("mtd", "CT0", e, "K14", a / n if n else math.nan, a, n, "") for e, (a, n) in totals.items())


def test_agents_with_few_contacts_are_not_ordered_and_the_best_stands_first():
    days = [
        *rates("A1", [(6, 20), (7, 20), (6, 20)]), *rates("A2", [(9, 20), (10, 20), (9, 20)]),
        *rates("A3", [(3, 3)]),
    ]  # fmt: skip
    found = agent_standings(month_of(days), value_table(days), 20).set_index("entity")
    assert found["rank"].to_dict() == {"A1": 2, "A2": 1, "A3": 0}
    assert found.loc["A3", "standing"] == "too_few"
    # The shrunken rate lies between an agent's own rate and that of all.
    assert 19 / 60 < found.loc["A1", "shrunken"] < (19 + 28 + 3) / 123 < found.loc["A2", "shrunken"] < 28 / 60


def test_without_agents_there_is_no_order():
    assert agent_standings(value_table([]), value_table([]), 20).empty


def test_a_day_far_below_the_days_before_is_marked_and_an_ordinary_one_is_not():
    usual = [(40 + (place % 3), 100) for place in range(39)]
    bounds, told = limits_of_days(value_table(rates("", [*usual, (10, 100)], "K09")), "K09", OCTOBER)
    last = told.iloc[-1]
    assert (last["rule"], last["variation"]) == ("outside", "special_cause_concerning")
    assert told.iloc[-2]["rule"] == ""
    named = bounds[bounds["window"] == last["window"]].set_index("kpi")["value"]
    assert named["K09.centre"] == pytest.approx(0.41)  # 30 days of 40, 41, 42 in turn
    assert 0.10 < named["K09.lower"] < 0.41 < named["K09.upper"]


def test_counts_have_limits_that_are_never_below_zero():
    days = [(f"d{day}", "CT0", "", "K17", v, v, math.nan, "") for day, v in zip(WORKDAYS, [0, 9] * 20, strict=True)]
    bounds, _ = limits_of_days(value_table(days), "K17", OCTOBER)
    assert bounds[bounds["kpi"] == "K17.lower"]["value"].min() == 0


def test_the_month_end_has_a_bound_on_either_side_of_the_run_rate_and_a_chance():
    october = [day for day in WORKDAYS if day.month == 10]
    agrees = [95, 100, 98, 96, 101, 97, 99, 96, 98, 97, 99, 95, 98, 96]
    days = value_table((f"d{d}", "CT0", "", "K17", v, v, math.nan, "") for d, v in zip(october, agrees, strict=True))
    contacts = value_table((f"d{d}", "CT0", "", "K11", 0.8, 240, 300, "") for d in october)
    found = month_end(days, contacts, [("CT0", "", 2600.0)], OCTOBER, 1.0).set_index("kpi")["value"]
    point = sum(agrees) / 14 * 25
    assert found["K45.low95"] < found["K45.low80"] < point < found["K45.high80"] < found["K45.high95"] < 2600
    assert 0 <= found["K45.reached"] < 0.01


def test_without_a_target_there_is_no_chance_of_reaching_it():
    october = [day for day in WORKDAYS if day.month == 10]
    days = value_table((f"d{d}", "CT0", "", "K17", 10, 10, math.nan, "") for d in october)
    contacts = value_table((f"d{d}", "CT0", "", "K11", 0.8, 24, 30, "") for d in october)
    found = month_end(days, contacts, [("CT0", "", math.nan)], OCTOBER, 1.0).set_index("kpi")
    assert math.isnan(found.loc["K45.reached", "value"])
    assert found.loc["K45.reached", "note"] == "no_target"
