from __future__ import annotations

import datetime as dt

import pytest

from caringmon.model.codes import Severity
from tests.exports import CALL, CALL_SHEET, ORDER, TAP, codes, issue, load, new_workspace, stored, tamara_csv, text_file

ROSTER = ("person_id", "role", "valid_from", "valid_to")


@pytest.fixture
def workspace(tmp_path):
    return new_workspace(tmp_path)


def loaded(workspace, *calls, name="calls.csv", **options):
    return load(workspace, {name: tamara_csv(*calls, **options)})[name]


def counts(report):
    (count,) = report.counts
    assert count.read == count.loaded + count.set_aside + count.repeats + count.skipped
    return (count.read, count.loaded, count.set_aside, count.repeats, count.skipped)


def test_a_good_file_is_loaded_without_a_word(workspace):
    report = loaded(workspace, {}, {"id": "7002"}, headers=[name for name in CALL if name != "follow"])
    assert counts(report) == (2, 2, 0, 0, 0)
    assert report.issues == ()


@pytest.mark.parametrize(
    ("change", "code", "column"),
    [
        ({"login": ""}, "VALUE_MISSING", "agent_id"),
        ({"fastel": "-"}, "VALUE_MISSING", "service_no"),
        ({"tgl": "0000-00-00 00:00:00"}, "VALUE_MISSING", "called_at"),
        ({"tgl": "kemarin"}, "VALUE_UNREADABLE", "called_at"),
        ({"jenis": "CT-9"}, "VALUE_UNREADABLE", "segment"),
    ],
)
def test_a_row_without_a_readable_required_value_is_set_aside(workspace, change, code, column):
    report = loaded(workspace, {}, {"id": "7002", "ket": "baris\nbaru"}, {"id": "7003"} | change)
    assert counts(report) == (3, 2, 1, 0, 0)
    found = issue(report, code)
    assert (found.severity, found.row, found.line, found.detail) == (Severity.QUARANTINE, 4, 5, column)


def test_an_unreadable_value_that_is_not_required_is_left_empty(workspace):
    report = loaded(workspace, {"durasi": "lama"})
    assert counts(report) == (1, 1, 0, 0, 0)
    assert (issue(report, "VALUE_UNREADABLE").severity, issue(report, "VALUE_UNREADABLE").detail) == (
        Severity.WARN,
        "talk_sec",
    )
    assert stored(workspace, "calls")[0]["talk_sec"] is None


def test_a_call_after_the_export_is_set_aside(workspace):
    report = loaded(
        workspace, {}, {"id": "7002", "tgl": "04/10/2022 00:00:00"}, name="Data CT0 CARING 2022-10-03 AllArea.csv"
    )
    assert counts(report) == (2, 1, 1, 0, 0)
    assert issue(report, "CALL_AFTER_EXPORT").row == 3


def test_without_a_stated_export_time_no_call_is_after_it(workspace):
    assert counts(loaded(workspace, {}, {"id": "7002", "tgl": "04/10/2022 00:00:00"})) == (2, 2, 0, 0, 0)


def test_a_tap_before_its_call_is_set_aside(workspace):
    row = [
        "1",
        "7001",
        "021",
        "03/10/2022 09:00:00",
        "QC1",
        "B",
        "03/10/2022 08:59:00",
        "Valid",
        "",
        "",
        "1",
        "9",
        "9",
        "9",
    ]
    report = load(workspace, {"log.csv": text_file(TAP, row)})["log.csv"]
    assert counts(report) == (1, 0, 1, 0, 0)
    assert "TAP_BEFORE_CALL" in codes(report)


def test_an_agree_without_promise_is_kept_and_warned_of(workspace):
    report = loaded(
        workspace, {"janji_bayar": "0000-00-00"}, {"id": "7002", "hasil_nego": "", "janji_bayar": ""}, {"id": "7003"}
    )
    assert counts(report) == (3, 3, 0, 0, 0)
    found = [(i.detail, i.count, i.row) for i in report.issues if i.code == "AGREE_WITHOUT_PROMISE"]
    assert found == [("negotiation", 1, 3), ("promise_date: 2, 3", 2, 2)]
    assert (issue(report, "ZERO_DATE").count, issue(report, "ZERO_DATE").severity) == (1, Severity.INFO)


def test_a_promise_before_its_call_counts_as_none(workspace):
    report = loaded(workspace, {"janji_bayar": "2022-10-02"}, {"id": "7002", "janji_bayar": "2022-10-03"})
    assert issue(report, "PROMISE_BEFORE_CALL").row == 2
    assert [row["promise_date"] for row in stored(workspace, "calls")] == [None, dt.date(2022, 10, 3)]


def test_of_two_rows_with_one_key_the_last_is_kept_and_both_are_listed(workspace):
    report = loaded(workspace, {"durasi": "00:00:10"}, {"id": "7002"}, {"durasi": "00:00:20"}, {"id": "7002"})
    assert counts(report) == (4, 2, 0, 2, 0)
    duplicate = issue(report, "DUPLICATE_KEY")
    assert (duplicate.severity, duplicate.count, duplicate.row, duplicate.detail) == (
        Severity.WARN,
        1,
        2,
        "attempt_id: 2 → 4",
    )
    assert (issue(report, "REPEATED_ROW").severity, issue(report, "REPEATED_ROW").row) == (Severity.INFO, 3)
    assert [(row["attempt_id"], row["talk_sec"], row["source_row"]) for row in stored(workspace, "calls")] == [
        ("7001", 20, 4),
        ("7002", 151, 5),
    ]


