"""Which visible rows enter a report."""

from __future__ import annotations

import pyarrow as pa
import pytest

from caringmon.analysis import admission
from caringmon.errors import DataBlockedError
from caringmon.model.findings import Load
from tests.tiny import at, date, fact_table

DAY = date("2022-10-18")
FILE = Load("L", 0, "calls", "", "calls.csv", "s", "TAMARA", at("18"), date("2022-10-01"), DAY, 1, 1, 0)
LOADS = {"L": FILE}


def table(name, *rows):
    """Return rows of a fact table that stand in the file `calls.csv` from row 2 on."""
    plain = fact_table(name, rows)
    count = len(rows)
    return (
        plain.append_column("source_row", pa.array(range(2, count + 2), pa.int64()))
        .append_column("source_line", pa.nulls(count, pa.int64()))
        .append_column("load_id", pa.array(["L"] * count, pa.string()))
    )


def call(service="S1", agent="A1", code="U01", day="18", **more):
    return {"attempt_id": f"{service}-{agent}-{day}", "called_at": at(day), "agent_id": agent, "service_no": service,
            "service_no_digits": service.lstrip("0"), "segment": "CT0", "result_code": code, **more}  # fmt: skip


def order(service="S1", segment="CT0", **more):
    return {"period": "2022-10", "segment": segment, "service_no": service, "service_no_digits": service.lstrip("0"),
            "agent_id": "A1", "arrears_amount": 300_000, "received_at": at("01"), "valid_from": date("2022-10-01"),
            **more}  # fmt: skip


def tables(**named):
    names = ("calls", "assignments", "qc", "payments", "roster", "attendance")
    return {name: table(name, *named.get(name, ())) for name in names}


def services(found, name="calls"):
    return found[name]["service_no"].to_pylist()


def told(issues):
    return [(issue.code, issue.file, issue.row, issue.count, issue.detail) for issue in issues]


# Suppression


@pytest.mark.parametrize("listed", ["0S1", "S1"])
def test_a_suppressed_service_is_in_no_table_and_counted_once(listed):
    rows = {"calls": [call("0S1"), call("0S1", day="17"), call("S2")], "assignments": [order("0S1"), order("S2")],
            "payments": [{"service_no": "0S1", "service_no_digits": "S1", "paid_at": at("10"), "amount": 1}],
    }  # fmt: skip
    kept, issues = admission.without_suppressed(tables(**rows), {listed}, DAY)
    assert (services(kept), services(kept, "assignments"), services(kept, "payments")) == (["S2"], ["S2"], [])
    assert told(issues) == [("SUPPRESSED", "", None, 1, "")]


def test_a_number_that_lost_its_zero_is_suppressed_with_the_service_that_has_no_order_any_more():
    rows = {"calls": [call("0S1"), call("S1", day="17"), call("S2")]}
    kept, issues = admission.without_suppressed(tables(**rows), {"0S1"}, date("2022-10-18"))
    assert services(kept) == ["S2"]
    assert [issue.count for issue in issues] == [1]


@pytest.mark.parametrize(("valid_from", "kept"), [("2022-10-18", []), ("2022-10-19", ["S1"])])
def test_an_order_may_suppress_a_service_from_its_day_on(valid_from, kept):
    orders = [order(status="SUPPRESSED", valid_from=date(valid_from))]
    found, _ = admission.without_suppressed(tables(calls=[call()], assignments=orders), (), DAY)
    assert services(found) == kept


def test_nobody_suppressed_is_nothing_found():
    assert admission.without_suppressed(tables(calls=[call()]), (), DAY)[1] == ()


# Lost zeros


@pytest.mark.parametrize(
    ("orders", "service", "issues"),
    [
        (["021"], "021", [("LEADING_ZERO_RECOVERED", "calls.csv", 2, 1, "")]),
        (["021", "0021"], "21", []),
        (["21", "021"], "21", []),
        (["99"], "21", []),
    ],
)
def test_an_id_that_lost_its_zero_is_recovered_when_one_order_fits(orders, service, issues):
    found, told_of = admission.with_recovered_ids(
        tables(calls=[call("21")], assignments=[order(name) for name in orders]), LOADS
    )
    assert services(found) == [service]
    assert told(told_of) == issues


def test_an_id_with_a_zero_too_many_is_recovered_too():
    found, _ = admission.with_recovered_ids(tables(calls=[call("021")], assignments=[order("21")]), LOADS)
    assert services(found) == ["21"]


# Taps


def tap(**named):
    return {
        "validation_id": "t1",
        "service_no": "S1",
        "tapped_at": at("19"),
        "status": "VALID",
        "qco_id": "Q1",
        **named,
    }


