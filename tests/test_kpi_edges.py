"""KPIs: windows, populations and edges of the catalogue, each as a few rows and a question."""

from __future__ import annotations

import datetime as dt
import math

import pyarrow as pa
import pytest

from caringmon.analysis.validation import kappa
from caringmon.model.kpi import CATALOGUE, Unit
from tests.asked import ask, site
from tests.test_kpi_scenarios import END, EVERYONE, agrees, calls, held, judged, roster, taps, targets
from tests.tiny import at, date, fact_table

TWO_MONTHS = (date("2022-10-01"), date("2022-11-30"))
NOVEMBER = (date("2022-11-01"), date("2022-11-30"))
LATE_NOVEMBER = dt.datetime(2022, 11, 30, 23)


def promised(day: str, month: str = "2022-10") -> dict:
    return {"promise_date": date(f"{month}-{day}")}


def paid(*rows: tuple) -> pa.Table:
    """Return payments: service, day of October (or an instant), rupiah."""
    return fact_table("payments", [
        {"payment_id": f"p{number}", "service_no": service, "amount": amount,
         "paid_at": when if isinstance(when, dt.datetime) else at(when, "00:00")}
        for number, (service, when, amount) in enumerate(rows)
    ])  # fmt: skip


def orders(*rows: tuple) -> pa.Table:
    """Return data orders: month, segment, service, day, agent, arrears."""
    return fact_table("assignments", [
        {"period": month, "segment": segment, "service_no": service, "agent_id": agent, "arrears_amount": arrears,
         "received_at": at(day, year_month=month), "valid_from": date(f"{month}-{day}")}
        for month, segment, service, day, agent, arrears in rows
    ])  # fmt: skip


# Dials and lists


def test_no_number_and_dialler_fault_are_no_dials_and_an_unmapped_result_is_one_that_reached_nobody(connection):
    made = calls(("03", "A1", "S1", "U07"), ("03", "A1", "S2", "U08"), ("03", "A1", "S3", "X00"),
                 ("03", "A1", "S4", "R10"), ("03", "A1", "S5", "C04"))  # fmt: skip
    found = site(ask(connection, {"calls": made}, END))
    # Dials: X00, R10, C04; connected and contacted: R10, C04; nobody of them is the right party; invalid: U07 of five.
    wanted = {"K03": 3, "K05": 3, "K08": 2 / 3, "K09": 2 / 3, "K10": 2 / 3, "K11": 0, "K12": 1 / 5, "K13": 0}
    assert {kpi: found[kpi] for kpi in wanted} == wanted
    assert math.isnan(found["K14"])


@pytest.mark.parametrize(("is_rpc", "rate"), [(False, 0), (True, 1)])
def test_a_call_cut_off_while_talking_reached_the_right_party_only_if_the_settings_say_so(connection, is_rpc, rate):
    tables = {"calls": calls(("03", "A1", "S1", "C04"))}
    assert ask(connection, tables, END, kpis=("K11",), drop_talk_is_rpc=is_rpc)["SITE", "K11"][0] == rate


def test_a_service_is_counted_once_over_both_segments_and_both_months_and_its_claims_each(connection):
    made = calls(("28", "A1", "S1", "R01"), (dt.datetime(2022, 11, 2, 9), "A1", "S1", "R01"),
                 ("05", "A1", "S1", "R01", {"segment": "PRANPC"}))  # fmt: skip
    listed = orders(("2022-10", "CT0", "S1", "01", "A1", 9), ("2022-10", "PRANPC", "S1", "01", "A1", 5),
                    ("2022-11", "CT0", "S1", "01", "A1", 7))  # fmt: skip
    tables = {"calls": made, "assignments": listed}
    found = ask(connection, tables, LATE_NOVEMBER, days=TWO_MONTHS, segment="ALL")
    assert [found["SITE", kpi][0] for kpi in ("K01", "K03", "K05", "K13", "K04")] == [1, 1, 3, 3, 1]
    assert [found["SITE", kpi] for kpi in ("K14", "K15", "K16")] == [(3, "above_one")] * 3


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("level", ["site", "agent"])
def test_of_two_orders_of_one_day_the_arrears_do_not_depend_on_the_order_of_the_rows(connection, level, order):
    both = orders(("2022-10", "PRANPC", "S1", "01", "A1", 100), ("2022-10", "CT0", "S1", "01", "A2", 250))
    found = ask(connection, {"assignments": both.take(list(order))}, END, segment="ALL", level=level, kpis=("K02",))
    assert {value for value, _ in found.values()} == {250}


