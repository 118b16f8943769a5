"""The golden dataset of the procedure: CT0, October 2022, window 1-19 October; every number can be checked by hand."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa

from tests.tiny import at, date, fact_table

CLOCK = dt.datetime(2022, 10, 19, 23, 59, 59)
# day, time, agent, service, result, day of the promise
_CALLS = """
03 09:00 A1 01 R01 05 | 03 09:00 A1 02 U01 - | 03 15:00 A1 02 R01 07 | 04 09:00 A1 03 C01 - | 04 09:00 A1 04 R03 -
05 09:00 A1 02 R01 08 | 05 09:00 A2 06 R01 10 | 05 09:00 A2 07 U03 - | 06 09:00 A2 08 R01 25 | 06 09:00 A2 09 C02 -
12 09:00 A2 05 R01 14 | 13 09:00 A1 01 R01 15 | 13 09:00 A2 07 U07 -
"""
# day, time, call, verdict, round, reason
_TAPS = """
04 10:00 01-03 VALID 1 - | 04 10:00 02-03-15 RETURN 1 RC03 | 06 10:00 02-05 VALID 2 - | 06 10:00 06-05 NOT_VALID 1 RC01
07 10:00 08-06 RETURN 1 RC12
"""
# day, service, rupiah
_PAYMENTS = """
05 01 300000 | 08 02 200000
"""


def _cells(text: str) -> list[list[str]]:
    return [cell.split() for line in text.strip().splitlines() for cell in line.split("|")]


def _attempt(day: str, time: str, service: str) -> str:
    return f"{service}-{day}-15" if time == "15:00" else f"{service}-{day}"


def tables() -> dict[str, pa.Table]:
    """Return the fact tables; SVC05 moves from A1 to A2 on 12 October, and SVC10 is never called."""
    arrears = {"01": 300_000, "02": 400_000}
    calls = [
        {"attempt_id": _attempt(day, time, service) + ("x" if code == "U01" else ""), "called_at": at(day, time),
         "agent_id": agent, "service_no": f"SVC{service}", "segment": "CT0", "result_code": code, "channel": "VOICE",
         "promise_date": None if promised == "-" else at(promised).date()}
        for day, time, agent, service, code, promised in _cells(_CALLS)
    ]  # fmt: skip
    holders = {f"{n:02d}": "A1" if n <= 5 else "A2" for n in range(1, 11)}
    held = [
        {"period": "2022-10", "segment": "CT0", "service_no": f"SVC{service}", "agent_id": agent,
         "arrears_amount": arrears.get(service, 250_000), "received_at": at(day), "valid_from": at(day).date()}
        for service, agent, day in [*((s, a, "01") for s, a in holders.items()), ("05", "A2", "12")]
    ]  # fmt: skip
    taps = [
        {"validation_id": f"t{i}", "attempt_id": attempt, "service_no": f"SVC{attempt[:2]}", "tapped_at": at(day, time),
         "qco_id": "Q1", "status": status, "round": int(number), "reason_code": None if reason == "-" else reason}
        for i, (day, time, attempt, status, number, reason) in enumerate(_cells(_TAPS))
    ]  # fmt: skip
    paid = [
        {"payment_id": f"p{service}", "service_no": f"SVC{service}", "paid_at": at(day, "00:00"), "amount": int(amount)}
        for day, service, amount in _cells(_PAYMENTS)
    ]
    roster = [
        {"person_id": agent, "role": "AGENT", "reports_to": "TL01", "valid_from": date("2022-01-01")}
        for agent in ("A1", "A2")
    ]
    return {
        "calls": fact_table("calls", calls),
        "assignments": fact_table("assignments", held),
        "qc": fact_table("qc", taps),
        "payments": fact_table("payments", paid),
        "roster": fact_table("roster", roster),
        "attendance": fact_table("attendance", []),
        "targets": fact_table("targets", []),
    }
