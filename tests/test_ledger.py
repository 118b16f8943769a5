"""The agree ledger as a table: the golden dataset, what is fed to the walk, and the engine under it."""

from __future__ import annotations

import datetime as dt

import ibis
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from caringmon.analysis.ledger import agree_ledger
from caringmon.analysis.snapshot import open_facts
from caringmon.model.claims import CLAIM_KEY, CLAIM_SCHEMA
from caringmon.store import facts
from tests import golden
from tests.service import rules
from tests.tiny import at, date, fact_table

FEEDS = ("calls", "qc", "payments", "assignments")
GOLDEN_RULES = rules(golden.CLOCK)


def ledger(tables, given=GOLDEN_RULES, zone="Asia/Jakarta") -> pa.Table:
    """Return the claims of the tables, those that are not given empty, from an engine in a time zone."""
    empty = {name: fact_table(name, []) for name in FEEDS}
    with facts.connection() as con:
        con.raw_sql(f"SET TimeZone = '{zone}'")
        opened = open_facts(con, {**empty, **tables})
        return agree_ledger(*(opened[name] for name in FEEDS), given).to_pyarrow()


def rows(table, *names) -> list[tuple]:
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))


def test_the_golden_dataset_has_five_claims_in_the_states_of_its_table():
    claims = ledger(golden.tables())
    assert rows(claims, "service_no", "agent_id_credit", "qc_state", "counts_net", "counts_valid") == [
        ("SVC01", "A1", "VALID", 1, 1),
        ("SVC02", "A1", "VALID", 1, 1),
        ("SVC05", "A2", "PENDING", 1, 0),
        ("SVC06", "A2", "NOT_VALID", 0, 0),
        ("SVC08", "A2", "RETURN_OPEN", 0, 0),
    ]
    assert sum(claims["duplicates_n"].to_pylist()) == 1  # SVC01 on 13 October
    assert [len(found) for found in claims["verdicts"].to_pylist()] == [1, 2, 0, 1, 1]
    assert [found[-1]["reason_code"] for found in claims["verdicts"].to_pylist() if found] == [
        None, None, "RC01", "RC12",
    ]  # fmt: skip


def test_the_golden_dataset_has_three_due_promises_of_which_one_is_kept_one_partial_one_broken():
    claims = ledger(golden.tables())
    net = claims.filter(pc.equal(claims["counts_net"], 1))
    assert rows(net, "service_no", "promise_date", "window_end", "owed", "pay_state", "paid_by_window_end") == [
        ("SVC01", date("2022-10-05"), date("2022-10-08"), 300_000, "KEPT_ON_TIME", 300_000),
        ("SVC02", date("2022-10-08"), date("2022-10-11"), 400_000, "PARTIAL", 200_000),
        ("SVC05", date("2022-10-14"), date("2022-10-17"), 250_000, "BROKEN", 0),
    ]
    assert sum(net["owed"].to_pylist()) == 950_000  # K30; K28.by_amount is 500 000 of it
    money = [share for shares in claims["payments"].to_pylist() for share in shares]
    assert [(share["paid_at"], share["amount"], share["is_late"]) for share in money] == [
        (at("05", "00:00"), 300_000, False),
        (at("08", "00:00"), 200_000, False),
    ]  # K31: 500 000
    assert sum(claims["paid_late"].to_pylist()) == 0
    earlier = claims["promise_versions"].to_pylist()
    assert [[promise["promise_date"].day for promise in of_claim] for of_claim in earlier] == [[], [7], [], [], []]


def test_one_day_before_its_clock_the_third_golden_promise_is_not_due():
    claims = ledger(golden.tables(), rules(golden.CLOCK - dt.timedelta(days=1)))
    assert claims["pay_state"].to_pylist()[:3] == ["KEPT_ON_TIME", "PARTIAL", "NONE_YET"]


def test_the_golden_dataset_is_the_same_restated():
    restated = rules(golden.CLOCK, restated=True)
    assert ledger(golden.tables(), restated).equals(ledger(golden.tables()))