@pytest.mark.parametrize("kpis", [("K33",), ("K02", "K33")])
def test_whoever_held_a_service_it_is_cured_by_the_arrears_of_its_earliest_order(connection, kpis):
    # A2 holds it in November with other arrears; over both months those of October decide, also for him.
    listed = orders(("2022-10", "CT0", "S1", "01", "A1", 100), ("2022-11", "CT0", "S1", "01", "A2", 900))
    tables = {"assignments": listed, "payments": paid(("S1", "20", 100))}
    found = ask(connection, tables, LATE_NOVEMBER, days=TWO_MONTHS, level="agent", kpis=kpis)
    assert [found[agent, "K33"][0] for agent in ("A1", "A2")] == [1, 1]


def test_what_was_worked_in_a_window_over_two_months_is_not_untouched(connection):
    listed = orders(*(("2022-09", "CT0", service, "01", "A1", 1) for service in ("S1", "S2")),
                    ("2022-10", "CT0", "S3", "01", "A1", 1))  # fmt: skip
    made = calls((dt.datetime(2022, 9, 20, 9), "A1", "S1", "U01"), ("03", "A1", "S3", "U01"))
    days = (date("2022-09-15"), date("2022-10-15"))
    found = site(ask(connection, {"assignments": listed, "calls": made}, END, days=days, kpis=("K04", "K07")))
    assert found == {"K04": pytest.approx(2 / 3), "K07": 1}


def test_another_agents_call_takes_a_service_from_the_untouched_and_is_no_penetration_of_the_holder(connection):
    tables = {"assignments": held(("S1", "A1", "01"), ("S2", "A1", "01")), "calls": calls(("03", "A2", "S1", "U01"))}
    found = ask(connection, tables, END, level="agent", kpis=("K03", "K04", "K07"))
    assert [found["A1", kpi][0] for kpi in ("K03", "K04", "K07")] == [0, 0, 1]
    assert (found["A2", "K03"][0], found["A2", "K04"][1]) == (1, "zero_denominator")


def test_a_service_listed_anew_in_the_other_segment_is_in_the_list_of_both_once_each(connection):
    # S06: calls keep their own segment.
    listed = orders(("2022-10", "PRANPC", "S1", "01", "A1", 100), ("2022-10", "CT0", "S1", "12", "A1", 250))
    made = calls(("03", "A1", "S1", "U01", {"segment": "PRANPC"}), ("14", "A1", "S1", "U01", {"segment": "PRANPC"}),
                 ("15", "A1", "S1", "U01"))  # fmt: skip
    found = {
        segment: site(ask(connection, {"assignments": listed, "calls": made}, END, segment=segment))
        for segment in ("PRANPC", "CT0", "ALL")
    }
    assert [found["PRANPC"][kpi] for kpi in ("K01", "K02", "K04", "K05")] == [1, 100, 1, 2]
    assert [found["CT0"][kpi] for kpi in ("K01", "K02", "K04", "K05")] == [1, 250, 1, 1]
    assert [found["ALL"][kpi] for kpi in ("K01", "K02", "K04", "K05")] == [1, 100, 1, 3]


def test_a_team_holds_what_its_agent_held_while_he_was_in_it_and_is_paid_for_it(connection):
    people = roster(("A1", "TL1", None, date("2022-10-15")), ("A1", "TL2", date("2022-10-15"), None),
                    ("TL1", "SPV1", None, None), ("TL2", "SPV1", None, None))  # fmt: skip
    tables = {
        "roster": people, "assignments": held(("S1", "A1", "01"), ("S2", "A1", "01")),
        "calls": calls(("03", "A1", "S1", "R01", promised("20"))), "payments": paid(("S1", "14", 40), ("S1", "15", 60)),
    }  # fmt: skip
    teams = ask(connection, tables, END, level="tl", kpis=("K01", "K31", "K32"))
    assert {team: [teams[team, kpi][0] for kpi in ("K01", "K31", "K32")] for team in ("TL1", "TL2")} == {
        "TL1": [2, 100, 40 / 200], "TL2": [2, 0, 60 / 200],
    }  # fmt: skip
    spv = ask(connection, tables, END, level="spv", kpis=("K01", "K32"))
    assert [spv["SPV1", kpi][0] for kpi in ("K01", "K32")] == [2, 100 / 200]


