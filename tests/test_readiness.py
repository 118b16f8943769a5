"""What stops a report before anything is counted, and what only warns."""

from __future__ import annotations

import datetime as dt

import pytest

from caringmon.analysis.readiness import (
    absent_by_design,
    calendar_issues,
    missing_in,
    missing_tables,
    refuse_overlaps,
    refuse_unmapped,
    silent_segments,
)
from caringmon.errors import DataBlockedError
from caringmon.model.findings import Load
from caringmon.model.period import Period
from tests.tiny import OCTOBER, at, date, fact_table

DAY = date("2022-10-18")


def load(table: str, first: str, last: str, absent: tuple[str, ...] = (), exported_on: str = "") -> Load:
    exported = dt.datetime.combine(date(exported_on or last), dt.time(23, 59, 59))
    return Load(
        table, 0, table, "", "f", "s", "TAMARA", exported, date(first), date(last), 1, 1, 0, absent_by_design=absent
    )


def person(valid_from: str, valid_to: str | None = None, name: str = "A1", role: str = "AGENT") -> dict[str, object]:
    return {
        "person_id": name, "role": role, "reports_to": "TL01", "valid_from": date(valid_from),
        "valid_to": date(valid_to) if valid_to else None,
    }  # fmt: skip


def calls(codes: list[str], segment: str = "CT0", day: str = "18") -> list[dict[str, object]]:
    return [
        {"attempt_id": f"{segment}{i}", "called_at": at(day), "agent_id": "A1", "service_no": f"S{i}",
         "segment": segment, "result_code": code}
        for i, code in enumerate(codes)
    ]  # fmt: skip


def held(segment: str) -> dict[str, object]:
    return {
        "period": "2022-10", "segment": segment, "service_no": "S", "agent_id": "A1", "arrears_amount": 1,
        "received_at": at("01"), "valid_from": date("2022-10-01"),
    }  # fmt: skip


def test_a_person_in_two_teams_at_a_time_stops_the_report_and_both_rows_are_named():
    roster = fact_table("roster", [person("2022-01-01"), person("2022-10-05")])
    with pytest.raises(DataBlockedError, match=r"ROSTER_OVERLAP: A1 as AGENT.*2022-01-01 and from 2022-10-05"):
        refuse_overlaps(roster)


def test_a_person_who_moves_or_has_two_roles_is_no_overlap():
    moved = [person("2022-01-01", "2022-10-05"), person("2022-10-05"), person("2022-01-01", role="TL")]
    refuse_overlaps(fact_table("roster", moved))


def test_more_than_one_percent_of_unmapped_results_stops_the_report():
    refuse_unmapped(fact_table("calls", calls(["X00"] + ["U01"] * 99)), DAY)
    with pytest.raises(DataBlockedError, match="2 of 100 attempts of 2022-10"):
        refuse_unmapped(fact_table("calls", calls(["X00"] * 2 + ["U01"] * 98)), DAY)


def test_a_segment_without_calls_on_a_day_on_which_the_other_has_some_is_a_warning():
    tables = {
        "calls": fact_table("calls", calls(["U01"])),
        "assignments": fact_table("assignments", [held("CT0"), held("PRANPC")]),
    }
    assert [(issue.code, issue.detail) for issue in silent_segments(tables, DAY, OCTOBER)] == [
        ("SEGMENT_WITHOUT_CALLS", "PRANPC")
    ]
    assert silent_segments(tables, date("2022-10-09"), OCTOBER) == ()
    both = {**tables, "calls": fact_table("calls", [*calls(["U01"]), *calls(["U01"], "PRANPC")])}
    assert silent_segments(both, DAY, OCTOBER) == ()


TABLES = {
    "assignments": fact_table("assignments", [held("CT0")]),
    "roster": fact_table("roster", [person("2022-01-01")]),
    "targets": fact_table("targets", []),
}


def test_a_table_is_missing_on_a_working_day_that_no_window_covers_and_on_no_free_day():
    loads = [load("calls", "2022-10-01", "2022-10-17"), load("qc", "2022-10-01", "2022-10-18"),
             load("payments", "2022-10-03", "2022-10-18")]  # fmt: skip
    nothing: frozenset[str] = frozenset()
    assert missing_tables(TABLES, loads, DAY, ["CT0"], OCTOBER, nothing) == {"calls", "targets", "attendance"}
    assert missing_tables(TABLES, loads, date("2022-10-09"), ["CT0"], OCTOBER, nothing) == set()
    assert missing_tables(TABLES, loads, DAY, ["CT0"], OCTOBER, frozenset({"targets", "attendance"})) == {"calls"}


def test_exported_states_cover_the_days_up_to_their_export():
    states = [load("qc_states", "2022-10-15", "2022-10-15", exported_on="2022-10-17"),
              load("payment_states", "2022-10-17", "2022-10-17")]  # fmt: skip
    lacking = {
        day: missing_tables(TABLES, states, date(day), [], OCTOBER, frozenset()) - {"calls", "attendance"}
        for day in ("2022-10-14", "2022-10-15", "2022-10-17", "2022-10-18")
    }
    assert lacking == {"2022-10-14": {"qc", "payments"}, "2022-10-15": {"payments"}, "2022-10-17": set(),
                       "2022-10-18": {"qc", "payments"}}  # fmt: skip
    week = Period(date("2022-10-10"), date("2022-10-16"))
    assert missing_in(TABLES, states, week, date("2022-10-15"), OCTOBER) == {"calls", "payments", "attendance"}


def test_only_what_every_call_file_of_the_day_lacks_is_absent_by_design():
    mapped = load("calls", "2022-10-01", "2022-10-31", ("agents", "qc"))
    own = load("calls", "2022-10-18", "2022-10-18")
    assert absent_by_design([mapped], Period.day(DAY), ()) == {"agents", "qc"}
    assert absent_by_design([mapped, own], Period.day(DAY), ()) == frozenset()


def test_what_an_operation_never_gets_is_absent_by_design_until_a_first_file_of_it_comes():
    own = load("calls", "2022-10-01", "2022-10-31")
    first = load("payment_states", "2022-10-18", "2022-10-18")
    never = ["attendance", "payments"]
    assert absent_by_design([own], Period.day(DAY), never) == {"attendance", "payments"}
    assert absent_by_design([own, first], Period.day(date("2022-10-17")), never) == {"attendance", "payments"}
    assert absent_by_design([own, first], Period.day(DAY), never) == {"attendance"}
    assert absent_by_design([own, first], Period.month(DAY), never) == {"attendance"}


def test_a_year_that_the_calendar_does_not_know_is_a_warning():
    assert [issue.detail for issue in calendar_issues(OCTOBER, date("2008-10-18"))] == ["2008"]
    assert calendar_issues(OCTOBER, DAY) == ()
