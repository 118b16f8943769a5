"""Agrees of two applications beside each other."""

from __future__ import annotations

from caringmon.analysis.daily import LEVELLED
from caringmon.analysis.reconciliation import agrees_by_system, system_values
from tests.tiny import at, date, fact_table

FIRST = date("2022-10-01")


def calls(*rows: tuple[str, str, str], segment: str = "CT0"):
    return fact_table("calls", [
        {"attempt_id": f"{day}{service}{code}", "called_at": at(day), "service_no": service, "segment": segment,
         "result_code": code}
        for day, service, code in rows
    ])  # fmt: skip


def test_a_service_that_agreed_twice_on_a_day_counts_once_and_other_results_do_not():
    record = calls(("03", "S1", "R01"), ("03", "S1", "R01"), ("03", "S2", "U01"), ("04", "S2", "R01"))
    other = calls(("03", "S1", "R01"), ("04", "S3", "U01"))
    assert agrees_by_system(record, other, FIRST).to_numpy().tolist() == [["CT0", 2, 1]]


def test_a_day_that_only_one_of_them_has_is_late_and_no_difference():
    record = calls(("03", "S1", "R01"), ("04", "S2", "R01"))
    assert agrees_by_system(record, calls(("03", "S1", "R01")), FIRST).to_numpy().tolist() == [["CT0", 1, 1]]
    assert agrees_by_system(record, calls(("05", "S1", "R01")), FIRST).empty


def test_both_counts_become_values_of_the_segments_shown():
    found = agrees_by_system(calls(("03", "S1", "R01")), calls(("03", "S2", "R01"), ("03", "S3", "R01")), FIRST)
    values = system_values(found, ["CT0"], LEVELLED)
    assert dict(zip(values["kpi"], values["value"], strict=True)) == {"agrees_of_record": 1, "agrees_elsewhere": 2}
    assert system_values(found, ["PRANPC"], LEVELLED).empty