def test_a_service_handed_out_after_the_first_working_day_cannot_roll(connection):
    # The first working day of October 2022 is Saturday the 1st.
    listed = orders(*(("2022-10", "PRANPC", service, day, "A1", 1) for service, day in (("S1", "01"), ("S2", "03"))),
                    *(("2022-11", "CT0", service, "01", "A1", 1) for service in ("S1", "S2")))  # fmt: skip
    found = ask(connection, {"assignments": listed}, LATE_NOVEMBER, segment="PRANPC", kpis=("K34",))
    assert found["SITE", "K34"][0] == 1
    ct0 = ask(connection, {"assignments": listed}, LATE_NOVEMBER, kpis=("K34",))
    assert ct0["SITE", "K34"][1] == "not_in_segment"


# Promises and money


def test_a_promise_is_due_in_the_month_in_which_its_window_ends_whatever_month_it_is_from(connection):
    made = calls(("29", "A1", "S1", "R01", promised("31")))
    tables = {"calls": made, "assignments": held(("S1", "A1", "01")),
              "payments": paid(("S1", dt.datetime(2022, 11, 3), 100))}  # fmt: skip
    kpis = ("K13", "K27", "K28", "K30", "K31", "K33")
    october, november = (
        ask(connection, tables, LATE_NOVEMBER, days=days, kpis=kpis)
        for days in ((date("2022-10-01"), date("2022-10-31")), NOVEMBER)
    )
    assert [october["SITE", kpi][0] for kpi in ("K13", "K27", "K30", "K31", "K33")] == [1, 0, 100, 0, 0]
    assert [november["SITE", kpi][0] for kpi in ("K13", "K27", "K28", "K30", "K31")] == [0, 1, 1, 0, 100]


def test_what_is_paid_after_the_window_is_told_apart_and_ends_after_thirty_days(connection):
    # Promised for the 5th: the window ends on the 8th, the late days on 7 November.
    made = calls(("03", "A1", "S1", "R01", promised("05")))
    money = paid(("S1", "08", 60), ("S1", dt.datetime(2022, 11, 7), 15), ("S1", dt.datetime(2022, 11, 8), 25))
    tables = {"calls": made, "assignments": held(("S1", "A1", "01")), "payments": money}
    found = ask(connection, tables, LATE_NOVEMBER, days=TWO_MONTHS)
    assert (found["SITE", "K31"][0], found["SITE", "K31.late"][0], found["SITE", "K32"][0]) == (60, 15, 1)
    parts = [found["SITE", kpi][0] for kpi in ("K28", "K29", "K29.partial", "K29.late")]
    assert parts == [0, 0, 1, 0]


def test_one_payment_of_a_customer_counts_for_its_own_service(connection):
    # S24: CT0 service A and PRANPC service B.
    made = calls(("03", "A1", "A", "R01", promised("05")), ("03", "A1", "B", "R01", {"segment": "PRANPC"}
                                                            | promised("05")))  # fmt: skip
    listed = orders(("2022-10", "CT0", "A", "01", "A1", 100), ("2022-10", "PRANPC", "B", "01", "A1", 100))
    tables = {"calls": made, "assignments": listed, "payments": paid(("A", "05", 100))}
    found = {
        segment: site(ask(connection, tables, END, segment=segment, kpis=("K27", "K28", "K31", "K32")))
        for segment in ("CT0", "PRANPC", "ALL")
    }
    assert found["CT0"] == {"K27": 1, "K28": 1, "K31": 100, "K32": 1}
    assert found["PRANPC"] == {"K27": 1, "K28": 0, "K31": 0, "K32": 0}
    assert found["ALL"] == {"K27": 2, "K28": 0.5, "K31": 100, "K32": 0.5}