@pytest.mark.parametrize("zone", ["UTC", "Asia/Jayapura"])
def test_the_ledger_is_the_same_in_every_session_time_zone(zone):
    found = ledger(midnight_tables(), zone=zone)
    assert found.equals(ledger(midnight_tables()))
    assert rows(found, "period", "agree_at", "window_end") == [
        ("2022-09", dt.datetime(2022, 9, 30, 23, 59, 59), date("2022-10-03")),
        ("2022-10", dt.datetime(2022, 10, 1), date("2022-10-04")),
    ]


def midnight_tables() -> dict[str, pa.Table]:
    """Return agrees on both sides of a month's end, paid at midnight."""
    calls = [
        {"attempt_id": f"c{moment:%d}", "called_at": moment, "agent_id": "A1", "service_no": "S", "segment": "CT0",
         "result_code": "R01", "promise_date": moment.date()}
        for moment in (dt.datetime(2022, 9, 30, 23, 59, 59), dt.datetime(2022, 10, 1))
    ]  # fmt: skip
    paid = [{"payment_id": "p", "service_no": "S", "paid_at": dt.datetime(2022, 10, 4), "amount": 100}]
    return {"calls": fact_table("calls", calls), "payments": fact_table("payments", paid)}


def test_rows_in_any_order_give_the_same_ledger():
    tables = golden.tables()
    backwards = {name: table.take(pa.array(range(len(table))[::-1], pa.int64())) for name, table in tables.items()}
    assert ledger(backwards).equals(ledger(tables))


def test_no_agree_gives_no_claim_and_all_columns():
    claims = ledger({})
    assert (len(claims), claims.column_names) == (0, CLAIM_SCHEMA.names)


def test_the_table_keeps_its_contract_and_is_ordered_by_its_key():
    empty = [ibis.memtable(fact_table(name, [])) for name in FEEDS]
    assert agree_ledger(*empty, GOLDEN_RULES).schema() == ibis.schema(CLAIM_SCHEMA)
    keys = rows(ledger(golden.tables()), *CLAIM_KEY)
    assert keys == sorted(set(keys))


def test_the_decline_of_a_service_that_qc_returned_reaches_the_walk():
    # S19.
    calls = [
        {"attempt_id": name, "called_at": at(day), "agent_id": "A1", "service_no": "S", "segment": "CT0",
         "result_code": code}
        for name, day, code in (("c1", "03", "R01"), ("c2", "04", "R01"), ("c3", "06", "R05"), ("c4", "10", "R01"))
    ]  # fmt: skip
    taps = [tap_row("t1", "c1", "05", "RETURN")]
    claims = ledger({"calls": fact_table("calls", calls), "qc": fact_table("qc", taps)})
    assert rows(claims, "claim_no", "attempt_id", "qc_state", "superseded_by", "duplicate_attempt_ids") == [
        (1, "c1", "RETURN_TO_DECLINE", 2, ["c2"]),
        (2, "c4", "PENDING", None, []),
    ]


def tap_row(name, attempt, day, status, **more):
    return {"validation_id": name, "attempt_id": attempt, "service_no": "S", "tapped_at": at(day), "qco_id": "Q1",
            "status": status, **more}  # fmt: skip


def test_a_calibration_tapping_changes_nothing_and_takes_no_round():
    calls = [{"attempt_id": "c1", "called_at": at("03"), "agent_id": "A1", "service_no": "S", "segment": "CT0",
              "result_code": "R01"}]  # fmt: skip
    taps = [tap_row("t1", "c1", "04", "RETURN", is_calibration=True), tap_row("t2", "c1", "05", "VALID")]
    claims = ledger({"calls": fact_table("calls", calls), "qc": fact_table("qc", taps)})
    assert rows(claims, "qc_state", "first_tap_at", "ever_returned") == [("VALID", at("05"), False)]
    assert [found[0]["round"] for found in claims["verdicts"].to_pylist()] == [1]
