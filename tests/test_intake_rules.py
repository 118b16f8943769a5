"""Each rule that typed rows are checked by: what it finds, and what becomes of the row."""

from __future__ import annotations

import pytest

from caringmon.model.codes import Severity
from tests.exports import codes, issue, load, new_workspace, stored, tamara_csv, text_file

TARGET = {"period": "2022-10", "segment": "CT0", "level": "TL", "entity_id": "TL1", "metric": "agree",
          "value": "100", "unit": "count", "version": "1", "effective_from": "2022-10-01"}  # fmt: skip
TAP = {"validation_id": "1", "attempt_id": "7001", "service_no": "0211", "called_at": "03/10/2022 08:00:00",
       "qco_id": "QC1", "tapped_at": "03/10/2022 09:00:00", "valid": "Valid", "round": "1"}  # fmt: skip
PAYMENT = {"service_no": "0211", "paid_at": "03/10/2022", "amount": "300000", "bill_period": "2022-08"}
PERSON = {"person_id": "A01", "role": "AGENT", "valid_from": "2022-01-03", "valid_to": "", "fte": "1"}
DAY = {"date": "03/10/2022", "person_id": "A01", "planned_min": "480", "login_min": "470", "status": "HADIR"}
ORDER = {"period": "2022-10", "segment": "CT0", "service_no": "0211", "arrears_amount": "300000", "agent_id": "A01",
         "received_at": "01/10/2022"}  # fmt: skip


@pytest.fixture
def workspace(tmp_path):
    return new_workspace(tmp_path)


def loaded(workspace, usual, *changes, name="file.csv"):
    """Load rows that each differ from the usual one; return what became of the file."""
    headers = list(dict.fromkeys([*usual, *(key for change in changes for key in change)]))
    rows = ([({**usual, **change}).get(header, "") for header in headers] for change in changes)
    return load(workspace, {name: text_file(headers, *rows)})[name]


def verdict(report, code):
    found = issue(report, code)
    (count,) = (count for count in report.counts if count.table == found.table)
    return found.severity, found.row, found.detail, count.set_aside


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": "-1"},
        {"value": "100,5"},
        {"metric": "agree_rate", "unit": "rate", "value": "85"},
        {"metric": "recovery_amount", "unit": "Rp", "value": "-1000"},
    ],
)
def test_an_impossible_target_is_set_aside(workspace, wrong):
    report = loaded(workspace, TARGET, {"entity_id": "TL2"}, wrong)
    assert verdict(report, "TARGET_IMPOSSIBLE") == (Severity.QUARANTINE, 3, "value", 1)


@pytest.mark.parametrize(
    "right", [{"value": "0"}, {"metric": "agree_rate", "unit": "rate", "value": "85%"}, {"value": "2.600"}]
)
def test_a_target_of_zero_a_percentage_and_a_grouped_number_are_possible(workspace, right):
    assert "TARGET_IMPOSSIBLE" not in codes(loaded(workspace, TARGET, right))


SITE = {"level": "SITE", "entity_id": "SITE", "value": "200"}


@pytest.mark.parametrize(
    ("rows", "apart"),
    [
        ([SITE, {}, {"entity_id": "TL2"}], False),
        ([SITE, {}, {"entity_id": "TL2", "value": "99"}], True),
        ([SITE | {"apportion": "ROSTER_DAY"}, {}], False),
        ([SITE, {"version": "2"}], False),
        ([SITE], False),
        ([SITE, {"level": "SPV", "entity_id": "S1", "value": "200"}, {"entity_id": "TL1"}], True),
        ([SITE | {"metric": "agree_rate", "value": "0,4", "unit": "rate"},
          {"metric": "agree_rate", "value": "0,5", "unit": "rate"}], False),
    ],
)  # fmt: skip
def test_targets_of_a_level_add_up_to_those_above_in_their_file(workspace, rows, apart):
    report = loaded(workspace, TARGET, *rows)
    assert ("TGT_MISMATCH" in codes(report)) is apart
    assert report.rows_loaded == len(rows)


@pytest.mark.parametrize("round_no", ["0", "-1"])
def test_a_round_below_one_is_set_aside(workspace, round_no):
    report = loaded(workspace, TAP, {"round": round_no})
    assert verdict(report, "ROUND_IMPOSSIBLE") == (Severity.QUARANTINE, 2, "round", 1)