def test_a_payment_taken_back_after_the_cut_off_moves_the_restated_month_only(connection):
    # S27.
    made = calls(("03", "A1", "S1", "R01", promised("05")))
    money = paid(("S1", "05", 100), ("S1", dt.datetime(2022, 11, 10), -100))
    tables = {"calls": made, "assignments": held(("S1", "A1", "01")), "payments": money}
    kpis = ("K17", "K28", "K29", "K31", "K32", "K33")
    reported, restated = (
        site(ask(connection, tables, LATE_NOVEMBER, kpis=kpis, restated=flag)) for flag in (False, True)
    )
    assert reported == {"K17": 1, "K28": 1, "K29": 0, "K31": 100, "K32": 1, "K33": 1}
    assert restated == {"K17": 1, "K28": 0, "K29": 1, "K31": 0, "K32": 0, "K33": 0}


def test_arrears_paid_before_the_call_leave_gross_and_the_valid_rate_as_they_are(connection):
    # S23.
    made = calls(("03", "A1", "S1", "R01", promised("05")))
    tables = {"calls": made, "assignments": held(("S1", "A1", "01")), "payments": paid(("S1", "01", 95)),
              "qc": judged(made, ("04", "c0", "VALID"))}  # fmt: skip
    found = site(ask(connection, tables, END, kpis=("K13", "K17", "K18", "K27", "K30", "K31", "K36", "pending")))
    assert found == {"K13": 1, "K17": 0, "K18": 0, "K27": 0, "K30": 0, "K31": 0, "K36": 1, "pending": 0}


def test_a_promise_not_due_waits_and_is_in_no_denominator(connection):
    # S26: promised for the 26th, the window ends on the 29th, its payments are known on the 31st.
    made = calls(("20", "A1", "S1", "R01", promised("26")))
    tables = {"calls": made, "assignments": held(("S1", "A1", "01"))}
    eve = ask(connection, tables, at("30", "23:59"), kpis=("K27", "K29"))
    assert (eve["SITE", "K27"], eve["SITE", "K29"][1]) == ((0, "waiting:1"), "zero_denominator")
    assert ask(connection, tables, END, kpis=("K27", "K29"))["SITE", "K29"][0] == 1


def test_owed_amounts_that_are_the_arrears_are_told(connection):
    made = calls(("03", "A1", "S1", "R01", {"promise_amount": 0}), ("03", "A1", "S2", "R01", {"promise_amount": 70}))
    tables = {"calls": made, "assignments": held(("S1", "A1", "01"), ("S2", "A1", "01"))}
    assert ask(connection, tables, END, kpis=("K30",))["SITE", "K30"] == (170, "owed_from_arrears:1")


def test_a_promise_is_beyond_the_limit_after_the_20th_and_for_later_agrees_after_the_last_day(connection):
    # S28 and the agrees after the 20th; a promise of nothing is not beyond.
    made = calls(("03", "A1", "S1", "R01", promised("20")), ("20", "A1", "S2", "R01", promised("21")),
                 ("21", "A1", "S3", "R01", promised("31")), ("21", "A1", "S4", "R01", promised("01", "2022-11")),
                 ("03", "A1", "S5", "R01"))  # fmt: skip
    assert ask(connection, {"calls": made}, END, kpis=("K49",))["SITE", "K49"][0] == 2 / 5
    assert ask(connection, {"calls": made}, END, segment="PRANPC", kpis=("K49",))["SITE", "K49"][1] == "not_in_segment"


# Tapping


