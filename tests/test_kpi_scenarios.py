"""KPIs and targets: the scenarios of the procedure, each as a few rows and a question."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from caringmon.analysis.apportioning import largest_remainder
from caringmon.analysis.intervals import wilson_interval
from caringmon.analysis.validation import kappa, valid_estimate
from caringmon.model.call_hours import CallHours
from tests.asked import ask, calendar, site
from tests.tiny import at, date, fact_table

END = dt.datetime(2022, 10, 31, 23, 59, 59)
EVERYONE = dt.date(2022, 1, 1)


def calls(*rows: tuple) -> dict:
    """Return calls: day, agent, service, result and what else a call has."""
    return fact_table("calls", [
        {"attempt_id": f"c{number}", "called_at": when if isinstance(when, dt.datetime) else at(when),
         "agent_id": agent, "service_no": service, "segment": "CT0", "result_code": code, "channel": "VOICE",
         **(more[0] if more else {})}
        for number, (when, agent, service, code, *more) in enumerate(rows)
    ])  # fmt: skip


def agrees(count: int, agent: str = "A1", day: str = "03"):
    return [(day, agent, f"{agent}-{number}", "R01") for number in range(count)]


def taps(*rows: tuple) -> dict:
    """Return taps: moment, call, status."""
    return fact_table("qc", [
        {"validation_id": f"t{number}", "attempt_id": call, "service_no": "", "qco_id": "Q1", "status": status,
         "tapped_at": when if isinstance(when, dt.datetime) else at(when, "10:00"), **(more[0] if more else {})}
        for number, (when, call, status, *more) in enumerate(rows)
    ])  # fmt: skip


def judged(all_calls, *rows: tuple):
    """Return taps on calls of `all_calls`, named by their place."""
    service = {row["attempt_id"]: row["service_no"] for row in all_calls.to_pylist()}
    return taps(*((when, call, status, {"service_no": service[call]}) for when, call, status in rows))


def roster(*rows: tuple) -> dict:
    """Return agents: person, TL, first day, day after the last."""
    return fact_table("roster", [
        {"person_id": person, "role": "AGENT" if person.startswith("A") else "TL", "reports_to": superior,
         "valid_from": since or EVERYONE, "valid_to": until}
        for person, superior, since, until in rows
    ])  # fmt: skip


def targets(*rows: dict) -> dict:
    month = {"period": "2022-10", "segment": "CT0", "level": "SITE", "entity_id": "SITE", "metric": "agree",
             "grain": "MONTH", "apportion": "WORKDAY", "version": 1, "effective_from": date("2022-10-01")}  # fmt: skip
    return fact_table("targets", [{**month, **row} for row in rows])


def held(*rows: tuple) -> dict:
    return fact_table("assignments", [
        {"period": "2022-10", "segment": "CT0", "service_no": service, "agent_id": agent, "arrears_amount": 100,
         "received_at": at(day), "valid_from": at(day).date(), **(more[0] if more else {})}
        for service, agent, day, *more in rows
    ])  # fmt: skip


def test_an_agent_who_moves_takes_his_later_agrees_to_the_new_team(connection):
    moved = roster(("A1", "TL1", None, date("2022-10-15")), ("A1", "TL2", date("2022-10-15"), None),
                   ("A2", "TL2", None, None), ("TL1", "SPV1", None, None), ("TL2", "SPV1", None, None))  # fmt: skip
    made = calls(("14", "A1", "S1", "R01"), ("15", "A1", "S2", "R01"), ("17", "A2", "S3", "R01"))
    of_spv = targets({"level": "SPV", "entity_id": "SPV1", "value": 101, "apportion": "ROSTER_DAY"})
    tables = {"calls": made, "roster": moved, "targets": of_spv}
    teams = ask(connection, tables, END, level="tl", kpis=("K17", "K19"))
    assert (teams["TL1", "K17"][0], teams["TL2", "K17"][0]) == (1, 2)
    assert ask(connection, tables, END, level="spv", kpis=("K17",))["SPV1", "K17"][0] == 3
    # A1 has 11 of his 25 working days in TL1 (3-14 October without the 8th), A2 all 25 in TL2: 101 × 11/50 and 39/50.
    shares = {tl: 1 / teams[tl, "K19"][0] * teams[tl, "K17"][0] for tl in ("TL1", "TL2")}
    assert shares == pytest.approx({"TL1": 22, "TL2": 79})
    assert teams["TL1", "K19"][1] == "turunan"


def test_without_a_target_there_is_no_achievement(connection):
    found = ask(connection, {"calls": calls(*agrees(2))}, END)
    assert [found["SITE", kpi][1] for kpi in ("K19", "K19M", "K20", "K46")] == ["no_target"] * 4


@pytest.mark.parametrize(("actual", "note"), [(0, "zero_denominator"), (2, "zero_target")])
def test_an_agent_on_leave_with_the_target_0_has_no_achievement(connection, actual, note):
    own = targets({"level": "AGENT", "entity_id": "A1", "value": 0})
    found = ask(connection, {"calls": calls(*agrees(actual)), "targets": own}, END, level="agent", kpis=("K19", "K20"))
    assert math.isnan(found["A1", "K19"][0])
    assert found["A1", "K19"][1] == note
    assert found["A1", "K20"][0] == actual


@pytest.mark.parametrize(("last", "target"), [("2022-10-09", 2600), ("2022-10-31", 2400)])
def test_the_version_in_force_on_the_last_day_holds_for_the_whole_month(connection, last, target):
    both = targets({"value": 2600}, {"value": 2400, "version": 2, "effective_from": date("2022-10-10")})
    tables = {"calls": calls(*agrees(1)), "targets": both}
    found = ask(connection, tables, END, days=(date("2022-10-01"), date(last)), kpis=("K19M",))
    assert found["SITE", "K19M"][0] == 1 / target
    assert ("v2=2400,v1=2600" in found["SITE", "K19M"][1]) == (target == 2400)


def test_shares_by_roster_days_add_up_and_equal_remainders_go_to_the_lower_id():
    days = {"A3": 10, "A2": 20, "A1": 20}
    assert largest_remainder(100, days) == {"A1": 40, "A2": 40, "A3": 20}
    assert largest_remainder(101, days) == {"A1": 41, "A2": 40, "A3": 20}


@pytest.mark.parametrize(("rebalance", "expected"), [(False, (30, 40, 20)), (True, (30, 47, 23))])
def test_an_own_row_wins_and_the_rest_is_shared_again_only_when_asked_for(connection, rebalance, expected):
    # Working days of October: 25; A3 joins on Thursday 20 October: 10 of them are left. Hence A1, A2: 20 days.
    people = roster(("A1", "TL1", None, date("2022-10-26")), ("A2", "TL1", None, date("2022-10-26")),
                    ("A3", "TL1", date("2022-10-20"), None))  # fmt: skip
    given = targets({"level": "TL", "entity_id": "TL1", "value": 100, "apportion": "ROSTER_DAY"},
                    {"level": "AGENT", "entity_id": "A1", "value": 30})  # fmt: skip
    tables = {"roster": people, "targets": given}
    found = ask(connection, tables, END, level="agent", kpis=("K20",), rebalance=rebalance)
    assert tuple(-found[agent, "K20"][0] for agent in ("A1", "A2", "A3")) == expected


def test_the_worked_month_of_october_2022(connection):
    # 1,365 agrees by the 18th against 2,600; every service agrees once.
    made = calls(*agrees(1365))
    tables = {"calls": made, "targets": targets({"value": 2600})}
    found = site(ask(connection, tables, END, days=(date("2022-10-01"), date("2022-10-18"))))
    expected = {"K20": -91, "K19": 0.9375, "K19M": 0.525, "K44": 97.5, "K45": 2437.5, "K46": 1235 / 11}
    assert {kpi: found[kpi] for kpi in expected} == pytest.approx(expected, abs=1e-9)


def test_on_the_last_working_day_nothing_more_is_required(connection):
    tables = {"calls": calls(*agrees(1)), "targets": targets({"value": 2600})}
    assert ask(connection, tables, END, kpis=("K46",))["SITE", "K46"][1] == "month_over"


def test_before_the_first_working_day_there_is_no_run_rate(connection):
    free = calendar(free_days={date("2022-10-01"): "libur"})
    day = (date("2022-10-01"), date("2022-10-01"))
    found = ask(connection, {"calls": calls(("01", "A1", "S1", "R01"))}, END, days=day, calendar=free)
    assert [found["SITE", kpi][1] for kpi in ("K44", "K45")] == ["no_workday_elapsed"] * 2


def test_a_return_after_the_cut_off_is_a_correction_of_the_month_in_which_it_became_known(connection):
    made = calls(("28", "A1", "S1", "R01"))
    late = judged(made, (dt.datetime(2022, 11, 4, 10), "c0", "RETURN"))
    tables = {"calls": made, "qc": late}
    november = (date("2022-11-01"), date("2022-11-30"))
    clock = dt.datetime(2022, 11, 30, 23)
    assert site(ask(connection, tables, clock, kpis=("K17",)))["K17"] == 1
    assert site(ask(connection, tables, clock, kpis=("K17",), restated=True))["K17"] == 0
    found = ask(connection, tables, clock, days=november)
    assert found["SITE", "K17"][0] == 0
    assert found["SITE", "K17.correction"] == (-1, "2022-10:-1")
    assert found["SITE", "K17.corrected"][0] == -1


def test_a_pending_claim_found_valid_after_the_cut_off_corrects_valid_and_not_net(connection):
    made = calls(("28", "A1", "S1", "R01"))
    tables = {"calls": made, "qc": judged(made, (dt.datetime(2022, 11, 4, 10), "c0", "VALID"))}
    november = (date("2022-11-01"), date("2022-11-30"))
    found = ask(connection, tables, dt.datetime(2022, 11, 30, 23), days=november)
    assert [found["SITE", f"{kpi}.correction"][0] for kpi in ("K17", "K18")] == [0, 1]


def test_calls_are_outside_hours_by_the_clock_of_the_customer(connection):
    # 18:30 WIB is 20:30 in Papua; 20:00 is allowed, a second later is not; the 8th is a holiday, the 9th a Sunday.
    made = calls((at("04", "18:30"), "A1", "S1", "U01"), (at("04", "20:00"), "A1", "S2", "U01"),
                 (at("04", "20:00:01"), "A1", "S2", "U01"), (at("04", "07:59:59"), "A1", "S2", "U01"),
                 (at("08", "10:00"), "A1", "S2", "U01"), (at("09", "10:00"), "A1", "S2", "U01"))  # fmt: skip
    tables = {"calls": made, "assignments": held(("S1", "A1", "01", {"witel": "Papua"}), ("S2", "A1", "01"))}
    found = ask(connection, tables, END, kpis=("K50",), hours=CallHours(zone_hours={"PAPUA": 2}))
    assert found["SITE", "K50"][0] == 5 / 6


def test_collective_leave_is_no_day_outside_hours(connection):
    leave = calendar(free_days={date("2022-10-04"): "cuti"}, collective_leave=frozenset({date("2022-10-04")}))
    found = ask(connection, {"calls": calls(("04", "A1", "S1", "U01"))}, END, kpis=("K50",), calendar=leave)
    assert found["SITE", "K50"][0] == 0


def test_a_day_on_which_the_dialler_was_down_has_no_contact_rate(connection):
    day = (date("2022-10-04"), date("2022-10-04"))
    found = ask(connection, {"calls": calls(("04", "A1", "S1", "U08"), ("04", "A1", "S2", "U08"))}, END, days=day)
    assert (found["SITE", "K05"][0], found["SITE", "K09"][1]) == (0, "zero_denominator")


def test_a_month_with_few_working_days_spreads_its_target_over_these(connection):
    # Lebaran: on four of the ten days of the window nobody works.
    free = {date(f"2022-10-{day}"): "Lebaran" for day in ("03", "04", "05", "06")}
    ask_for = {"days": (date("2022-10-01"), date("2022-10-10")), "kpis": ("K20",), "calendar": calendar(free_days=free)}
    found = ask(connection, {"calls": calls(*agrees(0)), "targets": targets({"value": 2200})}, END, **ask_for)
    # Working days: 26 in October without the holiday list, 22 with the four; 1, 7, 8 and 10 lie in the window.
    assert found["SITE", "K20"][0] == pytest.approx(-2200 * 4 / 22)


def test_the_sum_over_agents_may_hold_more_than_the_site(connection):
    tables = {"assignments": held(("S1", "A1", "01"), ("S1", "A2", "12"))}
    found = ask(connection, tables, END, level="agent", kpis=("K01",))
    assert sum(value for value, _ in found.values()) == 2
    assert site(ask(connection, tables, END, kpis=("K01",)))["K01"] == 1


def test_what_is_not_tapped_is_estimated_beside_valid_and_never_above_net(connection):
    made = calls(*agrees(10))
    verdicts = judged(made, *((("04"), f"c{n}", "VALID" if n else "NOT_VALID") for n in range(6)))
    found = site(ask(connection, {"calls": made, "qc": verdicts}, END))
    assert (found["K35"], found["K18"], found["K17"]) == (0.6, 5, 9)
    assert found["K18.estimate"] == pytest.approx(5 + 4 * 5 / 6)
    assert found["K18.low"] < found["K18.estimate"] < found["K18.high"] <= found["K17"]


@pytest.mark.parametrize("left_out", range(6))
def test_leaving_claims_untapped_never_raises_valid(connection, left_out):
    made = calls(*agrees(6))
    every = [("04", f"c{n}", "VALID" if n % 2 else "NOT_VALID") for n in range(6)]
    some = judged(made, *(row for n, row in enumerate(every) if n != left_out))
    whole = site(ask(connection, {"calls": made, "qc": judged(made, *every)}, END, kpis=("K18",)))
    assert site(ask(connection, {"calls": made, "qc": some}, END, kpis=("K18",)))["K18"] <= whole["K18"]


def test_without_any_verdict_there_is_no_estimate(connection):
    found = ask(connection, {"calls": calls(*agrees(2))}, END, kpis=("K18.estimate",))
    assert found["SITE", "K18.estimate"][1] == "nothing_tapped"


def test_a_call_on_a_service_never_assigned_is_worked_and_in_no_list(connection):
    found = site(ask(connection, {"calls": calls(("04", "A1", "S9", "R01")), "assignments": held(("S1", "A1", "01"))},
                     END))  # fmt: skip
    assert [found[kpi] for kpi in ("K05", "K03", "K13", "K01", "K04")] == [1, 1, 1, 1, 0]


def test_rows_that_only_count_attempts_leave_no_dials_to_tell(connection):
    found = ask(connection, {"calls": calls(("04", "A1", "S1", "U01", {"attempt_count": 4}))}, END)
    assert [found["SITE", kpi][1] for kpi in ("K05", "K06", "K10")] == ["counted:attempts"] * 3
    assert found["SITE", "K03"][0] == 1


def test_suppressed_services_are_in_no_list_and_in_no_count(connection):
    listed = held(("S1", "A1", "01"), ("S2", "A1", "01"), ("S2", "A1", "12", {"status": "SUPPRESSED"}))
    tables = {"calls": calls(("03", "A1", "S2", "R01")), "assignments": listed}
    assert site(ask(connection, tables, END, kpis=("K01", "K05"))) == {"K01": 1, "K05": 0}
    assert site(ask(connection, tables, at("11"), kpis=("K01", "K05"))) == {"K01": 2, "K05": 1}


def test_the_last_attempt_decides_whether_a_number_is_invalid_and_a_dialler_fault_is_none(connection):
    made = calls(
        ("03", "A1", "S1", "U06"), ("04", "A1", "S1", "U08"), ("03", "A1", "S2", "C01"), ("04", "A1", "S2", "U01")
    )
    assert site(ask(connection, {"calls": made}, END, kpis=("K12",)))["K12"] == 1 / 2


def test_pranpc_services_that_come_back_as_ct0_have_rolled(connection):
    lists = [("2022-10", "PRANPC", "S1"), ("2022-10", "PRANPC", "S2"), ("2022-11", "CT0", "S1")]
    rows = fact_table("assignments", [
        {"period": period, "segment": segment, "service_no": service, "agent_id": "A1", "arrears_amount": 1,
         "received_at": at("01", year_month=period), "valid_from": date(f"{period}-01")}
        for period, segment, service in lists
    ])  # fmt: skip
    ask_for = {"kpis": ("K34",), "segment": "PRANPC"}
    november = dt.datetime(2022, 11, 5)
    assert ask(connection, {"assignments": rows}, november, **ask_for)["SITE", "K34"][0] == 1 / 2
    assert ask(connection, {"assignments": rows}, END, **ask_for)["SITE", "K34"][1] == "zero_denominator"
    week = (date("2022-10-03"), date("2022-10-08"))
    assert ask(connection, {"assignments": rows}, november, days=week, **ask_for)["SITE", "K34"][1] == "not_a_month"


def test_attendance_counts_for_the_agents_of_the_segment(connection):
    people = fact_table("roster", [
        {"person_id": person, "role": role, "segments": segments, "valid_from": EVERYONE}
        for person, role, segments in (("A1", "AGENT", "CT0"), ("A2", "AGENT", "PRANPC"), ("Q1", "QCO", None))
    ])  # fmt: skip
    days = fact_table("attendance", [
        {"date": date(f"2022-10-{day}"), "person_id": person, "status": status, "planned_min": 480, "login_min": 420,
         "break_min": 60, "aux_min": 0}
        for day, person, status in (("03", "A1", "HADIR"), ("04", "A1", "SAKIT"), ("05", "A1", "OFF"),
                                    ("03", "A2", "HADIR"), ("03", "Q1", "HADIR"))
    ])  # fmt: skip
    tables = {"calls": calls(*agrees(3)), "roster": people, "attendance": days}
    found = site(ask(connection, tables, END))
    assert (found["K26"], found["K21"], found["K22"]) == (1 / 2, 3, 3 / 21)
    assert found["K25"] == (3 * 420 - 3 * 60) / (3 * 480)


def test_fewer_than_ten_calibration_pairs_tell_nothing(connection):
    made = calls(*agrees(10))
    pairs = [
        row for n in range(10) for row in (("04", f"c{n}", "VALID"), ("04", f"c{n}", "RETURN" if n == 9 else "VALID"))
    ]
    both = judged(made, *pairs).to_pylist()
    for number, row in enumerate(both):
        row.update(is_calibration=True, qco_id=f"Q{number % 2}", validation_id=f"t{number}")
    ten = ask(connection, {"calls": made, "qc": fact_table("qc", both)}, END, kpis=("K42", "K35"))
    assert (ten["SITE", "K42"][0], ten["SITE", "K35"][0]) == (0.9, 0)
    nine = ask(connection, {"calls": made, "qc": fact_table("qc", both[:18])}, END, kpis=("K42",))
    assert nine["SITE", "K42"][1] == "too_few"


def test_kappa_takes_chance_off():
    # 2 × 2: 20 both yes, 5 + 10 disagree, 15 both no: agreed 0.7, by chance 0.5 (Cohen 1960).
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert kappa(pairs) == pytest.approx(0.4)


@pytest.mark.parametrize(("cases", "of", "low", "high"), [
    (18, 20, 0.699, 0.972), (45, 50, 0.786, 0.957), (180, 200, 0.851, 0.934), (0, 5, 0, 0.434),
])  # fmt: skip
def test_the_wilson_intervals_of_the_procedure(cases, of, low, high):
    assert wilson_interval(cases, of, 0.95) == pytest.approx((low, high), abs=5e-4)


def test_the_estimate_stays_below_net():
    assert max(valid_estimate(5, 4, 8, (6, 6))) == 8


def test_services_wait_from_the_day_after_their_receipt(connection):
    listed = held(("S1", "A1", "31"), ("S2", "A1", "29"), ("S3", "A1", "26"), ("S4", "A1", "21"), ("S5", "A1", "03"))
    found = site(ask(connection, {"assignments": listed}, END))
    # Working days after the receipt to Monday the 31st: 1 from Saturday the 29th, 4 from the 26th, 8 from the 21st.
    assert [found[kpi] for kpi in ("K07", "K07.0-1", "K07.2-3", "K07.4-7", "K07.>7")] == [4, 1, 0, 1, 2]


def test_the_share_of_agents_on_target_needs_five_with_a_target(connection):
    people = roster(*((f"A{n}", "TL1", None, None) for n in range(5)))
    own = targets(*({"level": "AGENT", "entity_id": f"A{n}", "value": 2} for n in range(5)))
    made = calls(*agrees(2, "A0"), *(("03", f"A{n}", f"S{n}", "R01") for n in range(1, 5)))
    tables = {"calls": made, "roster": people, "targets": own}
    for level, entity in (("site", "SITE"), ("tl", "TL1")):
        assert ask(connection, tables, END, level=level, kpis=("K47",))[entity, "K47"][0] == 1 / 5
    fewer = {**tables, "targets": own.slice(0, 4)}
    assert ask(connection, fewer, END, kpis=("K47",))["SITE", "K47"][1] == "too_few"


def test_the_target_of_both_segments_is_their_sum_and_none_when_one_lacks(connection):
    both = targets({"value": 100}, {"value": 50, "segment": "PRANPC"})
    tables = {"calls": calls(*agrees(3)), "targets": both}
    assert ask(connection, tables, END, segment="ALL", kpis=("K20",))["SITE", "K20"][0] == 3 - 150
    one = {**tables, "targets": both.slice(0, 1)}
    assert ask(connection, one, END, segment="ALL", kpis=("K20",))["SITE", "K20"][1] == "no_target"