def test_a_score_outside_its_scale_counts_as_none(workspace):
    report = loaded(workspace, TAP, {"score_process": "101", "score_attitude": "-1", "score_solution": "100"})
    assert {one.detail for one in report.issues if one.code == "SCORE_IMPOSSIBLE"} == {
        "score_process",
        "score_attitude",
    }
    (tap,) = stored(workspace, "qc")
    assert (tap["score_process"], tap["score_attitude"], tap["score_solution"]) == (None, None, 100.0)


def test_a_payment_after_the_export_of_its_file_is_set_aside(workspace):
    report = loaded(workspace, PAYMENT, {}, {"paid_at": "04/10/2022"}, name="bayar 2022-10-03.csv")
    assert verdict(report, "PAYMENT_AFTER_EXPORT") == (Severity.QUARANTINE, 3, "paid_at", 1)


def test_a_payment_of_nothing_is_set_aside(workspace):
    assert verdict(loaded(workspace, PAYMENT, {"amount": "0"}), "PAYMENT_ZERO")[::3] == (Severity.QUARANTINE, 1)


def test_a_customer_of_the_list_who_has_not_paid_is_no_payment(workspace):
    report = loaded(workspace, PAYMENT, {}, {"paid_at": "", "amount": "0"}, {"paid_at": "-", "amount": ""},
                    {"paid_at": "", "amount": "5"})  # fmt: skip
    (count,) = report.counts
    assert (count.loaded, count.set_aside, count.skipped) == (1, 1, 2)
    assert issue(report, "NO_PAYMENT").count == 2


@pytest.mark.parametrize(
    ("row", "amount", "is_reversal"),
    [({}, 300_000, False), ({"amount": "-300.000"}, -300_000, True), ({"is_reversal": "ya"}, -300_000, True)],
)
def test_a_negative_amount_is_a_reversal_and_a_reversal_is_negative(workspace, row, amount, is_reversal):
    report = loaded(workspace, PAYMENT, row)
    assert not {"PAYMENT_ZERO", "VALUE_UNREADABLE"} & codes(report)
    (payment,) = stored(workspace, "payments")
    assert (payment["amount"], payment["is_reversal"]) == (amount, is_reversal)


def test_a_position_of_more_than_one_counts_as_unknown(workspace):
    report = loaded(workspace, PERSON, {"fte": "1,5"}, {"person_id": "A02", "fte": "0,5"})
    assert verdict(report, "FTE_IMPOSSIBLE") == (Severity.WARN, 2, "fte", 0)
    assert [row["fte"] for row in stored(workspace, "roster")] == [None, 0.5]


def test_a_row_that_ends_before_it_starts_is_set_aside(workspace):
    report = loaded(workspace, PERSON, {"valid_to": "2022-01-02"}, {"person_id": "A02", "valid_to": "2022-01-03"})
    assert verdict(report, "ENDS_BEFORE_START") == (Severity.QUARANTINE, 2, "valid_to", 1)
    report = loaded(workspace, ORDER, {"valid_to": "2022-09-30"}, name="order.csv")
    assert verdict(report, "ENDS_BEFORE_START")[3] == 1


def test_more_minutes_than_a_day_has_count_as_unknown(workspace):
    report = loaded(workspace, DAY, {"login_min": "1441"}, {"person_id": "A02", "login_min": "1440"})
    assert verdict(report, "MINUTES_IMPOSSIBLE") == (Severity.WARN, 2, "login_min", 0)
    assert [row["login_min"] for row in stored(workspace, "attendance")] == [None, 1440]


def test_more_time_logged_in_than_planned_is_told(workspace):
    report = loaded(workspace, DAY, {}, {"person_id": "A02", "login_min": "09:00"})
    assert (issue(report, "LOGIN_OVER_PLANNED").severity, issue(report, "LOGIN_OVER_PLANNED").row) == (Severity.INFO, 3)


def test_a_service_under_both_segments_keeps_both_rows_and_is_warned_of(workspace):
    report = loaded(
        workspace,
        ORDER,
        {"segment": "PRANPC"},
        {"received_at": "12/10/2022"},
        {"service_no": "0212"},
        {"service_no": "0212", "period": "2022-11", "segment": "PRANPC", "received_at": "01/11/2022"},
    )
    assert verdict(report, "SEGMENT_CHANGED") == (Severity.WARN, 2, "2, 3", 0)
    assert report.rows_loaded == 4


def test_a_promised_amount_below_zero_counts_as_none(workspace):
    headers = ["id", "tgl", "login", "fastel", "jenis", "status", "reason", "Nominal Janji"]
    row = ["1", "03/10/2022 08:00:00", "A01", "021", "CT0", "Contacted", "ENGGAN", "-5"]
    report = load(workspace, {"a.csv": text_file(headers, row)})["a.csv"]
    assert verdict(report, "PROMISE_AMOUNT_IMPOSSIBLE") == (Severity.WARN, 2, "promise_amount", 0)