def test_indicators_of_tapping_run_over_superseded_claims_too(connection):
    # S04: claim 1 of S1 is not valid, claim 2 valid. S2: returned, recalled, returned again and open.
    made = calls(("03", "A1", "S1", "R01"), ("12", "A2", "S1", "R01"), ("03", "A1", "S2", "R01"),
                 ("05", "A1", "S2", "R01"))  # fmt: skip
    verdicts = judged(made, ("04", "c0", "NOT_VALID"), ("13", "c1", "VALID"), ("04", "c2", "RETURN"),
                      ("06", "c3", "RETURN"))  # fmt: skip
    tables = {"calls": made, "qc": verdicts}
    open_still = site(ask(connection, tables, END))
    wanted = {"K13": 2, "K17": 1, "K18": 1, "K35": 1, "K36": 1 / 2, "K37": 1 / 3, "K38": 1 / 3, "K40.>3": 1}
    assert {kpi: open_still[kpi] for kpi in wanted} == wanted
    # Working days from 7 to 31 October: 20, without the holiday of the 8th.
    assert (open_still["K40"], math.isnan(open_still["K39"])) == (20, True)
    expired = site(ask(connection, tables, dt.datetime(2022, 11, 10)))
    assert (expired["K36"], expired["K39"], expired["K40.>3"], math.isnan(expired["K40"])) == (1 / 3, 0, 0, True)


def test_claims_first_seen_judged_count_for_first_pass_recovery_and_time_only_if_they_show_a_return(connection):
    # S52: c0 shows nothing, c1 shows a return, c2 has its history, c3 is untapped.
    seen = {"history_incomplete": True}
    verdicts = taps(("04", "c0", "VALID", {"service_no": "A1-0", **seen}),
                    ("04", "c1", "VALID", {"service_no": "A1-1", "returned_before": True, **seen}),
                    ("04", "c2", "NOT_VALID", {"service_no": "A1-2"}))  # fmt: skip
    found = ask(connection, {"calls": calls(*agrees(4)), "qc": verdicts}, END)
    assert [found["SITE", kpi][0] for kpi in ("K35", "K36", "K38")] == [3 / 4, 2 / 3, 1 / 3]
    # From the 3rd at 09:00 to the 4th at 10:00: eight hours and two.
    assert [found["SITE", kpi] for kpi in ("K37", "K39", "K41")] == [
        (1 / 2, "without_history:1"), (1, "without_history:1"), (10, "without_history:1"),
    ]  # fmt: skip


def test_time_to_tapping_runs_in_working_hours_of_working_days(connection):
    # Friday the 7th, holiday on Saturday, Sunday, Monday the 10th: 1 + 1 hours; 1.5 from a Sunday; none before 08:00.
    made = calls((at("07", "16:00"), "A1", "S1", "R01"), (at("09", "10:00"), "A1", "S2", "R01"),
                 (at("07", "18:00"), "A1", "S3", "R01"))  # fmt: skip
    verdicts = judged(made, (at("10", "09:00"), "c0", "VALID"), (at("10", "09:30"), "c1", "VALID"),
                      (at("10", "07:00"), "c2", "VALID"))  # fmt: skip
    found = site(ask(connection, {"calls": made, "qc": verdicts}, END, kpis=("K41", "K41.p90")))
    assert found == {"K41": 1.5, "K41.p90": pytest.approx(1.9)}


def test_returns_age_by_working_days_since_the_verdict(connection):
    # To Monday the 31st: 2 working days from Friday the 28th, 1 from Saturday, 0; nine tenths of the way between them.
    made = calls(*agrees(3))
    verdicts = judged(made, ("28", "c0", "RETURN"), ("29", "c1", "RETURN"), ("31", "c2", "RETURN"))
    found = site(ask(connection, {"calls": made, "qc": verdicts}, END, kpis=("K40", "K40.0-1", "K40.2-3", "K40.>3")))
    assert found == {"K40": pytest.approx(1.8), "K40.0-1": 2, "K40.2-3": 1, "K40.>3": 0}


def test_each_round_has_one_reason_and_those_of_duplicates_stand_apart(connection):
    made = calls(("03", "A1", "S1", "R01"), ("05", "A1", "S1", "R01"), ("03", "A1", "S2", "R01"),
                 ("06", "A2", "S2", "R01"))  # fmt: skip
    verdicts = taps(*(
        (day, call, status, {"service_no": service, "reason_code": reason})
        for day, call, status, service, reason in (
            ("04", "c0", "RETURN", "S1", "RC03"), ("06", "c1", "NOT_VALID", "S1", "RC01"),
            ("07", "c3", "NOT_VALID", "S2", "RC09"), ("08", "c2", "VALID", "S2", None))
    ))  # fmt: skip
    found = site(ask(connection, {"calls": made, "qc": verdicts}, END))
    assert [found[f"K43.{of}"] for of in ("RC01", "RC03", "RC09", "duplicates")] == [0.5, 0.5, 0, 1]
    # S03: the duplicate found not valid leaves its claim valid.
    assert (found["K13"], found["K18"]) == (2, 1)


