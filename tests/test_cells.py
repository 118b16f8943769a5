"""Every unit in one cell: whom it belongs to, how far it came, and that the cells sum to the KPIs."""

from __future__ import annotations

import pytest

from tests import golden
from tests.gaps import call, cells_of, days, held, member
from tests.tiny import at, fact_table

END = at("31", "23:59")
STEPS = ["units", "worked", "contacted", "rpc", "gross", "counted"]


def tables(calls=(), assignments=(), roster=(), **more):
    return {"calls": fact_table("calls", calls), "assignments": fact_table("assignments", assignments),
            "roster": fact_table("roster", roster), **more}  # fmt: skip


def sums(cells, *by):
    return {key: list(row) for key, row in cells.groupby(list(by))[STEPS].sum().iterrows()}


@pytest.mark.parametrize(("basis", "counted"), [("gross", 5), ("net", 3), ("valid", 2)])
@pytest.mark.parametrize("view", ["agent", "witel"])
def test_the_golden_cells_sum_to_its_kpis(connection, basis, counted, view):
    # K01 10, K03 9, contacted 8 (K09 8/9), reached 6 (K11 6/8), K13 5, K17 3, K18 2.
    window = days("2022-10-01", "2022-10-19")
    cells = cells_of(connection, golden.tables(), golden.CLOCK, window, view, basis=basis)
    assert list(cells[STEPS].sum()) == [10, 9, 8, 6, 5, counted]


def test_the_golden_units_lie_with_whom_they_are_credited_to(connection):
    # SVC05 moved to A2, who made its agree; SVC10 was never called and lies with its holder.
    cells = cells_of(connection, golden.tables(), golden.CLOCK, days("2022-10-01", "2022-10-19"))
    assert sums(cells, "tl", "agent") == {("TL01", "A1"): [4, 4, 4, 3, 2, 2], ("TL01", "A2"): [6, 5, 4, 3, 3, 1]}
    dated = {agent: [day.day for day in own["day"].dropna()] for agent, own in cells.groupby("agent")}
    assert dated == {"A1": [4, 5, 13], "A2": [5, 6, 12]}
    assert cells["duplicates"].sum() == 1
    assert list(cells[["open", "judged", "accepted"]].sum()) == [2, 3, 2]


def test_a_unit_belongs_to_its_agree_before_its_last_dial_before_its_holder(connection):
    calls = [call("1", "A1", "03", "R01"), call("1", "A2", "05", "R02"), call("2", "A1", "03", "U01"),
             call("2", "A2", "04", "C02")]  # fmt: skip
    assignments = [held("1", "A3"), held("2", "A3"), held("3", "A3"), held("3", "A4", "10")]
    cells = cells_of(connection, tables(calls, assignments), END)
    assert sums(cells, "agent") == {"A1": [1, 1, 1, 1, 1, 1], "A2": [1, 1, 1, 0, 0, 0], "A4": [1, 0, 0, 0, 0, 0]}
    assert dict(zip(cells["agent"], cells["foreign"], strict=True)) == {"A1": 1, "A2": 1, "A4": 0}
    assert dict(zip(cells["agent"], cells["shared"], strict=True)) == {"A1": 1, "A2": 1, "A4": 0}


def test_the_day_of_a_unit_is_that_of_its_last_dial_or_agree(connection):
    calls = [call("1", "A1", "03", "R01"), call("1", "A1", "05", "R02"), call("1", "A1", "07", "U08")]
    cells = cells_of(connection, tables(calls, [held("1", "A1")]), END)
    assert [day.day for day in cells["day"]] == [5]


def test_an_agent_who_moves_has_a_cell_in_either_team(connection):
    roster = [member("A1", "TL1", until="2022-10-15"), member("A1", "TL2", since="2022-10-15"),
              member("TL1", "SP1", role="TL"), member("TL2", "SP2", role="TL")]  # fmt: skip
    calls = [call("1", "A1", "14"), call("2", "A1", "17")]
    cells = cells_of(connection, tables(calls, [held("1", "A1"), held("2", "A1")], roster), END)
    assert list(sums(cells, "spv", "tl", "agent")) == [("SP1", "TL1", "A1"), ("SP2", "TL2", "A1")]


def test_a_call_without_assignment_is_a_unit_and_is_counted_as_one(connection):
    cells = cells_of(connection, tables([call("1", "A1", "03"), call("2", "A1", "03", "C01")], [held("3", "A1")]), END)
    assert list(cells[[*STEPS, "outside", "outside_gross"]].sum()) == [3, 2, 2, 1, 1, 1, 2, 1]


def test_a_service_closed_before_its_first_dial_is_a_unit_only_when_it_was_called(connection):
    closed = [held(service, "A1", "01", valid_to=at("01").date()) for service in ("1", "2")]
    cells = cells_of(connection, tables([call("1", "A1", "03", "C01")], closed), END)
    assert list(cells[[*STEPS, "outside"]].sum()) == [1, 1, 1, 0, 0, 0, 1]


def test_an_agree_in_writing_counts_as_reached_so_that_the_steps_nest(connection):
    cells = cells_of(connection, tables([call("1", "A1", "03", channel="WA")], [held("1", "A1")]), END)
    assert list(cells[STEPS].sum()) == [1] * 6


def test_what_is_no_dial_is_no_work(connection):
    calls = [call("1", "A1", "03", "U07"), call("2", "A1", "03", "U08"), call("3", "A1", "03", "C01", channel="WA")]
    cells = cells_of(connection, tables(calls, [held(service, "A1") for service in "123"]), END)
    assert list(cells[STEPS].sum()) == [3, 0, 0, 0, 0, 0]


def test_by_day_a_service_is_a_unit_on_every_working_day_and_on_others_when_called(connection):
    # 3-10 October: Mon-Sat without the holiday on the 8th; Sunday the 9th counts by its call alone.
    calls = [call("1", "A1", "04"), call("1", "A1", "05", "C02"), call("2", "A1", "09", "C02")]
    cells = cells_of(
        connection, tables(calls, [held("1", "A1"), held("2", "A1")]), END, days("2022-10-03", "2022-10-10"),
        grain="service_day",
    )  # fmt: skip
    units = {day.day: count for day, count in zip(cells["day"], cells["units"], strict=True)}
    assert units == {3: 2, 4: 2, 5: 2, 6: 2, 7: 2, 9: 1, 10: 2}
    assert list(cells[STEPS].sum()) == [13, 3, 3, 1, 1, 1]


def test_the_witel_of_a_unit_is_that_of_its_assignment(connection):
    assignments = [held("1", "A1", witel="Solo"), held("2", "A1", witel="Solo")]
    cells = cells_of(connection, tables([call("1", "A1", "03"), call("9", "A1", "03")], assignments), END, view="witel")
    assert sums(cells, "witel") == {"Solo": [2, 1, 1, 1, 1, 1], "TIDAK TERPETAKAN": [1, 1, 1, 1, 1, 1]}


def test_nothing_known_is_no_cell(connection):
    assert cells_of(connection, tables(), END).empty