def test_without_an_id_agent_time_service_and_number_identify_a_call(workspace):
    headers = [name for name in CALL if name != "id"]
    report = loaded(workspace, {}, {"ket": "lagi"}, {"no_telp": "0812"}, headers=headers)
    assert counts(report) == (3, 2, 0, 1, 0)
    ids = {row["attempt_id"] for row in stored(workspace, "calls")}
    assert len(ids) == 2
    assert all(len(str(attempt)) == 16 for attempt in ids)


def test_what_was_not_called_is_no_row(workspace):
    report = loaded(workspace, {}, {"id": "7002", "status": "NO CARING", "kategori": ""})
    assert counts(report) == (2, 1, 0, 0, 1)
    assert issue(report, "NO_ATTEMPT").count == 1


def test_unmapped_results_and_contradictions_are_listed_by_row(workspace):
    silent = {"status": "Not Contacted", "kategori": ""}
    report = loaded(
        workspace,
        {},
        {"id": "7002", "reason": "NADA TULALIT"} | silent,
        {"id": "7003", "reason": "DIALIHKAN"} | silent,
        {"id": "7004", "reason": "SALAH SAMBUNG"} | silent,
    )
    unmapped = issue(report, "UNMAPPED_RESULT")
    assert (unmapped.severity, unmapped.count, unmapped.row, unmapped.detail) == (Severity.WARN, 2, 3, "3, 4")
    assert issue(report, "STATUS_REASON_CONFLICT").row == 5
    assert [row["result_code"] for row in stored(workspace, "calls")] == ["R01", "X00", "X00", "C01"]


def test_a_long_list_of_rows_is_cut(workspace):
    report = loaded(workspace, *({"id": str(number), "durasi": "lama"} for number in range(30)))
    found = issue(report, "VALUE_UNREADABLE")
    assert found.count == 30
    assert found.detail.startswith("talk_sec: 2, 3, 4, ")
    assert found.detail.endswith("20, 21, …")


def test_two_roster_rows_of_one_person_and_role_on_one_day_refuse_the_file(workspace):
    rows = [
        ("A01", "AGENT", "2022-01-03", "2022-10-10"),
        ("A01", "AGENT", "2022-10-10", ""),
        ("A01", "TL", "2022-01-03", ""),
        ("A02", "AGENT", "2022-10-01", ""),
        ("A02", "AGENT", "2022-01-03", "2022-10-02"),
    ]
    good, bad = text_file(ROSTER, *rows[:4]), text_file(ROSTER, *rows)
    reports = load(workspace, {"a.csv": good, "b.csv": bad})
    assert counts(reports["a.csv"]) == (4, 4, 0, 0, 0)
    assert reports["b.csv"].refused
    assert "ROSTER_OVERLAP" in reports["b.csv"].refusal
    assert "5, 6" in reports["b.csv"].refusal


@pytest.mark.parametrize(
    ("change", "code"),
    [({"tgl": "10/18/2022 08:00:00"}, "DATES_MIXED"), ({"fastel": "1.31166E+11"}, "ID_PRECISION")],
)
def test_what_cannot_be_read_with_certainty_refuses_the_file(workspace, change, code):
    report = loaded(workspace, {"tgl": "18/10/2022 08:00:00"}, {"id": "7002"} | change)
    assert report.refused
    assert report.refusal.startswith("calls.csv: ")
    assert code in report.refusal
    assert stored(workspace, "calls") == []


def test_digits_lost_from_a_column_that_identifies_nothing_are_only_warned_of(workspace):
    report = loaded(workspace, {"rekaman": "2,0221E+16"})
    assert issue(report, "ID_PRECISION").severity == Severity.WARN
    assert stored(workspace, "calls")[0]["recording_id"] is None


def test_a_holding_begins_on_the_day_it_was_received(workspace):
    row = [
        "Oktober 2022",
        "PRA_NPC",
        "021",
        "51",
        "TARI",
        "2",
        "Rp 1.029.700",
        "4",
        "Solo",
        "SOLO",
        "SLO",
        "A21",
        "01/10/2022",
    ]
    load(workspace, {"order.csv": text_file(ORDER, row)})
    (holding,) = stored(workspace, "assignments")
    assert (holding["period"], holding["segment"], holding["arrears_amount"]) == ("2022-10", "PRANPC", 1_029_700)
    assert (holding["received_at"], holding["valid_from"]) == (dt.datetime(2022, 10, 1), dt.date(2022, 10, 1))


def test_a_call_without_a_channel_is_a_voice_call(workspace):
    loaded(workspace, {})
    assert stored(workspace, "calls")[0]["channel"] == "VOICE"


def test_a_file_that_feeds_two_tables_counts_its_rows_for_each(workspace):
    headers = [*CALL_SHEET, "Login QCO", "tanggal_tapping", "valid", "round"]
    call = [
        "1",
        "7001",
        "03/10/2022 08:00:00",
        "A01",
        "Dimas",
        "021",
        "0812",
        "CT0",
        "Contacted",
        "Decline",
        "ENGGAN",
        "",
        "",
        "60",
        "",
    ]
    content = text_file(headers, [*call, "QC1", "03/10/2022 09:00:00", "Valid", "1"], [*call, "", "", "", ""])
    report = load(workspace, {"both.csv": content})["both.csv"]
    assert [(c.table, c.read, c.loaded, c.set_aside, c.repeats, c.skipped) for c in report.counts] == [
        ("calls", 2, 1, 0, 1, 0),
        ("qc", 2, 1, 0, 0, 1),
    ]
    assert issue(report, "NOT_TAPPED").table == "qc"