@pytest.mark.parametrize("pairs", [
    [("y", "y")] * 8 + [("y", "n")] * 2, [("y", "n")] * 10, [("y", "y")] * 10, [],
])  # fmt: skip
def test_kappa_is_undefined_where_one_rater_never_varies(pairs):
    assert math.isnan(kappa(pairs))


# Time and targets


def test_agrees_without_login_and_handling_beyond_the_login_time_are_told(connection):
    people = fact_table("roster", [{"person_id": "A1", "role": "AGENT", "valid_from": EVERYONE}])
    made = calls(("03", "A1", "S1", "R01", {"talk_sec": 5400, "hold_sec": 900, "wrap_sec": 900, "ring_sec": 0}))

    def worked(minutes):
        day = {"date": date("2022-10-03"), "person_id": "A1", "status": "HADIR", "planned_min": 480}
        tables = {"calls": made, "roster": people, "attendance": fact_table("attendance", [{**day, **minutes}])}
        return ask(connection, tables, END, kpis=("K21", "K21.per_hour", "K23", "K24"))

    hour = worked({"login_min": 60})
    assert (hour["SITE", "K24"], hour["SITE", "K23"][0], hour["SITE", "K21"][0]) == ((2, "above_one"), 7200, 1)
    assert worked({"login_min": 0})["SITE", "K21.per_hour"][1] == "agrees_without_login"


def test_units_are_those_of_the_catalogue():
    assert {CATALOGUE[kpi].unit for kpi in ("K05", "K06", "K07", "K13", "K20", "K21", "K45")} == {Unit.COUNT}
    assert (CATALOGUE["K06"].decimals, CATALOGUE["K05"].decimals) == (1, 0)


def test_a_window_over_two_months_has_the_targets_of_both_and_none_when_one_lacks(connection):
    # 25 and 26 working days; the window has the last of October and the first two of November.
    both = targets({"value": 2500}, {"value": 2600, "period": "2022-11"})
    days = (date("2022-10-31"), date("2022-11-02"))
    found = ask(connection, {"targets": both}, LATE_NOVEMBER, days=days, kpis=("K20",))
    assert found["SITE", "K20"][0] == pytest.approx(-300)
    one = ask(connection, {"targets": both.slice(0, 1)}, LATE_NOVEMBER, days=days, kpis=("K20",))
    assert one["SITE", "K20"][1] == "no_target"


def test_an_agent_without_a_target_leaves_the_team_as_it_is(connection):
    # S11: A1 is on leave with the target 0; the team has its own.
    people = roster(("A1", "TL1", None, None), ("A2", "TL1", None, None))
    given = targets({"level": "AGENT", "entity_id": "A1", "value": 0}, {"level": "TL", "entity_id": "TL1", "value": 4})
    tables = {"calls": calls(*agrees(3, "A2")), "roster": people, "targets": given}
    assert ask(connection, tables, END, level="tl", kpis=("K19",))["TL1", "K19"][0] == 3 / 4
    agents = ask(connection, tables, END, level="agent", kpis=("K19",))
    assert (agents["A1", "K19"][1], agents["A2", "K19"][1]) == ("zero_denominator", "no_target")


def test_a_verdict_that_came_after_the_cut_off_counts_in_a_window_that_covers_the_later_month_only_restated(connection):
    made = calls(("28", "A1", "S1", "R01"), (dt.datetime(2022, 11, 2, 9), "A1", "S2", "R01"))
    verdicts = judged(made, (dt.datetime(2022, 11, 4, 9), "c0", "VALID"), (dt.datetime(2022, 11, 4, 9), "c1", "VALID"))
    tables = {"calls": made, "qc": verdicts}
    reported, restated = (
        ask(connection, tables, LATE_NOVEMBER, days=TWO_MONTHS, kpis=("K18",), restated=flag)["SITE", "K18"][0]
        for flag in (False, True)
    )
    assert (reported, restated) == (1, 2)
