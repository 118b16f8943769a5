"""Corrections of earlier months: what became known of a month after it was closed."""

from __future__ import annotations

import datetime as dt

import pytest

from caringmon.analysis.corrections import corrections
from caringmon.analysis.snapshot import relations_at
from caringmon.model.findings import Clocks
from caringmon.model.period import Period
from tests.asked import SCOPE, ask
from tests.service import ARREARS, november
from tests.tiny import at, date, fact_table

OCTOBER, NOVEMBER, DECEMBER = (Period.month(date(f"2022-{month}-01")) for month in (10, 11, 12))
CLOCK = dt.datetime(2022, 12, 31, 23, 59, 59)
CUTOFF = dt.datetime(2022, 11, 3, 17)
SEPTEMBER_AGREE = dt.datetime(2022, 9, 20, 9)


def agree(name, moment):
    return {"attempt_id": name, "called_at": moment, "agent_id": "A1", "service_no": f"S{name}", "segment": "CT0",
            "result_code": "R01", "promise_date": moment.date() + dt.timedelta(days=2)}  # fmt: skip


def tap(attempt, moment, status):
    return {"validation_id": f"{attempt}{moment:%m%d}", "attempt_id": attempt, "service_no": f"S{attempt}",
            "tapped_at": moment, "qco_id": "Q1", "status": status}  # fmt: skip


def pay(service, moment, amount):
    return {"payment_id": f"{service}{moment:%m%d}", "service_no": service, "paid_at": moment, "amount": amount}


def hold(service):
    return {"period": "2022-10", "segment": "CT0", "service_no": service, "agent_id": "A1", "arrears_amount": ARREARS,
            "received_at": at("01"), "valid_from": at("01").date()}  # fmt: skip


def fact_tables(calls, taps=(), payments=()):
    holdings = [hold(call["service_no"]) for call in calls]
    people = [{"person_id": "A1", "role": "AGENT", "reports_to": "TL1", "valid_from": date("2022-01-03")}]
    rows = {"calls": calls, "qc": taps, "payments": payments, "assignments": holdings, "roster": people}
    every = (*rows, "attendance", "targets")
    return {name: fact_table(name, list(rows.get(name, ()))) for name in every}


def posted(con, month, tables, clock=CLOCK, level="site") -> list[tuple]:
    """Return the corrections as tuples: cohort, net, valid, promises kept, rupiah; below the site, first the entity."""
    facts = {name: con.create_table(name, table, overwrite=True) for name, table in tables.items()}
    relations = relations_at(facts, SCOPE, Clocks(clock, clock), month.last_day)
    found = corrections(facts, SCOPE, relations, [level], month)[level]
    hidden = ["segment", "entity"] if level == "site" else ["segment"]
    return list(found.drop(columns=hidden).itertuples(index=False, name=None))


def test_an_agree_returned_the_day_after_the_cut_off_is_a_correction_of_the_next_month(connection):
    # S17: the cut-off of October was on 3 November at 17:00.
    calls, taps = [agree("c1", at("28"))], [tap("c1", november("04"), "RETURN")]
    assert posted(connection, NOVEMBER, fact_tables(calls, taps)) == [("2022-10", -1, 0, 0, 0)]
    assert posted(connection, DECEMBER, fact_tables(calls, taps)) == []


def test_a_verdict_up_to_the_cut_off_is_part_of_the_month_and_no_correction(connection):
    calls, taps = [agree("c1", at("28"))], [tap("c1", CUTOFF, "NOT_VALID")]
    assert posted(connection, NOVEMBER, fact_tables(calls, taps)) == []


@pytest.mark.parametrize(("status", "change"), [("VALID", (0, 1)), ("NOT_VALID", (-1, 0))])
def test_a_claim_pending_at_the_close_moves_valid_or_net_but_not_both(connection, status, change):
    calls, taps = [agree("c1", at("28"))], [tap("c1", november("10"), status)]
    assert posted(connection, NOVEMBER, fact_tables(calls, taps)) == [("2022-10", *change, 0, 0)]


def test_a_payment_taken_back_after_the_cut_off_is_a_correction(connection):
    # S27: promised for 22 October, its window ended on the 25th.
    calls = [agree("c1", at("20"))]
    payments = [pay("Sc1", at("21"), ARREARS), pay("Sc1", november("10"), -ARREARS)]
    assert posted(connection, NOVEMBER, fact_tables(calls, (), payments)) == [("2022-10", 0, 0, -1, -ARREARS)]


def test_a_correction_stands_in_the_month_in_which_it_becomes_known(connection):
    # A claim of September: lost in October, after its cut-off of the 4th, and won back in November.
    calls = [agree("c1", SEPTEMBER_AGREE), agree("c2", november("01"))]
    taps = [tap("c1", at("10"), "NOT_VALID"), tap("c1", november("10"), "VALID"), tap("c2", november("11"), "VALID")]
    assert posted(connection, OCTOBER, fact_tables(calls, taps)) == [("2022-09", -1, 0, 0, 0)]
    assert posted(connection, NOVEMBER, fact_tables(calls, taps)) == [("2022-09", 1, 1, 0, 0)]


def test_what_is_not_yet_known_at_the_clock_is_no_correction(connection):
    calls, taps = [agree("c1", at("28"))], [tap("c1", november("10"), "NOT_VALID")]
    assert posted(connection, NOVEMBER, fact_tables(calls, taps), november("09")) == []


def test_corrections_of_all_months_and_the_month_as_reported_are_the_month_restated(connection):
    # c1 is lost after the cut-off and won back a month later, c2 found valid; what c3 had paid is taken back.
    calls = [agree("c1", at("20")), agree("c2", at("21")), agree("c3", at("20"))]
    taps = [tap("c1", november("10"), "NOT_VALID"), tap("c1", dt.datetime(2022, 12, 5, 9), "VALID"),
            tap("c2", november("15"), "VALID")]  # fmt: skip
    payments = [pay("Sc1", at("21"), ARREARS), pay("Sc3", at("22"), 100_000), pay("Sc3", november("20"), -100_000)]
    tables = fact_tables(calls, taps, payments)
    in_november, in_december = (posted(connection, month, tables) for month in (NOVEMBER, DECEMBER))
    assert in_november == [("2022-10", -1, 1, -1, -ARREARS - 100_000)]
    assert in_december == [("2022-10", 1, 1, 1, ARREARS)]
    reported, restated = (
        {kpi: value for (_, kpi), (value, _) in ask(
            connection, tables, CLOCK, kpis=("K17", "K18", "K27", "K28", "K31"), restated=way).items()}
        for way in (False, True)
    )  # fmt: skip
    kept = [of["K27"] * of["K28"] for of in (reported, restated)]
    assert [restated[kpi] - reported[kpi] for kpi in ("K17", "K18", "K31")] == [0, 2, -100_000]
    assert kept[1] - kept[0] == 0


def test_who_had_no_event_since_is_corrected_all_the_same(connection):
    tables = fact_tables([agree("c1", at("28"))], [tap("c1", november("10"), "NOT_VALID")])
    assert posted(connection, NOVEMBER, tables, level="tl") == [("TL1", "2022-10", -1, 0, 0, 0)]
    found = ask(connection, tables, CLOCK, level="tl", days=(NOVEMBER.start, NOVEMBER.last_day), kpis=(
        "K17", "K17.correction", "K17.corrected"))  # fmt: skip
    assert found == {("TL1", "K17"): (0, ""), ("TL1", "K17.correction"): (-1, "2022-10:-1"),
                     ("TL1", "K17.corrected"): (-1, "")}  # fmt: skip
