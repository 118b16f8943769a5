"""What the rulebook counts beside the catalogue, on the golden dataset of the procedure and on a few rows."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from caringmon.analysis.integrity import INTEGRITY_COLUMNS, conspicuous, integrity
from caringmon.analysis.kpi_values import Coverage
from caringmon.analysis.rule_counts import RuleDays, failed_hours, refused_values, rule_counts
from caringmon.analysis.ruled_values import planned_rates
from caringmon.analysis.snapshot import Scope, Snapshot, snapshot
from caringmon.analysis.targets import Progress
from caringmon.model.claims import PromiseRules
from caringmon.model.findings import Clocks
from tests import golden
from tests.tiny import OCTOBER, at, date, fact_table

SITE = [("CT0", "")]
PLAN = [("SITE", "SITE", 0.40), ("TL", "TL01", 0.35)]


def at_clock(con, tables, clock=golden.CLOCK) -> Snapshot:
    scope = Scope(OCTOBER, ("CT0",), "net", frozenset(), frozenset(), 3, dt.time(17), 2)
    facts = {name: con.create_table(name, table, overwrite=True) for name, table in tables.items()}
    return snapshot(facts, scope, Clocks(clock, clock), Progress(OCTOBER, clock.date()))


def days(day="2022-10-19", sla_days=2, long_days=5) -> RuleDays:
    return RuleDays(date(day), PromiseRules(), long_days, sla_days)


def counted(con, tables, asked=None, clock=golden.CLOCK, level="site", owners=SITE, coverage=None):
    relations = at_clock(con, tables, clock).relations
    found = rule_counts(relations, asked or days(), level, owners, coverage or Coverage())
    return {
        (row.entity, row.kpi + (f" {row.part}" if row.part else "")): (row.numerator, row.denominator, row.note)
        for row in found.itertuples()
    }


def test_the_golden_month_has_seven_services_to_win_and_one_dialled_in_vain(connection):
    found = counted(connection, golden.tables())
    # Open: 10; net claims of SVC01, SVC02 and SVC05. SVC07 was dialled once and never reached (U07 is no dial).
    assert found["", "workable"][0] == 7
    assert found["", "tried_once"][0] == 1
    assert found["", "uncontacted"][:2] == (1, 10)


def test_the_golden_month_has_one_return_past_its_time(connection):
    # SVC08 is open since 7 October, 9 working days.
    assert counted(connection, golden.tables())["", "returns_late"][0] == 1
    assert counted(connection, golden.tables(), days(sla_days=9))["", "returns_late"][0] == 0


def test_reasons_are_shares_of_what_was_refused(connection):
    found = counted(connection, golden.tables())
    assert found["", "refusals result:R03"][:2] == (1, 1)
    assert found["", "refusals result:R04"][:2] == (0, 1)
    assert found["", "refused"][:2] == (0, 6)
    assert found["", "unmapped"][:2] == (0, 13)


def test_a_share_of_nothing_is_not_available(connection):
    assert counted(connection, golden.tables())["", "kept_long"][2] == "zero_denominator"


def test_a_promise_made_far_ahead_is_a_long_one(connection):
    # Of the due promises SVC01 (2 days ahead) is kept, SVC02 (3 days) is not; more than 2 days: SVC02 alone.
    assert counted(connection, golden.tables(), days(long_days=2))["", "kept_long"][:2] == (0, 1)
    assert counted(connection, golden.tables(), days(long_days=1))["", "kept_long"][:2] == (1, 3)


@pytest.mark.parametrize(("called_again", "waiting"), [(None, 1), ("17", 1), ("18", 0), ("21", 0)])
def test_a_broken_promise_waits_until_somebody_calls_after_its_last_day(connection, called_again, waiting):
    # SVC05 promised the 14th, its last day is the 17th, known as broken on the 19th: late from the 20th on.
    tables = golden.tables()
    if called_again:
        call = {"attempt_id": "again", "called_at": at(called_again), "agent_id": "A2", "service_no": "SVC05",
                "segment": "CT0", "result_code": "U01", "channel": "VOICE"}  # fmt: skip
        tables["calls"] = fact_table("calls", [*tables["calls"].to_pylist(), call])
    found = counted(connection, tables, days("2022-10-21"), clock=at("21", "23:00"))
    assert found["", "broken_waiting"][:2] == (waiting, 1)


def test_a_team_that_is_the_whole_site_has_the_numbers_of_the_site(connection):
    both = [
        counted(connection, golden.tables(), level=level, owners=[("CT0", entity)])
        for level, entity in (("site", ""), ("tl", "TL01"))
    ]
    plain = [{kpi: numbers[:2] for (_, kpi), numbers in found.items()} for found in both]
    assert str(plain[0]) == str(plain[1])


def test_what_the_files_lack_is_not_available_with_the_reason(connection):
    found = counted(connection, golden.tables(), coverage=Coverage(frozenset({"services"}), frozenset({"payments"})))
    assert found["", "workable"][2] == "absent:services"
    assert found["", "broken_waiting"][2] == "missing:payments"


def test_attempts_that_the_system_lost_are_told_by_the_hour(connection):
    calls = [
        {"attempt_id": f"c{n}", "called_at": at("19", f"{hour}:0{n}"), "agent_id": "A1", "service_no": f"SVC0{n}",
         "segment": "CT0", "result_code": code, "channel": "VOICE"}
        for n, (hour, code) in enumerate([("09", "U08"), ("09", "U01"), ("10", "R01")], 1)
    ]  # fmt: skip
    relations = at_clock(connection, {**golden.tables(), "calls": fact_table("calls", calls)}).relations
    found = failed_hours(relations, date("2022-10-19"), "site", SITE, Coverage())
    assert dict(zip(found["part"], found["value"], strict=True)) == {"hour:09": 0.5, "hour:10": 0.0}
    assert failed_hours(relations, date("2022-10-19"), "site", SITE, Coverage(frozenset({"time_of_day"}))).empty


def test_refusals_over_service_count_services_once_by_witel(connection):
    tables = golden.tables()
    more = [
        {"attempt_id": f"m{n}", "called_at": at("17", f"1{n}:00"), "agent_id": "A1", "service_no": "SVC03",
         "segment": "CT0", "result_code": code, "channel": "VOICE"}
        for n, code in enumerate(("R04", "R05"))
    ]  # fmt: skip
    tables["calls"] = fact_table("calls", [*tables["calls"].to_pylist(), *more])
    found = refused_values(at_clock(connection, tables).relations, days().month, "site", Coverage())
    assert found[["numerator", "denominator"]].to_numpy().tolist() == [[1, 7]]
    by_witel = refused_values(at_clock(connection, tables).relations, days().month, "witel", Coverage())
    assert by_witel["entity"].tolist() == ["TIDAK TERPETAKAN"]


@pytest.mark.parametrize(("level", "entity", "rate"), [("site", "", 0.40), ("tl", "TL01", 0.35), ("tl", "TL02", 0.40)])
def test_a_team_without_a_plan_of_its_own_has_that_of_the_site(connection, level, entity, rate):
    rows = [
        {"period": "2022-10", "segment": "CT0", "level": place, "entity_id": name, "metric": "agree_rate",
         "value": value, "unit": "rate", "version": 1, "effective_from": date("2022-10-01")}
        for place, name, value in PLAN
    ]  # fmt: skip
    targets = at_clock(connection, {**golden.tables(), "targets": fact_table("targets", rows)}).targets
    found = planned_rates(targets, [("CT0", entity)], level, date("2022-10-19"))
    assert found["value"].tolist() == [rate]


def test_agents_with_few_tapped_agrees_are_not_judged(connection):
    relations = at_clock(connection, golden.tables()).relations
    found = integrity(relations, days().month, ["CT0"], 20).set_index("entity")
    assert found[["not_valid", "tapped", "grave", "standing"]].to_dict("index") == {
        "A1": {"not_valid": 0, "tapped": 2, "grave": 0, "standing": "too_few"},
        "A2": {"not_valid": 1, "tapped": 2, "grave": 0, "standing": "too_few"},
    }


def test_a_duplicate_found_by_qc_is_a_grave_case(connection):
    tables = golden.tables()
    verdict = {"validation_id": "t9", "attempt_id": "01-13", "service_no": "SVC01", "tapped_at": at("14", "10:00"),
               "qco_id": "Q1", "status": "NOT_VALID", "round": 1, "reason_code": "RC09"}  # fmt: skip
    tables["qc"] = fact_table("qc", [*tables["qc"].to_pylist(), verdict])
    found = integrity(at_clock(connection, tables).relations, days().month, ["CT0"], 20).set_index("entity")
    assert found["grave"].to_dict() == {"A1": 1, "A2": 0}


def test_a_pattern_needs_cases_times_and_more_than_chance():
    rows = [
        ("CT0", "A1", 6, 30, 0.05, 0, "higher"),  # 20 % of 30 against 5 %
        ("CT0", "A2", 4, 20, 0.05, 0, "higher"),  # four cases
        ("CT0", "A3", 6, 60, 0.05, 0, "higher"),  # twice the others
        ("CT0", "A4", 6, 30, 0.05, 0, "usual"),  # chance
        ("CT0", "A5", 0, 3, 0.05, 2, "too_few"),  # two grave verdicts
    ]
    found = conspicuous(pd.DataFrame(rows, columns=INTEGRITY_COLUMNS), 3, 5, 2)
    assert found["entity"].tolist() == ["A1", "A5"]