def test_midnight_is_a_time_like_any_other(workspace):
    report = load(workspace, {"Call 01-10-2022 sd 03-10-2022.csv": tamara_csv({"tgl": "03/10/2022 00:00:00"})})
    (only,) = report.values()
    assert (only.rows_loaded, codes(only)) == (1, set())


def test_a_duration_below_zero_is_unreadable(workspace):
    report = load(workspace, {"a.csv": tamara_csv({"durasi": "-00:00:05"}, {"id": "2", "durasi": "-5"})})["a.csv"]
    assert (issue(report, "VALUE_UNREADABLE").detail, issue(report, "VALUE_UNREADABLE").count) == ("talk_sec: 2, 3", 2)


# What a tapping log and the QC columns of a call export say (S01, S02)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"valid": "Not Valid", "follow": "3"}, "RETURN"),
        ({"valid": "Valid", "follow": "3"}, "RETURN"),
        ({"valid": "", "follow": "3"}, "RETURN"),
        ({"valid": "Not Valid", "follow": "6"}, "NOT_VALID"),
        ({"valid": "Valid", "follow": ""}, "VALID"),
    ],
)
def test_the_follow_up_code_of_a_return_overrides_the_verdict(workspace, change, status):
    loaded(workspace, TAP, change)
    assert [tap["status"] for tap in stored(workspace, "qc")] == [status]


@pytest.mark.parametrize("valid", ["Not Valid", "", "Pending"])
def test_what_was_not_tapped_yet_is_no_verdict(workspace, valid):
    report = loaded(workspace, TAP, {}, {"validation_id": "2", "tapped_at": "0000-00-00 00:00:00", "valid": valid})
    (count,) = report.counts
    assert (count.loaded, count.set_aside, count.skipped) == (1, 0, 1)
    assert issue(report, "NOT_TAPPED").severity == Severity.INFO


def test_a_verdict_without_a_time_is_set_aside_but_a_return_is_dated_at_the_export(workspace):
    rows = {"tapped_at": ""}, {"validation_id": "2", "tapped_at": "", "valid": "Not Valid", "follow": "3"}
    report = loaded(workspace, TAP, *rows, name="qc 2022-10-05 17.00.csv")
    assert verdict(report, "VALUE_MISSING") == (Severity.QUARANTINE, 2, "tapped_at", 1)
    assert (issue(report, "RETURN_UNDATED").severity, issue(report, "RETURN_UNDATED").row) == (Severity.WARN, 3)
    (tap,) = stored(workspace, "qc")
    assert (tap["status"], f"{tap['tapped_at']}") == ("RETURN", "2022-10-05 17:00:00")


def test_failed_criteria_are_gathered_from_the_sides_of_the_call(workspace):
    sides = {"param_tapping_proses": "V05, V03", "param_tapping_sikap": "-", "param_tapping_solusi": "V05"}
    loaded(workspace, TAP, sides)
    assert stored(workspace, "qc")[0]["failed_criteria"] == "V03|V05"


JUDGED = ["valid", "tgl_qco", "upd_qco", "follow", "rec_tl", "data_condition"]


def test_the_qc_columns_of_a_call_export_are_kept_as_they_stand(workspace):
    from tests.exports import CALL

    plain = [name for name in CALL if name != "follow"]
    states = [
        ("Not Valid", "", "QC1", "", "", "-"),
        ("Not Valid", "03/10/2022 10:00:00", "QC1", "3", "sudah diulang", "returned to qco"),
        ("", "", "QC1", "3", "0", ""),
        ("", "", "", "", "", ""),
    ]
    rows = ([{**CALL, "id": f"70{number}"}[name] for name in plain] + [*state] for number, state in enumerate(states))
    report = load(workspace, {"calls.csv": text_file([*plain, *JUDGED], *rows)})["calls.csv"]
    count = next(count for count in report.counts if count.table == "qc_states")
    assert (count.read, count.loaded, count.skipped) == (4, 3, 1)
    columns = ("verdict", "follow", "judge_id", "has_tl_response", "data_condition")
    assert [tuple(row[name] for name in columns) for row in stored(workspace, "qc_states")] == [
        ("NOT_VALID", None, "QC1", False, None),
        ("NOT_VALID", "3", "QC1", True, "RETURNED_TO_QCO"),
        ("RETURN", "3", "QC1", False, None),
    ]
