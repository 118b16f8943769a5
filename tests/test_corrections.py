"""Corrections of earlier months: what became known of a month after it was closed."""

from __future__ import annotations

import datetime as dt

import ibis
import pytest

from caringmon.analysis.corrections import corrections
from caringmon.analysis.ledger import agree_ledger
from caringmon.model.period import Period
from tests.service import ARREARS, CUTOFFS, november, rules
from tests.tiny import at, date, fact_table

NOVEMBER = Period.month(date("2022-11-01"))
DECEMBER = Period.month(date("2022-12-01"))
CLOCK = dt.datetime(2022, 12, 31, 23, 59, 59)
SEPTEMBER_AGREE = dt.datetime(2022, 9, 20, 9)


def cutoff(period: str) -> dt.datetime:
    return CUTOFFS.get(period, dt.datetime(2022, 12, 3, 17))


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


def posted(con, month, calls, taps=(), payments=(), clock=CLOCK) -> list[tuple]:
    """Return the corrections as tuples: cohort, net, valid, kept, paid."""
    holdings = [hold(call["service_no"]) for call in calls]
    rows = {"calls": calls, "qc": taps, "payments": payments, "assignments": holdings}
    tables = [con.create_table(f"{name}_{month.start:%m}", fact_table(name, list(some))) for name, some in rows.items()]

    def restated_at(moment: dt.datetime) -> ibis.Table:
        return agree_ledger(*tables, rules(moment, restated=True))

    found = corrections(restated_at, month, clock, cutoff)
    return list(found.drop(columns="segment").itertuples(index=False, name=None))


def test_an_agree_returned_the_day_after_the_cut_off_is_a_correction_of_the_next_month(connection):
    # S17: the cut-off of October was on 3 November at 17:00.
    calls, taps = [agree("c1", at("28"))], [tap("c1", november("04"), "RETURN")]
    assert posted(connection, NOVEMBER, calls, taps) == [("2022-10", -1, 0, 0, 0)]
    assert posted(connection, DECEMBER, calls, taps) == []


def test_a_verdict_up_to_the_cut_off_is_part_of_the_month_and_no_correction(connection):
    calls, taps = [agree("c1", at("28"))], [tap("c1", CUTOFFS["2022-10"], "NOT_VALID")]
    assert posted(connection, NOVEMBER, calls, taps) == []


@pytest.mark.parametrize(("status", "change"), [("VALID", (0, 1)), ("NOT_VALID", (-1, 0))])
def test_a_claim_pending_at_the_close_moves_valid_or_net_but_not_both(connection, status, change):
    calls, taps = [agree("c1", at("28"))], [tap("c1", november("10"), status)]
    assert posted(connection, NOVEMBER, calls, taps) == [("2022-10", *change, 0, 0)]


def test_a_payment_taken_back_after_the_cut_off_is_a_correction(connection):
    # S27: promised for 22 October, its window ended on the 25th.
    calls = [agree("c1", at("20"))]
    payments = [pay("Sc1", at("21"), ARREARS), pay("Sc1", november("10"), -ARREARS)]
    assert posted(connection, NOVEMBER, calls, (), payments) == [("2022-10", 0, 0, -1, -ARREARS)]


def test_a_correction_stands_in_the_month_in_which_it_becomes_known(connection):
    # A claim of September: lost in October, after its cut-off of the 5th, and won back in November.
    calls = [agree("c1", SEPTEMBER_AGREE), agree("c2", november("01"))]
    taps = [tap("c1", at("10"), "NOT_VALID"), tap("c1", november("10"), "VALID"), tap("c2", november("11"), "VALID")]
    assert posted(connection, Period.month(date("2022-10-01")), calls, taps) == [("2022-09", -1, 0, 0, 0)]
    assert posted(connection, NOVEMBER, calls, taps) == [("2022-09", 1, 1, 0, 0)]


def test_what_is_not_yet_known_at_the_clock_is_no_correction(connection):
    calls, taps = [agree("c1", at("28"))], [tap("c1", november("10"), "NOT_VALID")]
    assert posted(connection, NOVEMBER, calls, taps, clock=november("09")) == []