def test_a_tap_names_its_call_by_service_and_time():
    judged = tables(calls=[call(), call(day="17")], qc=[tap(called_at=at("17")), tap(validation_id="t2")])
    assert admission.with_named_calls(judged)["qc"]["attempt_id"].to_pylist() == ["S1-A1-17", None]


def test_a_tap_by_the_caller_is_set_aside_by_file_and_row():
    own = tap(attempt_id="S1-A1-18", qco_id="A1")
    kept, issues = admission.with_independent_taps(tables(calls=[call()], qc=[tap(attempt_id="S1-A1-18"), own]), LOADS)
    assert kept["qc"]["qco_id"].to_pylist() == ["Q1"]
    assert [(issue.code, issue.severity.value, issue.file, issue.row) for issue in issues] == [
        ("QC_INDEPENDENCE", "QUARANTINE", "calls.csv", 3)
    ]


@pytest.mark.parametrize(("code", "tapped", "kept"), [("R01", "19", 1), ("R02", "19", 2), ("R01", "17", 2)])
def test_a_tap_that_names_no_call_is_set_aside_when_its_person_made_an_agree_before_it(code, tapped, kept):
    made = call(code=code)
    own = tap(qco_id="A1", tapped_at=at(tapped), validation_id="t2")
    left, issues = admission.with_independent_taps(tables(calls=[made], qc=[tap(), own]), LOADS)
    assert (len(left["qc"]), sum(issue.count for issue in issues)) == (kept, 2 - kept)


def test_logins_of_one_person_are_one_person():
    roster = [{"person_id": "P1", "role": "AGENT", "logins": "A1|dimas.qc", "valid_from": date("2022-01-01")}]
    known = admission.with_person_ids(
        tables(calls=[call(), call(agent="A2")], qc=[tap(attempt_id="S1-A1-18", qco_id="dimas.qc")], roster=roster)
    )
    assert known["calls"]["agent_id"].to_pylist() == ["P1", "A2"]
    assert admission.with_independent_taps(known, LOADS)[0]["qc"].num_rows == 0


# Payments of unknown amount


def test_a_payment_of_unknown_amount_is_the_arrears_of_the_months_first_order():
    paid = {"service_no": "S1", "service_no_digits": "S1", "paid_at": at("10"), "amount_imputed": True}
    stray = {**paid, "service_no": "S9"}
    late = order(valid_from=date("2022-10-05"), arrears_amount=999)
    payments = [paid, {**paid, "is_reversal": True}, stray]
    found, issues = admission.with_imputed_amounts(tables(payments=payments, assignments=[late, order()]), LOADS)
    assert found["payments"]["amount"].to_pylist() == [300_000, -300_000]
    assert told(issues) == [("PAYMENT_WITHOUT_AMOUNT", "calls.csv", 4, 1, "")]


# What calls, orders and roster say about each other


def test_calls_on_services_without_an_order_of_the_month_are_listed():
    rows = tables(calls=[call(), call("S9"), call("S9", day="02"), call("S8")], assignments=[order()])
    assert told(admission.unassigned_calls(rows, LOADS, DAY)) == [
        ("CALL_WITHOUT_ASSIGNMENT", "calls.csv", 3, 3, "3, 4, 5")
    ]


def test_a_service_in_the_orders_of_both_segments_is_warned_of():
    rows = tables(assignments=[order(), order(segment="PRANPC"), order("S2")])
    assert told(admission.reassigned_segments(rows, DAY)) == [("SEGMENT_CHANGED", "", None, 1, "")]


def agrees(count, agent="A1"):
    return [call(f"S{agent}{number}", agent, "R01") for number in range(count)]


PERSON = {"person_id": "A1", "role": "AGENT", "valid_from": date("2022-10-01"), "valid_to": date("2022-10-19")}


def test_agents_outside_the_roster_are_named_and_their_calls_counted():
    rows = tables(calls=[*agrees(100), *agrees(1, "A9")], roster=[PERSON])
    assert told(admission.agents_outside_roster(rows, DAY)) == [("AGENT_OUTSIDE_ROSTER", "", None, 1, "A9")]


def test_more_than_one_percent_of_the_agrees_outside_the_roster_stop_the_report():
    with pytest.raises(DataBlockedError, match=r"AGENT_OUTSIDE_ROSTER: 2 of 102 agrees of 2022-10 .*: A9"):
        admission.agents_outside_roster(tables(calls=[*agrees(100), *agrees(2, "A9")], roster=[PERSON]), DAY)


def test_a_person_is_in_the_roster_only_on_the_days_of_the_row():
    gone = {**PERSON, "valid_to": date("2022-10-18")}
    with pytest.raises(DataBlockedError, match="1 of 1 agrees"):
        admission.agents_outside_roster(tables(calls=agrees(1), roster=[gone]), DAY)
